"""One notice by e-mail: rendered when it is sent, for whoever may still read it, outside any transaction."""

import structlog
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from core.access.actor import Actor
from core.ledger.models import Event

from .models import Channel
from .preferences import wanted_by
from .registry import kinds
from .words import Words, reading_as, words_of

log = structlog.get_logger(__name__)


def send_notice(kind_code: str, *, event_id: int, user_id: int) -> bool:
    """Mail the notice of one event to one person; return whether it was sent.

    Not sent to a person who may no longer sign in, get this kind or see the object, or who has since chosen
    not to.
    """
    kind = kinds().get(kind_code)
    person = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if kind is None or person is None:
        return False
    event = Event.objects.prefetch_related("fact_sets").get(pk=event_id)
    actor = kind.reader(person, event)
    if (
        not kind.is_for(actor)
        or not kind.is_visible(actor, kind.about_id(event))
        or Channel.MAIL not in wanted_by(kind, [user_id])[user_id]
    ):
        log.info("notice_not_mailed", kind=kind_code, event_id=event_id, user_id=user_id)
        return False
    with reading_as(actor):
        words = words_of(kind, kind.context(event), actor=actor, event_type=event.type, event_at=event.at)
        message = compose(words, kind.url(event), actor=actor, address=person.email, action=str(kind.action))
    message.extra_headers["X-Event-Id"] = str(event.ref)
    message.send()
    return True


def compose(
    words: Words, url: str, *, actor: Actor, address: str, action: str = ""
) -> EmailMultiAlternatives:
    """Return the mail of ``words``, as text and HTML, in the language in force; ``action`` is on its button."""
    context = {
        "words": words,
        "link": settings.PORTAL_ORIGIN + url if url else "",
        "action": action,
        "preferences": settings.PORTAL_ORIGIN + reverse("notifications:preferences"),
        "origin": settings.PORTAL_ORIGIN,
        "name": actor.name,
        "language": translation.get_language(),
    }
    message = EmailMultiAlternatives(
        subject=words.title,
        body=render_to_string("notifications/notice_mail.txt", context),
        to=[address],
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string("notifications/notice_mail.html", context), "text/html")
    return message
