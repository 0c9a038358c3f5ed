"""What people of the demo were told these last days: the notices of recent events, without their mails."""

from datetime import datetime, timedelta

from core.jobs.models import Job, JobState
from core.ledger.models import Event
from core.notifications.following import MAIL, follow
from core.notifications.models import Notification

RECENT = timedelta(days=5)
READ_AFTER = timedelta(hours=20)
MOST = 16


def load_notices(now: datetime) -> int:
    """Store the notices of the last few events about registrations; return how many notices.

    The older ones count as read. Their mails went out in their day: none is sent again.
    """
    recent = Event.objects.filter(
        object_type="deal_registration.registration", at__gt=now - RECENT, at__lte=now
    ).prefetch_related("fact_sets")
    for event in sorted(recent.order_by("-pk")[:MOST], key=lambda event: event.pk):
        follow(event)
    Job.objects.filter(kind=MAIL, state=JobState.WAITING).delete()
    for notice in Notification.objects.filter(read_at__isnull=True, created_at__lt=now - READ_AFTER):
        notice.read_at = min(now, notice.created_at + timedelta(hours=3))
        notice.save(update_fields=["read_at"])
    return Notification.objects.count()
