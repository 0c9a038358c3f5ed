"""The terms that count for a registration: those in force when it, or one of its lines, was received."""

from datetime import datetime

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
