"""Moving an opportunity through the funnel to its end."""

from datetime import datetime

from django.db import transaction

from core import ledger
from core.access.actor import Actor
from core.access.guards import require
from core.workflow import TransitionRefused, lock, move

from ..enums import OpportunityState
from ..models import Opportunity, Stage
from ..workflow import OPPORTUNITY


def _locked(pk: int) -> Opportunity:
    return lock(Opportunity.objects.select_related("territory", "stage"), pk=pk)


@transaction.atomic
def move_stage(pk: int, *, stage_pk: int, actor: Actor, at: datetime) -> Opportunity:
    """Put an open opportunity into a stage; raises ``TransitionRefused`` for a closed one."""
    opportunity = _locked(pk)
    require(actor, "opportunities.work", opportunity)
    if opportunity.state != OpportunityState.OPEN:
        raise TransitionRefused(state=opportunity.state)
    stage = Stage.objects.get(pk=stage_pk, is_active=True)
    if stage.pk == opportunity.stage_id:
        return opportunity
    before = opportunity.stage
    opportunity.stage = stage
    opportunity.save(update_fields=["stage"])
    ledger.record(
        "opportunity.stage_moved",
        opportunity,
        actor=actor,
        at=at,
        partner_id=opportunity.partner_account_id,
        facts={"stage": stage.code, "stage_before": before.code},
    )
    return opportunity


@transaction.atomic
def win(pk: int, *, actor: Actor, at: datetime, reason: str = "") -> Opportunity:
    """Close an open opportunity as won."""
    return _close(pk, "win", reason, actor, at)


@transaction.atomic
def lose(pk: int, *, reason: str, actor: Actor, at: datetime) -> Opportunity:
    """Close an open opportunity as lost, with the reason in words."""
    return _close(pk, "lose", reason, actor, at)


def _close(pk: int, transition: str, reason: str, actor: Actor, at: datetime) -> Opportunity:
    opportunity = _locked(pk)
    move(
        OPPORTUNITY,
        opportunity,
        transition,
        actor=actor,
        at=at,
        changes={"closed_at": at, "close_reason": reason.strip()[:300]},
        facts={"reason": reason.strip()[:300], "source": opportunity.source},
        partner_id=opportunity.partner_account_id,
    )
    return opportunity


@transaction.atomic
def reopen(pk: int, *, actor: Actor, at: datetime) -> Opportunity:
    """Open a closed opportunity again."""
    opportunity = _locked(pk)
    move(
        OPPORTUNITY,
        opportunity,
        "reopen",
        actor=actor,
        at=at,
        changes={"closed_at": None, "close_reason": ""},
        partner_id=opportunity.partner_account_id,
    )
    return opportunity
