"""Sharing one opportunity with one colleague until a day."""

from crm.sharing import Sharing

from ..exceptions import OpportunityError
from ..models import Opportunity, OpportunityShare

OPPORTUNITIES = Sharing(
    Opportunity, OpportunityShare, "opportunity", "opportunities.work", "opportunity", OpportunityError
)
share_opportunity = OPPORTUNITIES.share
unshare_opportunity = OPPORTUNITIES.unshare
