"""Reading the territory tree."""

from core.calendars.models import BusinessCalendar
from core.calendars.selectors import default_calendar

from .models import Territory


def calendar_for(territory: Territory | None) -> BusinessCalendar:
    """Return the calendar of the nearest territory that has one, from ``territory`` upwards, else the default."""
    if territory is not None:
        nearest = (
            Territory.objects.covering(territory.path)
            .filter(calendar__isnull=False)
            .select_related("calendar")
            .order_by("-path")
            .first()
        )
        if nearest is not None:
            return nearest.calendar
    return default_calendar()
