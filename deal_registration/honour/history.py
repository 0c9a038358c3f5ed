"""What one registration's history says for each measure. Pure functions over its events.

A case is one registration (or one dispute), counted once per measure and in one quarter: it speaks of how the
manufacturer acted, never of how much a partner files.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.calendars.business_time import BusinessHours, business_seconds_between

from ..enums import ENDED, State
from .enums import Measure

DECISIONS = frozenset({"registration.approved", "registration.rejected"})
MISSED = frozenset({"registration.promise_missed", "registration.escalated"})
ENDINGS = {"registration.won": True, "registration.lost": False, "registration.expired": False}
ASKED = "registration.information_requested"
ANSWERED = frozenset({"registration.answered", "registration.lapsed", "registration.withdrawn"})
FILED = "registration.submitted"
TYPES = frozenset({FILED, ASKED}) | DECISIONS | MISSED | ANSWERED | frozenset(ENDINGS)
# What changes a figure; the others only explain it.
TELLING = DECISIONS | MISSED | frozenset(ENDINGS)
RULINGS = frozenset({"dispute.ruled", "dispute.appeal_ruled"})


@dataclass(frozen=True, slots=True)
class Step:
    """One event: its type, when, and whether a person did it."""

    type: str
    at: datetime
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One case of one measure: when it counts, whether it hit, and how long it took in open hours."""

    measure: str
    at: datetime
    hit: bool = False
    seconds: int | None = None


def quarter_of(at: datetime, hours: BusinessHours) -> date:
    """Return the first day of the quarter that ``at`` lies in, where those hours are kept."""
    day = at.astimezone(hours.zone).date()
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def cases_of(steps: Sequence[Step], state: str, hours: BusinessHours) -> list[Case]:
    """Return the cases that the events of one registration (in order) make, by its ``state`` now.

    *Time to decide*: from filing to the first decision by a person, in the open hours of the decider's calendar,
    without the time an answer of the dealer was awaited. *Promises*: whether a decision was overdue, of those decided
    by a person or overdue. *Closed*: of those whose protection is over, whether the registrant won.
    """
    filed = _first(steps, {FILED})
    decided = next((step for step in steps if step.type in DECISIONS and step.by_person), None)
    missed = _first(steps, MISSED)
    cases = []
    if filed and decided:
        seconds = business_seconds_between(filed.at, decided.at, hours)
        cases.append(
            Case(Measure.DECIDE, decided.at, seconds=max(seconds - _awaited(steps, decided.at, hours), 0))
        )
    if decided or missed:
        is_missed = missed is not None and (decided is None or missed.at <= decided.at)
        counted = missed if is_missed else decided
        if counted is not None:
            cases.append(Case(Measure.PROMISES, counted.at, hit=is_missed))
    return [*cases, *_closed(steps, state)]


def _closed(steps: Sequence[Step], state: str) -> list[Case]:
    """Return the case of how the deal ended; none while it is protected or undecided."""
    won = _first(steps, {"registration.won"})
    if won is not None:
        return [Case(Measure.CLOSED, won.at, hit=True)]
    ends = [step for step in steps if step.type in ENDINGS]
    if not ends or state not in ENDED or state == State.WON:
        return []
    return [Case(Measure.CLOSED, ends[-1].at)]


def _awaited(steps: Iterable[Step], until: datetime, hours: BusinessHours) -> int:
    """Return the open seconds for which an answer of the dealer was awaited before ``until``."""
    total, since = 0, None
    for step in steps:
        if step.at > until:
            break
        if step.type == ASKED and since is None:
            since = step.at
        elif step.type in ANSWERED and since is not None:
            total += business_seconds_between(since, step.at, hours)
            since = None
    return total + (business_seconds_between(since, until, hours) if since is not None else 0)


def _first(steps: Iterable[Step], types) -> Step | None:
    return next((step for step in steps if step.type in types), None)
