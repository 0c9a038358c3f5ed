"""The transitions of an opportunity."""

from django.utils.translation import gettext_lazy as _

from core.workflow import Transition, Workflow

from .enums import OpportunityState

OPPORTUNITY = Workflow.of(
    "opportunity",
    OpportunityState,
    (
        Transition(
            "win",
            frozenset({OpportunityState.OPEN}),
            (OpportunityState.WON,),
            "opportunities.work",
            "opportunity.won",
            _("Mark as won"),
        ),
        Transition(
            "lose",
            frozenset({OpportunityState.OPEN}),
            (OpportunityState.LOST,),
            "opportunities.work",
            "opportunity.lost",
            _("Mark as lost"),
        ),
        Transition(
            "reopen",
            frozenset({OpportunityState.WON, OpportunityState.LOST}),
            (OpportunityState.OPEN,),
            "opportunities.work",
            "opportunity.reopened",
            _("Open again"),
        ),
        Transition(
            "settle",
            frozenset({OpportunityState.OPEN}),
            (OpportunityState.WON, OpportunityState.LOST),
            None,
            "opportunity.settled",
            _("Close with the registration"),
        ),
    ),
    initial=OpportunityState.OPEN,
)
