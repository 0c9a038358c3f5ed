"""Changing calendars; each change leaves an event."""

from datetime import datetime

from django.db import transaction

from core.access.actor import Actor
from core.ledger.reference_data import delete_kept, save_kept

from .models import BusinessCalendar


def save_calendar(calendar: BusinessCalendar, *, actor: Actor, at: datetime) -> BusinessCalendar:
    """Create or change a calendar. Making it the default takes that from the one before."""
    with transaction.atomic():
        if calendar.is_default:
            for other in BusinessCalendar.objects.filter(is_default=True).exclude(pk=calendar.pk):
                other.is_default = False
                save_kept(other, "calendar", actor=actor, at=at)
        return save_kept(calendar, "calendar", actor=actor, at=at)


def delete_calendar(calendar: BusinessCalendar, *, actor: Actor, at: datetime) -> None:
    """Delete a calendar that nothing uses; raises ``StillUsed`` otherwise."""
    delete_kept(calendar, "calendar", actor=actor, at=at)
