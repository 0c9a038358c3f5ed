"""Who may work on which opportunity: its owner, staff whose scope covers it, and those it was shared with."""

from django.utils import timezone

from core.access.guards import add_rule
from crm.territories.scopes import covers

from .models import Opportunity, OpportunityShare


def may_work(actor, opportunity: Opportunity) -> bool:
    """Tell whether ``actor`` may change this opportunity; a dealer never may."""
    if actor.is_dealer:
        return False
    if opportunity.owner_id is not None and opportunity.owner_id == actor.user_id:
        return True
    path = opportunity.territory.path
    line_ids = [line.line_id for line in opportunity.lines.all()] or [None]
    if any(covers(actor, "opportunities.work", territory_path=path, line_id=line) for line in line_ids):
        return True
    return OpportunityShare.objects.filter(
        opportunity=opportunity, user_id=actor.user_id, can_write=True, ends_on__gte=timezone.localdate()
    ).exists()


add_rule("opportunities.work", may_work)
