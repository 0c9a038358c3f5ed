"""What a ruling does to each contested line: pure functions over a plan. No database.

The preview a decider sees and what is then carried out are the same effects.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from deal_registration.enums import LIVE, State
from deal_registration.workflow import LINE_WORKFLOW

from .enums import Outcome

WHOLE = Decimal(100)


class Effect(StrEnum):
    """What becomes of one contested line."""

    GRANT = "grant"  # protected from now on
    KEEP = "keep"  # stays protected
    END = "end"  # protects, or waits, no more
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Stake:
    """One contested line: which party's, on which product line, in which state, naming which project of whom."""

    pk: int
    party_id: int
    line_id: int
    state: str
    is_subject: bool
    customer_id: int | None = None
    project_id: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is ruled. ``holders``: by product line, the parties that hold it afterwards; ``shares``: per cent."""

    outcome: str
    holders: dict[int, frozenset[int]] = field(default_factory=dict)
    shares: dict[int, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlanFault:
    """What is wrong with a plan: the field it is about, and words for the decider."""

    field: str
    message: str | Promise


def faults_of(plan: Plan, stakes: Iterable[Stake]) -> list[PlanFault]:
    """Return what keeps a plan from being carried out; empty: it can be."""
    stakes = list(stakes)
    if plan.outcome in (Outcome.STANDS, Outcome.NOBODY):
        return []
    named = {party for parties in plan.holders.values() for party in parties}
    faults = []
    if not named:
        return [PlanFault("holders", _("Say who holds what."))]
    for line_id, parties in plan.holders.items():
        for party in parties:
            stake = _stake(stakes, party, line_id)
            if stake is None:
                faults.append(PlanFault("holders", _("A party holds only what it registered itself.")))
            elif stake.state != State.APPROVED and stake.state not in LINE_WORKFLOW["award"].sources:
                faults.append(
                    PlanFault(
                        "holders", _("A line that was won, lost or withdrawn cannot be given any more.")
                    )
                )
        faults += _overlaps(stakes, line_id, parties)
    if plan.outcome == Outcome.AWARD and len(named) != 1:
        faults.append(PlanFault("holders", _("One party gets it: choose the same party everywhere.")))
    if plan.outcome == Outcome.SPLIT and len(named) < 2:
        faults.append(PlanFault("holders", _("A split gives something to at least two parties.")))
    if plan.outcome == Outcome.SHARED:
        faults += _share_faults(plan, named)
    return faults


def _overlaps(stakes: list[Stake], line_id: int, parties: frozenset[int]) -> list[PlanFault]:
    """Return the fault of two holders of one product line whose scopes meet."""
    held = [stake for party in sorted(parties) if (stake := _stake(stakes, party, line_id)) is not None]
    for number, one in enumerate(held):
        for other in held[number + 1 :]:
            apart = one.project_id and other.project_id and one.project_id != other.project_id
            if one.customer_id == other.customer_id and not apart:
                return [
                    PlanFault(
                        "holders",
                        _("Two parties can hold one product line only for two different named projects."),
                    )
                ]
    return []


def _share_faults(plan: Plan, named: set[int]) -> list[PlanFault]:
    """Return what is wrong with the shares."""
    if len(named) != 1:
        return [PlanFault("holders", _("One party holds what is shared: choose the same party everywhere."))]
    shares = {party: percent for party, percent in plan.shares.items() if percent}
    if len(shares) < 2 or any(percent <= 0 for percent in shares.values()):
        return [PlanFault("shares", _("Give at least two parties a share."))]
    if sum(shares.values()) != WHOLE:
        return [PlanFault("shares", _("The shares must add up to 100 per cent."))]
    if not named <= set(shares):
        return [PlanFault("shares", _("Whoever holds it has a share, too."))]
    return []


def _stake(stakes: list[Stake], party_id: int, line_id: int) -> Stake | None:
    """Return a party's contested line on a product line."""
    return next((row for row in stakes if row.party_id == party_id and row.line_id == line_id), None)


def effects_of(plan: Plan, stakes: Iterable[Stake]) -> dict[int, Effect]:
    """Return what becomes of each contested line (by ``Stake.pk``) under a plan without faults."""
    effects = {}
    for stake in stakes:
        if plan.outcome == Outcome.STANDS:
            effects[stake.pk] = Effect.UNCHANGED
        elif stake.party_id in plan.holders.get(stake.line_id, frozenset()) and (
            plan.outcome != Outcome.NOBODY
        ):
            effects[stake.pk] = Effect.KEEP if stake.state == State.APPROVED else Effect.GRANT
        else:
            effects[stake.pk] = Effect.END if stake.state in LIVE else Effect.UNCHANGED
    return effects


def overturns(plan: Plan, stakes: Iterable[Stake], *, before: bool = False) -> bool:
    """Tell whether the disputed decision does not stand; ``before``: whether a first ruling had overturned it."""
    stakes = list(stakes)
    if plan.outcome == Outcome.STANDS:
        return before
    effects = effects_of(plan, stakes)
    subjects = {stake.pk for stake in stakes if stake.is_subject}
    if any(effects[pk] in (Effect.GRANT, Effect.KEEP) for pk in subjects):
        return True
    if plan.outcome == Outcome.SHARED:
        return any(stake.party_id in plan.shares for stake in stakes if stake.is_subject)
    return plan.outcome == Outcome.NOBODY and Effect.END in {
        effect for pk, effect in effects.items() if pk not in subjects
    }
