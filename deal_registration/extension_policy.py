"""May a protection be made longer, and by a rule alone? Pure functions over a few facts; no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from partners.terms import ProgrammeTerms

from .enums import State


class NoExtension(StrEnum):
    """Why a line cannot be extended now."""

    NOT_PROTECTED = "not_protected"
    TOO_EARLY = "too_early"
    USED_UP = "used_up"
    ASKED_ALREADY = "asked_already"


@dataclass(frozen=True, slots=True)
class Term:
    """What decides about one line: its state, the end of its window, extensions granted, whether one is undecided."""

    state: str
    protected_until: datetime | None
    granted: int = 0
    is_asked: bool = False


def why_not_extend(term: Term, terms: ProgrammeTerms, at: datetime) -> NoExtension | None:
    """Return what stands against asking at ``at``; None: it may be asked.

    A window is half open: at the instant it ends there is nothing left to extend.
    """
    if term.state != State.APPROVED or term.protected_until is None or term.protected_until <= at:
        return NoExtension.NOT_PROTECTED
    if term.is_asked:
        return NoExtension.ASKED_ALREADY
    if term.granted >= terms.extensions_allowed:
        return NoExtension.USED_UP
    if at < opens_at(term.protected_until, terms):
        return NoExtension.TOO_EARLY
    return None


def opens_at(protected_until: datetime, terms: ProgrammeTerms) -> datetime:
    """Return from when more time may be asked for."""
    return protected_until - timedelta(days=terms.extension_open_days)


def is_recent(last_activity_at: datetime | None, terms: ProgrammeTerms, at: datetime) -> bool:
    """Tell whether the deal was worked on lately, as the programme counts it."""
    return last_activity_at is not None and last_activity_at >= at - timedelta(
        days=terms.extension_activity_days
    )


def end_after_decline(ends_before: datetime, at: datetime) -> datetime:
    """Return where a window ends once more time was declined: where it ended before, but never in the past."""
    return max(ends_before, at)
