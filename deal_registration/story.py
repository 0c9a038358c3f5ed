"""A registration's timeline in readers' words: product lines by name, reasons and times as people write them.

What was filed stands on the page already; the timeline shows only what each event adds.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from core.ledger.timelines import TimelineEntry, facts_of
from core.ui.templatetags.ui import reference
from core.ui.wording import listed
from crm.catalog.models import ProductLine

from .enums import LossReason, MatchVerdict, RejectionReason, RevocationReason
from .fact_words import FILED_WORDS
from .forms.answer import ASKABLE
from .wording import CODE_WORDS

REASONS = dict(RejectionReason.choices) | dict(LossReason.choices) | dict(RevocationReason.choices)
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
    "value_won": _("Value won"),
    "added": _("Added product lines"),
    "ends_before": _("Ran until"),
    "last_activity_at": _("Last activity"),
    "successor": _("Replaced by"),
    "predecessor": _("Replaces"),
    "file_name": _("File"),
}

# Fields that an amendment may change, by name.
FIELD_LABELS = {**ASKABLE, "own_reference": _("Your own reference")}


def readable(entries: list[TimelineEntry], actor) -> list[TimelineEntry]:
    """Return ``entries`` with the facts that ``actor`` may see, in words; at most one query more."""
    facts = [facts_of(entry.event) for entry in entries]
    codes = {code for found in facts for name in ("lines", "added") for code in _texts(found.get(name))}
    names = {row.code: row.name for row in ProductLine.objects.filter(code__in=codes)} if codes else {}
    words: dict[str, Callable[[Any], str]] = {
        "lines": lambda value: listed(names.get(code, code) for code in _texts(value)),
        "codes": lambda value: listed(str(CODE_WORDS.get(code, code)) for code in _texts(value)),
        "decision": lambda value: str(MatchVerdict(value).label) if value in MatchVerdict.values else "",
        "reason": lambda value: str(REASONS.get(value, "")),
        "fields": _fields,
        "changed": _fields,
        "protected_until": _day,
        "ends_before": _day,
        "last_activity_at": _day,
        "value_won": FILED_WORDS["value"],
        "added": lambda value: listed(names.get(code, code) for code in _texts(value)),
        "successor": reference,
        "predecessor": reference,
    }

    def told(entry: TimelineEntry, found: dict[str, Any]) -> list[tuple[str, str]]:
        shown = []
        for name, label in LABELS.items():
            if name == "changed" and "was" in found:
                shown.extend((label, f"{before} → {after}") for label, before, after in changes_of(found))
                continue
            if name not in found or (actor.is_dealer and name not in entry.type.partner_facts):
                continue
            text = words.get(name, str)(found[name]) if found[name] not in (None, "", []) else ""
            if text:
                shown.append((str(label), text))
        return shown

    return [replace(entry, facts=told(entry, found)) for entry, found in zip(entries, facts, strict=True)]


def changes_of(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return (field, before, after) of an amendment, in words; what was or is empty is a dash."""
    was, now = found.get("was") or {}, found.get("now") or {}
    shown = [
        (str(FIELD_LABELS[name]), in_words(name, was.get(name)), in_words(name, now.get(name)))
        for name in was
        if name in FIELD_LABELS
    ]
    if "contacts" in found:
        shown.append(
            (str(FIELD_LABELS["contacts"]), people(found.get("contacts_was")), people(found["contacts"]))
        )
    return [(label, before or "—", after or "—") for label, before, after in shown]


@dataclass(frozen=True, slots=True)
class Amendment:
    """One change by the dealer, for whoever decides: ``changes`` are (field, before, after) in words."""

    at: datetime
    by: str
    changes: list[tuple[str, str, str]]
    added: str


def amendments_of(entries: list[TimelineEntry]) -> list[Amendment]:
    """Return what the dealer changed after filing, newest first, from the entries of a timeline."""
    found = [
        (entry, facts_of(entry.event)) for entry in entries if entry.event.type == "registration.amended"
    ]
    codes = {code for _entry, facts in found for code in _texts(facts.get("added"))}
    names = {row.code: row.name for row in ProductLine.objects.filter(code__in=codes)} if codes else {}
    return [
        Amendment(
            entry.at,
            entry.by,
            changes_of(facts),
            listed(names.get(code, code) for code in _texts(facts.get("added"))),
        )
        for entry, facts in found
    ]


def in_words(name: str, value: Any) -> str:
    """Return a typed field, as an event keeps it, in the reader's words."""
    if value in (None, ""):
        return ""
    return str(FILED_WORDS.get(name, str)(value))


def people(rows: Any) -> str:
    """Return contacts by name."""
    return listed(row["name"] for row in rows or () if isinstance(row, dict) and row.get("name"))


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
