"""From events to notices: a reader of the ledger. Doing it again for the same event changes nothing."""

from django.contrib.auth import get_user_model

from core.jobs import enqueue
from core.ledger.models import Event

from .models import Channel, Notification
from .preferences import wanted_by
from .registry import Kind, kinds_for

MAIL = "notifications.mail"


def follow(event: Event) -> None:
    """Store the notices of one event and enqueue their mails, in the reader's transaction."""
    for kind in kinds_for(event.type):
        _notify(kind, event)


def _notify(kind: Kind, event: Event) -> None:
    """Tell each recipient who may get it, sees the object and wants it."""
    people = get_user_model().objects.filter(pk__in=set(kind.recipients(event)), is_active=True)
    object_id = kind.about_id(event)
    told = []
    for person in people.exclude(pk=event.actor_id):
        actor = kind.reader(person, event)
        if kind.is_for(actor) and kind.is_visible(actor, object_id):
            told.append(person.pk)
    if not told:
        return
    wanted = wanted_by(kind, told)
    context, url = kind.context(event), kind.url(event)
    Notification.objects.bulk_create(
        [
            Notification(
                user_id=user_id,
                kind=kind.code,
                event_id=event.pk,
                object_id=object_id,
                context={**context, "event_type": event.type},
                url=url,
                created_at=event.at,
            )
            for user_id in told
            if Channel.PORTAL in wanted[user_id]
        ],
        ignore_conflicts=True,
    )
    for user_id in told:
        if Channel.MAIL in wanted[user_id]:
            enqueue(
                MAIL,
                f"{MAIL}:{event.ref}:{kind.code}:{user_id}",
                {"event": event.pk, "kind": kind.code, "user": user_id},
            )
