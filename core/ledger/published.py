"""The public list of seals, and holding roots that somebody kept against it.

What is published must not tell a rival how much goes on. Left out are the number of events under a seal (it
stands in receipts, for those who hold one) and the second it was made: the day is enough to find it. A seal
appears once the hour it was made in is over, so that watching the list shows no single filing. That there
was a seal remains visible: the chain is what is published.

Comparing tells nothing that the asker does not hold already: a seal not yet published is only ever said to be
the very same, never to be there.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from . import keys
from .models import Seal
from .receipts.issuing import FORMAT as RECEIPT_FORMAT
from .receipts.reading import Unreadable, read_receipt

FORMAT = "partner-portal-seals"
VERSION = 1
LARGEST_LIST = 2 * 1024 * 1024
MOST_COMPARED = 5000
MOST_NAMED = 50
NUMBER_LIMIT = 2**63
LINE = re.compile(r"#?(\d{1,19})[\s:,;]+([0-9a-f]{64})", re.IGNORECASE)
HASH = re.compile(r"[0-9a-f]{64}")
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def published_seals(now: datetime):
    """Return the seals that are public at ``now``, the newest first."""
    return Seal.objects.filter(sealed_at__lt=_this_hour(now)).order_by("-number")


def _this_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Page:
    """Some seals that follow each other; ``older`` is the number to go on before, None at the end."""

    seals: list[Seal]
    older: int | None
    is_first: bool


def page_of(now: datetime, *, before: int | None, size: int) -> Page:
    """Return at most ``size`` published seals numbered below ``before``, from the newest where that is None."""
    seals = published_seals(now)
    if before is not None:
        seals = seals.filter(number__lt=before)
    rows = list(seals[: size + 1])
    older = rows[size - 1].number if len(rows) > size else None
    return Page(rows[:size], older, before is None)


def as_json(page: Page) -> dict[str, Any]:
    """Return a page as it is downloaded and kept."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "issuer": {"name": settings.WAGTAIL_SITE_NAME, "origin": settings.PORTAL_ORIGIN},
        "keys": public_keys(),
        "seals": [
            {
                "number": seal.number,
                "day": seal.sealed_at.date().isoformat(),
                "root": bytes(seal.root).hex(),
                "hash": bytes(seal.hash).hex(),
                "signature": bytes(seal.signature).hex(),
                "key": seal.key_id,
            }
            for seal in page.seals
        ],
        "older_than": page.older,
    }


def public_keys() -> dict[str, str]:
    """Return the public keys whose signatures count (hex), by name: what a receipt is checked with offline."""
    return {name: public.hex() for name, public in sorted(keys.trusted_keys().items())}


# --- comparing


@dataclass(frozen=True, slots=True)
class KeptSeal:
    """A seal as somebody kept it. ``day``: when it was made, where that was kept, too (``2026-11-20``)."""

    number: int
    hash: str
    day: str = ""


@dataclass(slots=True)
class Comparison:
    """How the seals that somebody kept compare with the ledger's: how many match, and the numbers of the others.

    ``missing``: gone from the list, in its middle or at its end. ``beyond``: numbered above the last one
    published, and nothing says that they are old enough to be published.
    """

    matching: int = 0
    differing: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    beyond: list[int] = field(default_factory=list)

    @property
    def is_alarming(self) -> bool:
        """Whether the ledger is not the one the seals were kept from."""
        return bool(self.differing or self.missing)

    @property
    def parts(self) -> list[tuple[str, list[int], int]]:
        """What does not match, for people: (in words, the first numbers, how many more)."""
        return [
            (words, numbers[:MOST_NAMED], max(0, len(numbers) - MOST_NAMED))
            for words, numbers in (
                (_("Differ: another seal stands under the number"), self.differing),
                (_("Missing: the portal no longer has them"), self.missing),
                (_("Beyond the end of the published list"), self.beyond),
            )
            if numbers
        ]


def compare(kept: Sequence[KeptSeal], now: datetime) -> Comparison:
    """Hold kept seals against the ledger."""
    numbers = {each.number for each in kept}
    known = dict(Seal.objects.filter(number__in=numbers).values_list("number", "hash"))
    last = published_seals(now).values_list("number", flat=True).first() or 0
    today = _this_hour(now).date().isoformat()
    outcome = Comparison()
    for each in sorted(set(kept), key=lambda one: (one.number, one.hash)):
        held = known.get(each.number)
        if held is not None and bytes(held).hex() == each.hash:
            outcome.matching += 1
        elif each.number > last:
            is_old = each.day and each.day < today
            (outcome.missing if is_old else outcome.beyond).append(each.number)
        elif held is None:
            outcome.missing.append(each.number)
        else:
            outcome.differing.append(each.number)
    return outcome


def read_kept(content: bytes) -> list[KeptSeal]:
    """Return the seals in a kept list (JSON as published, or ``NUMBER:HASH`` lines), or in a receipt.

    Raises ``Unreadable`` with a message for people.
    """
    if len(content) > LARGEST_LIST:
        raise Unreadable(_("This file is too large to be a list of seals."))
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return _of_receipt(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(_no_list()) from error
    if not text.lstrip().startswith("{"):
        return _of_lines(text)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(_no_list()) from error
    if data.get("format") == RECEIPT_FORMAT:
        return _of_receipt(content)
    if data.get("format") != FORMAT or not isinstance(data.get("seals"), list):
        raise Unreadable(_no_list())
    return _bounded([_kept(each) for each in data["seals"][: MOST_COMPARED + 1]])


def _of_receipt(content: bytes) -> list[KeptSeal]:
    """Return the seal that a receipt holds."""
    seal = read_receipt(content).seal
    if seal is None:
        raise Unreadable(_("This receipt was downloaded before it was sealed. Download it again."))
    return [KeptSeal(seal.header["number"], seal.hash.hex(), seal.header["sealed_at"][:10])]


def _of_lines(text: str) -> list[KeptSeal]:
    """Return the seals of lines such as ``17:9f86d0…``."""
    kept = []
    for line in filter(None, map(str.strip, text.splitlines())):
        found = LINE.fullmatch(line)
        if found is None:
            raise Unreadable(_no_list())
        kept.append(_kept({"number": int(found[1]), "hash": found[2].lower()}))
        if len(kept) > MOST_COMPARED:
            break
    return _bounded(kept)


def _kept(data: Any) -> KeptSeal:
    """Return one entry of a list, well formed."""
    if not isinstance(data, dict):
        raise Unreadable(_no_list())
    number, digest, day = data.get("number"), data.get("hash"), data.get("day", "")
    if type(number) is not int or not 0 < number < NUMBER_LIMIT:
        raise Unreadable(_no_list())
    if not isinstance(digest, str) or not HASH.fullmatch(digest):
        raise Unreadable(_no_list())
    return KeptSeal(number, digest, day if isinstance(day, str) and DAY.fullmatch(day) else "")


def _bounded(kept: list[KeptSeal]) -> list[KeptSeal]:
    if len(kept) > MOST_COMPARED:
        text = _("At most %(count)s seals can be compared at once. Split the list.")
        raise Unreadable(text % {"count": MOST_COMPARED})
    if not kept:
        raise Unreadable(_no_list())
    return kept


def _no_list() -> str:
    return _(
        "This is neither a list of seals nor a receipt. Upload the file as it was downloaded, or paste lines of"
        " number and hash."
    )
