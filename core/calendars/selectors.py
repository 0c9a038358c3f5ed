"""Reading calendars. Which place has which is known above: ``crm.territories.selectors``, ``partners.selectors``."""

from .models import BusinessCalendar


def default_calendar() -> BusinessCalendar:
    """Return the default calendar, else any; in a portal without one, Monday to Friday, nine to six, UTC."""
    calendar = BusinessCalendar.objects.order_by("-is_default", "pk").first()
    return calendar or BusinessCalendar(
        time_zone="UTC", working_days=[0, 1, 2, 3, 4], opens_at="09:00", closes_at="18:00"
    )
