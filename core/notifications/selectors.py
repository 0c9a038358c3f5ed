"""A person's notices, ready to show."""

from dataclasses import dataclass

from core.access.actor import Actor
from core.ledger.models import Event

from .models import Notification
from .registry import kinds
from .words import Words, words_of


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice with its words in the reader's language."""

    row: Notification
    label: str
    words: Words


def unread_count(actor: Actor) -> int:
    """Return how many unread notices ``actor`` has about what they may still see."""
    if actor.user_id is None:
        return 0
    unread = Notification.objects.filter(user_id=actor.user_id, read_at__isnull=True)
    if not unread.exists():
        return 0
    return Notification.objects.visible_to(actor).filter(read_at__isnull=True).count()


def notices(rows: list[Notification], actor: Actor) -> list[Notice]:
    """Return ``rows`` (asked through ``visible_to``) with their words, in the language in force."""
    known = kinds()
    times = dict(Event.objects.filter(pk__in=[row.event_id for row in rows]).values_list("pk", "at"))
    return [
        Notice(
            row,
            str(known[row.kind].label),
            words_of(
                known[row.kind],
                row.context,
                actor=actor,
                event_type=row.context.get("event_type", ""),
                event_at=times.get(row.event_id, row.created_at),
            ),
        )
        for row in rows
    ]
