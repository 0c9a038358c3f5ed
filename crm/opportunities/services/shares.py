"""Sharing one opportunity with one colleague until a day."""

from datetime import date, datetime

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import ledger
from core.access.actor import Actor
from core.access.guards import require
from core.workflow import lock

from ..exceptions import OpportunityError
from ..models import Opportunity, OpportunityShare


@transaction.atomic
def share_opportunity(
    pk: int, *, user_pk: int, can_write: bool, ends_on: date, actor: Actor, at: datetime
) -> OpportunityShare:
    """Share an opportunity with a member of staff; sharing again changes what they may and until when."""
    opportunity = lock(Opportunity.objects.select_related("territory"), pk=pk)
    require(actor, "opportunities.work", opportunity)
    user = get_user_model().objects.filter(pk=user_pk, is_staff=True, is_active=True).first()
    if user is None:
        raise OpportunityError(_("Only colleagues can be given a share."))
    if ends_on < at.date():
        raise OpportunityError(_("The last day lies in the past."))
    share, _created = OpportunityShare.objects.update_or_create(
        opportunity=opportunity,
        user=user,
        defaults={"can_write": can_write, "ends_on": ends_on, "shared_by_id": actor.user_id},
    )
    ledger.record(
        "opportunity.shared",
        opportunity,
        actor=actor,
        at=at,
        facts={"can_write": can_write, "ends_on": ends_on.isoformat()},
        personal={f"user:{user.pk}": {"person": user.full_name}},
    )
    return share


@transaction.atomic
def unshare_opportunity(share_pk: int, *, actor: Actor, at: datetime) -> None:
    """End a share at once."""
    share = lock(OpportunityShare.objects.select_related("opportunity__territory", "user"), pk=share_pk)
    require(actor, "opportunities.work", share.opportunity)
    ledger.record(
        "opportunity.unshared",
        share.opportunity,
        actor=actor,
        at=at,
        personal={f"user:{share.user_id}": {"person": share.user.full_name}},
    )
    share.delete()
