"""The terms that count for a registration: those in force when it, or one of its lines, was received."""

from collections.abc import Iterable
from datetime import datetime

from partners.models import ProgrammeVersion
from partners.selectors import terms_of_programme
from partners.terms import ProgrammeTerms

from .models import Registration


def terms_of(registration: Registration, at: datetime | None = None) -> ProgrammeTerms:
    """Return the terms in force at ``at`` (default: when it was received) in the programme it was filed under.

    Read once per registration in hand: one screening asks several times.
    """
    at = at or registration.received_at
    kept = registration.__dict__.setdefault("_terms_in_force", {})
    if at not in kept:
        kept[at] = terms_of_programme(registration.programme_id or registration.partner.programme_id, at)
    return kept[at]


def with_terms(registrations: Iterable[Registration]) -> list[Registration]:
    """Return the rows (partner and lines at hand), each with its terms read; one query more, however many."""
    rows = list(registrations)
    programmes = {row.programme_id or row.partner.programme_id for row in rows}
    versions = list(ProgrammeVersion.objects.filter(programme_id__in=programmes).order_by("-valid_from"))
    for row in rows:
        programme = row.programme_id or row.partner.programme_id
        kept = row.__dict__.setdefault("_terms_in_force", {})
        for at in {row.received_at, *(line.received_at for line in row.lines.all())} - {None}:
            fitting = (each for each in versions if each.programme_id == programme and each.valid_from <= at)
            version = next(fitting, None)
            kept[at] = ProgrammeTerms.from_json(version.settings) if version else ProgrammeTerms()
    return rows
