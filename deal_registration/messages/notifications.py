"""A message is told to the other side, by portal and mail: that there is one, never what it says."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.notifications import Kind, register

from ..audience import deciders, partner_people
from .enums import Side
from .models import Message

ABOUT = Message._meta.label_lower


def _message(event) -> Message:
    return Message.objects.select_related("registration__partner__account", "registration__territory").get(
        pk=event.object_id
    )


def _context(event) -> dict[str, Any]:
    """Return what the templates get: whom it is about, not what it says."""
    registration = _message(event).registration
    return {
        "customer": registration.customer_name,
        "reference": registration.ref,
        "partner": registration.partner.account.name,
    }


def _partners_people(event) -> set[int]:
    """Return the partner's people, and who of them wrote in the thread, for a message of the staff."""
    message = _message(event)
    if message.side != Side.STAFF:
        return set()
    return partner_people(message.registration) | _writers(message, Side.PARTNER)


def _staff(event) -> set[int]:
    """Return who decides on the lines, and who of the staff wrote in the thread, for a message of the partner."""
    message = _message(event)
    if message.side != Side.PARTNER:
        return set()
    lines = message.registration.lines.values_list("line_id", flat=True)
    return deciders(message.registration, lines) | _writers(message, Side.STAFF)


def _writers(message: Message, side: Side) -> set[int]:
    rows = Message.objects.filter(registration_id=message.registration_id, side=side)
    return set(rows.values_list("author_id", flat=True))


def _dealers_page(event) -> str:
    ref = _message(event).registration.ref
    return reverse("registrations:registration_detail", args=[ref]) + "#messages"


def _review_page(event) -> str:
    return reverse("registrations:review_detail", args=[_message(event).registration.ref]) + "#messages"


register(
    Kind(
        code="message_for_partner",
        label=_("A message on one of your registrations"),
        about=ABOUT,
        event_types=("message.sent",),
        recipients=_partners_people,
        context=_context,
        url=_dealers_page,
        side="partner",
        permission="registrations.view",
    )
)
register(
    Kind(
        code="message_for_staff",
        label=_("A message of a dealer on a registration"),
        about=ABOUT,
        event_types=("message.sent",),
        recipients=_staff,
        context=_context,
        url=_review_page,
        side="staff",
        permission="registrations.decide",
    )
)
