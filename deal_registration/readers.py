"""What deal registration learns from the ledger: a sales rep closed the opportunity of a registration."""

from contextlib import suppress

from core.access.actor import system_actor
from core.ledger.models import Event
from core.ledger.readers import register
from core.workflow import TransitionRefused

from .enums import LossReason, State
from .models import Registration

CRM = system_actor("opportunity")
OUTCOMES = {"opportunity.won": "won", "opportunity.lost": "lost"}


def follow_opportunities(event: Event) -> None:
    """End what is still protected once the opportunity was won or lost; the registration decides whether it can."""
    from . import services

    outcome = OUTCOMES.get(event.type)
    if outcome is None:
        return
    registration = Registration.objects.filter(
        opportunity_id=event.object_id, lines__state=State.APPROVED
    ).first()
    if registration is None:
        return
    with suppress(TransitionRefused):  # its protection ended between the rep's click and now
        if outcome == "won":
            services.mark_won(registration.pk, actor=CRM, at=event.at)
        else:
            services.mark_lost(registration.pk, actor=CRM, at=event.at, reason=LossReason.OTHER)


register("registrations.opportunities", follow_opportunities)
