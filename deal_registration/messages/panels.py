"""The thread on the dealer's page of a registration and on the reviewer's."""

from django.utils import timezone

from crm.panels import Panel, register

from ..enums import State
from .forms import MessageForm
from .threads import side_of, thread_of


def context_of(registration, request) -> dict | None:
    """Return what the card shows; None for a draft, which nobody but its dealer sees."""
    if registration.state == State.DRAFT:
        return None
    actor = request.actor
    return {
        "registration": registration,
        "thread": thread_of(registration, actor, at=timezone.now()),
        "may_write": side_of(actor, registration) is not None,
        "is_dealer": actor.is_dealer,
        "form": MessageForm(),
        "draft_key": f"message:{actor.user_id}:{registration.ref}",
    }


register(
    Panel(
        "registrations.registration",
        "messages",
        "deal_messages/_panel.html",
        context_of,
        place="main",
        order=20,
    )
)
register(
    Panel(
        "registrations.review", "messages", "deal_messages/_panel.html", context_of, place="aside", order=20
    )
)
