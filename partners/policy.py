"""Pure decisions about partners: may one file, do territories overlap, are terms sensible. No database."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .terms import Disclosure, ProgrammeTerms, TakenScope


class Bar(StrEnum):
    """Why a partner may not file registrations."""

    ONBOARDING = "onboarding"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    NO_AGREEMENT = "no_agreement"
    NO_AUTHORISATION = "no_authorisation"


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether a partner may file at an instant."""

    state: str
    has_agreement: bool
    has_authorisation: bool


def bars_to_filing(standing: Standing) -> tuple[Bar, ...]:
    """Return all that keeps a partner from filing; empty: it may."""
    bars = []
    if standing.state != "active":
        bars.append(Bar(standing.state))
    if not standing.has_agreement:
        bars.append(Bar.NO_AGREEMENT)
    if not standing.has_authorisation:
        bars.append(Bar.NO_AUTHORISATION)
    return tuple(bars)


def paths_overlap(one: str, other: str) -> bool:
    """Tell whether two territories, by their tree paths, have ground in common: one contains the other."""
    return one.startswith(other) or other.startswith(one)


def steps(path: str, length: int) -> list[str]:
    """Return the paths of a territory and of all above it; ``length`` is that of one step."""
    return [path[:end] for end in range(length, len(path) + 1, length)]


# Sensible bounds of the terms that are numbers: (least, most).
_BOUNDS = {
    "protection_days": (1, 3650),
    "extensions_allowed": (0, 20),
    "extension_days": (1, 3650),
    "extension_open_days": (1, 3650),
    "extension_activity_days": (1, 3650),
    "information_business_days": (1, 250),
    "review_target_business_days": (1, 250),
    "review_ceiling_business_days": (1, 250),
    "review_escalation_percent": (100, 1000),
    "direct_activity_days": (0, 3650),
    "repeat_order_days": (0, 3650),
    "dispute_open_days": (1, 3650),
    "dispute_statement_business_days": (1, 250),
    "dispute_appeal_business_days": (0, 250),
    "dispute_reminder_percent": (1, 99),
    "dispute_overruled_count": (1, 1000),
    "dispute_overruled_of": (1, 1000),
    "cool_down_days": (0, 365),
    "slots": (1, 10_000),
    "slots_floor": (1, 10_000),
    "slots_ceiling": (1, 10_000),
    "slots_per_honest_close": (0, 100),
    "slots_per_silent_expiry": (0, 100),
    "slots_window_days": (1, 3650),
    "idle_days": (1, 3650),
    "idle_percent": (1, 100),
    "idle_least_open": (1, 10_000),
}
# Codes that must be told where a taken scope is waited for: who waits has to know it.
_TOLD_TO_WHO_WAITS = frozenset({"R05"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One term that makes no sense: its name, and what is wrong (``range``, ``order``, ``unknown`` …)."""

    field: str
    code: str
    least: int = 0
    most: int = 0


def faults_of(terms: ProgrammeTerms, *, currencies: Iterable[str]) -> list[Fault]:
    """Return what is wrong with a programme's terms; empty: they may be published."""
    faults = []
    for name, (least, most) in _BOUNDS.items():
        value = getattr(terms, name)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            faults.append(Fault(name, "range", least, most))
    if terms.review_ceiling_business_days < terms.review_target_business_days:
        faults.append(Fault("review_ceiling_business_days", "order"))
    if any(not 0 < days < terms.protection_days for days in terms.protection_reminder_days):
        faults.append(Fault("protection_reminder_days", "range", 1, terms.protection_days - 1))
    if any(not 0 < percent <= 1000 for percent in terms.review_notice_percents):
        faults.append(Fault("review_notice_percents", "range", 1, 1000))
    if not terms.dispute_rungs or not all(_is_rung(rung) for rung in terms.dispute_rungs):
        faults.append(Fault("dispute_rungs", "unknown"))
    if terms.dispute_overruled_of < terms.dispute_overruled_count:
        faults.append(Fault("dispute_overruled_of", "range", terms.dispute_overruled_count, 1000))
    if terms.disclosure not in set(Disclosure):
        faults.append(Fault("disclosure", "unknown"))
    if not set(terms.minimum_value) <= set(currencies):
        faults.append(Fault("minimum_value", "unknown"))
    return faults + _faults_of_waiting(terms) + _faults_of_slots(terms)


def _faults_of_slots(terms: ProgrammeTerms) -> list[Fault]:
    """Return what is wrong with the number of slots: it begins between floor and ceiling."""
    if terms.slots_floor > terms.slots:
        return [Fault("slots_floor", "above_slots")]
    return [Fault("slots_ceiling", "below_slots")] if terms.slots_ceiling < terms.slots else []


def _faults_of_waiting(terms: ProgrammeTerms) -> list[Fault]:
    """Return what is wrong with the wait-list: a partner who waits has to be told that the scope is taken."""
    if terms.taken_scope not in set(TakenScope):
        return [Fault("taken_scope", "unknown")]
    if terms.taken_scope != TakenScope.WAIT:
        return []
    if terms.disclosure == Disclosure.NOTHING:
        return [Fault("taken_scope", "untold")]
    return [Fault("undisclosed_codes", "untold")] if _TOLD_TO_WHO_WAITS & set(terms.undisclosed_codes) else []


def _is_rung(rung: dict) -> bool:
    """Tell whether one rung of the ladder names who decides, and a time for it."""
    days = rung.get("business_days")
    named = bool(rung.get("role")) != bool(rung.get("users"))
    return named and isinstance(days, int) and not isinstance(days, bool) and 1 <= days <= 250
