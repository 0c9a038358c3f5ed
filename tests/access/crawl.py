"""Reads everything one person can reach: pages, parts of pages, suggestions, exports, files, PDFs."""

import io
import re
import zipfile
from collections import deque
from html import unescape
from urllib.parse import urljoin, urlsplit

from .addresses import addresses, is_cms
from .classes import OBJECTS, ROLES

LINK = re.compile(r'(?:href|hx-get|action|src|data-suggest|data-url|data-poll)="([^"#]+)', re.I)
NEVER = (
    "/auth/logout/",
    "/auth/login/",
    "/cms/failwhale/",  # breaks on purpose
    "/cms/jsi18n/",
    "/cms/logout/",
    "/cms/sprite/",
    "/static/",
)
# What is sent, not read: by GET there is only the way back.
ACTION = re.compile(
    r"(_approve|_reject|_ask|_match|_note|_delete|file_add|file_remove|_win|_lose|_reopen|_stage|_share|_unshare|"
    r"_log|_complete|_drop|_remove|:read|:open)$"
)
ASKED = (
    "?q=Kestrel",
    "?q=zqrival",
    "?export=csv",
    "?export=xlsx",
    "?sort=-name&per_page=100",
    "?view=all&columns=own_reference,project_name,territory,created_by,partner,owner,registry_id,parent",
)
MOST_PAGES = 400


def text_of(response) -> str:
    """Return all that can be read in an answer: its headers, and what is packed in a PDF or a workbook."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    kind = response.headers.get("Content-Type", "")
    heads = " ".join(f"{key}: {value}" for key, value in response.headers.items())
    if "pdf" in kind:
        return heads + _pdf(body)
    if "spreadsheet" in kind or "zip" in kind:
        with zipfile.ZipFile(io.BytesIO(body)) as workbook:
            return heads + "".join(
                workbook.read(name).decode("utf-8", "replace") for name in workbook.namelist()
            )
    return heads + unescape(body.decode("utf-8", "replace"))


def _pdf(body: bytes) -> str:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(body))
    pages = "".join(page.extract_text() for page in reader.pages)
    packed = "".join(
        content.decode("utf-8", "replace") for files in reader.attachments.values() for content in files
    )
    return pages + packed + str(reader.metadata)


def seeds(world, person: str, *, cms: bool = False) -> list[str]:
    """Return where to begin: every address, filled with what the person sees, asked in several ways."""
    rows_first, urls = [], []
    for address in addresses():
        if is_cms(address) != cms or any(address.url().startswith(path) for path in NEVER):
            continue
        of = OBJECTS.get(address.name)
        if of is not None:
            if ACTION.search(address.name):
                continue
            rows = world.seen_by(person, of.kind) + world.unseen_by(person, of.kind, most=2)
            for _label, obj in rows:
                values = {of.parameter: obj.ref}
                values |= {other: next(iter(world.objects[kind].values())).ref for other, kind in of.others}
                rows_first.append(address.url(**values))
        elif not address.parameters:
            urls.append(address.url())
            if address.name in ROLES or address.name in ("portal:search", "accounts:customer_options"):
                urls += [address.url() + asked for asked in ASKED]
    return rows_first + urls


def crawl(client, begin: list[str], *, cms: bool = False):
    """Yield (url, text) of every page reached by GET from ``begin``, each once."""
    waiting, known = deque(begin), set(begin)
    read = 0
    while waiting and read < MOST_PAGES:
        url = waiting.popleft()
        partial = {"HX-Request": "true"} if read % 3 == 0 else {}
        response = client.get(url, headers=partial)
        read += 1
        if response.status_code >= 500:
            raise AssertionError(f"{url} answered {response.status_code}")
        text = text_of(response)
        yield url, text
        if "html" not in response.headers.get("Content-Type", ""):
            continue
        found = [response.headers["Location"]] if "Location" in response.headers else LINK.findall(text)
        for link in found:
            there = urljoin(url, link)
            path = urlsplit(there).path
            if urlsplit(there).netloc or there in known or any(path.startswith(no) for no in NEVER):
                continue
            if path.startswith("/cms/") and not cms:
                continue
            known.add(there)
            waiting.append(there)
