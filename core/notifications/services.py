"""Reading one's notices: marks, one transaction each."""

from datetime import datetime

from core.access.actor import Actor
from core.access.exceptions import ReadOnlyActor

from .models import Notification


def mark_read(ref: str, *, actor: Actor, at: datetime) -> Notification:
    """Mark one of the actor's notices as read and return it; raises ``Http404``, ``ReadOnlyActor``."""
    if actor.read_only:
        raise ReadOnlyActor
    notice = Notification.objects.get_visible(actor, ref=ref)
    if notice.read_at is None:
        notice.read_at = at
        notice.save(update_fields=["read_at"])
    return notice


def mark_all_read(*, actor: Actor, at: datetime) -> int:
    """Mark all of the actor's notices as read; return how many were unread. Raises ``ReadOnlyActor``."""
    if actor.read_only:
        raise ReadOnlyActor
    return Notification.objects.filter(user_id=actor.user_id, read_at__isnull=True).update(read_at=at)
