"""Reads about activities: what is due."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from core.access.actor import Actor

from .models import Activity


def reminders_of(actor: Actor, *, at: datetime, days: int = 7) -> QuerySet[Activity]:
    """Return what ``actor`` planned that is overdue or due within ``days``, the most pressing first."""
    return (
        Activity.objects.visible_to(actor)
        .filter(done_by_id=actor.user_id, done_at__isnull=True, due_at__lte=at + timedelta(days=days))
        .select_related("account", "opportunity")
        .order_by("due_at", "pk")
    )
