"""PDFs from templates, by WeasyPrint. Nothing is fetched from outside; fonts are the system's."""

import ctypes
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")  # as Debian names them


class PdfUnavailable(Exception):
    """This machine cannot make PDFs. ``message`` is for people, ``reason`` for whoever runs the portal."""

    message = _("PDFs cannot be made at the moment. The JSON download holds everything.")

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Attached:
    """A file carried inside a PDF."""

    name: str
    content: bytes
    description: str = ""


@lru_cache(maxsize=1)
def _weasyprint():
    """Return the library; raises ``PdfUnavailable`` where Pango is missing. Slow to import, so only here."""
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        raise PdfUnavailable(
            "WeasyPrint lacks a system library; on Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 "
            "libharfbuzz-subset0 fonts-wqy-microhei"
        ) from error
    return weasyprint


@lru_cache(maxsize=1)
def _has_libraries() -> bool:
    """Tell whether the shared libraries are there, without the second that importing WeasyPrint takes."""
    try:
        for name in LIBRARIES:
            ctypes.CDLL(name)
    except OSError:
        return False
    return True


def unavailable_reason() -> str:
    """Return why no PDF can be made, in words for people; "" where they can."""
    if _has_libraries():
        return ""
    try:
        _weasyprint()
    except PdfUnavailable as unavailable:
        return str(unavailable.message)
    return ""


def _fetch_nothing():
    """Return a fetcher that knows data: addresses only."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols=("data",), allow_redirects=False, fail_on_errors=False)


def render(template: str, context: dict, *, language: str, attachments: Iterable[Attached] = ()) -> bytes:
    """Return the PDF of ``template`` in ``language`` with ``attachments``. Raises ``PdfUnavailable``."""
    weasyprint = _weasyprint()
    with translation.override(language):
        html = render_to_string(template, {**context, "LANGUAGE_CODE": translation.get_language()})
    inside = [
        weasyprint.Attachment(string=each.content, name=each.name, description=each.description or None)
        for each in attachments
    ]
    document = weasyprint.HTML(string=html, base_url=None, url_fetcher=_fetch_nothing())
    return document.write_pdf(attachments=inside, pdf_variant=None)
