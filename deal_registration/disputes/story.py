"""A dispute's timeline in its readers' words: a party reads what it was told, the staff what happened."""

from dataclasses import replace
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor
from core.ledger import timeline
from core.ledger.timelines import TimelineEntry, facts_of
from core.ui.wording import listed
from crm.catalog.models import ProductLine

from .enums import Outcome, Remedy
from .events import TOLD
from .models import Dispute, DisputeParty
from .wording import RESULTS

LABELS = {
    "result": _("Result"),
    "outcome": _("Outcome"),
    "percent": _("Your share in per cent"),
    "lines": _("Product lines"),
    "due_at": _("Until"),
    "remedy": _("Remedy"),
    "remedy_text": _("What exactly"),
    "file_name": _("File"),
}


def dispute_timeline(dispute: Dispute, actor: Actor, party: DisputeParty | None) -> list[TimelineEntry]:
    """Return what happened as ``actor`` may see it; for a dealer, what concerns ``party`` and nothing of another."""
    entries = [
        entry
        for entry in timeline(dispute, actor)
        if (entry.event.partner_id == party.partner_id if party else not entry.event.type.startswith(TOLD))
    ]
    facts = [facts_of(entry.event) for entry in entries]
    codes = {code for found in facts for code in found.get("lines") or () if isinstance(code, str)}
    names = {row.code: row.name for row in ProductLine.objects.filter(code__in=codes)} if codes else {}
    words = {
        "result": lambda value: str(RESULTS[value][0]) if value in RESULTS else "",
        "outcome": lambda value: str(Outcome(value).label) if value in Outcome.values else "",
        "remedy": lambda value: str(Remedy(value).label) if value in Remedy.values else "",
        "lines": lambda value: listed(names.get(code, code) for code in value if isinstance(code, str)),
        "due_at": _moment,
    }

    def told(entry: TimelineEntry, found: dict) -> list[tuple[str, str]]:
        shown = []
        for name, label in LABELS.items():
            hidden = party is not None and name not in entry.type.partner_facts
            if hidden or found.get(name) in (None, "", []):
                continue
            if text := words.get(name, str)(found[name]):
                shown.append((str(label), text))
        return shown

    return [replace(entry, facts=told(entry, found)) for entry, found in zip(entries, facts, strict=True)]


def _moment(value) -> str:
    """Return a stored instant as day and time in the reader's zone."""
    try:
        return date_format(localtime(datetime.fromisoformat(value)), "DATETIME_FORMAT")
    except (TypeError, ValueError):
        return ""
