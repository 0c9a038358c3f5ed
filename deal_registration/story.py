"""A registration's timeline in readers' words: product lines by name, reasons and times as people write them.

What was filed stands on the page already; the timeline shows only what each event adds.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from core.ledger.timelines import TimelineEntry, facts_of
from core.ui.wording import listed
from crm.catalog.models import ProductLine

from .enums import LossReason, MatchVerdict, RejectionReason
from .forms.answer import ASKABLE
from .wording import CODE_WORDS

REASONS = dict(RejectionReason.choices) | dict(LossReason.choices)
LABELS = {
    "lines": _("Product lines"),
    "codes": _("Found"),
    "subject": _("Compared with"),
    "decision": _("Decision"),
    "reason": _("Reason"),
    "explanation": _("Explanation"),
    "fields": _("To be mended"),
    "message": _("Message"),
    "changed": _("Changed"),
    "protected_until": _("Protected until"),
    "order_number": _("Order number"),
    "file_name": _("File"),
}


def readable(entries: list[TimelineEntry], actor) -> list[TimelineEntry]:
    """Return ``entries`` with the facts that ``actor`` may see, in words; at most one query more."""
    facts = [facts_of(entry.event) for entry in entries]
    codes = {code for found in facts for code in _texts(found.get("lines"))}
    names = {row.code: row.name for row in ProductLine.objects.filter(code__in=codes)} if codes else {}
    words: dict[str, Callable[[Any], str]] = {
        "lines": lambda value: listed(names.get(code, code) for code in _texts(value)),
        "codes": lambda value: listed(str(CODE_WORDS.get(code, code)) for code in _texts(value)),
        "decision": lambda value: str(MatchVerdict(value).label) if value in MatchVerdict.values else "",
        "reason": lambda value: str(REASONS.get(value, "")),
        "fields": _fields,
        "changed": _fields,
        "protected_until": _day,
    }

    def told(entry: TimelineEntry, found: dict[str, Any]) -> list[tuple[str, str]]:
        shown = []
        for name, label in LABELS.items():
            if name not in found or (actor.is_dealer and name not in entry.type.partner_facts):
                continue
            text = words.get(name, str)(found[name]) if found[name] not in (None, "", []) else ""
            if text:
                shown.append((str(label), text))
        return shown

    return [replace(entry, facts=told(entry, found)) for entry, found in zip(entries, facts, strict=True)]


def _texts(value: Any) -> list[str]:
    """Return a fact that is a list of texts; anything else is none."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _fields(value: Any) -> str:
    """Return names of fields in words."""
    return listed(str(ASKABLE[name]) for name in _texts(value) if name in ASKABLE)


def _day(value: Any) -> str:
    """Return a stored instant as a day in the reader's zone."""
    try:
        return date_format(localtime(datetime.fromisoformat(value)), "DATE_FORMAT")
    except (TypeError, ValueError):
        return str(value)
