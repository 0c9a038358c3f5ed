"""The calendars a new portal begins with."""

from .models import BusinessCalendar

_WEEK = [0, 1, 2, 3, 4]
# name, time zone, country of the public holidays
DEFAULT_CALENDARS = (
    ("China", "Asia/Shanghai", "CN"),
    ("Taiwan", "Asia/Taipei", "TW"),
    ("Hong Kong", "Asia/Hong_Kong", "HK"),
    ("Germany", "Europe/Berlin", "DE"),
    ("Netherlands", "Europe/Amsterdam", "NL"),
    ("France", "Europe/Paris", "FR"),
    ("United Kingdom", "Europe/London", "GB"),
)


def ensure_default_calendars() -> int:
    """Create the default calendars in a portal that has none; return how many were created."""
    if BusinessCalendar.objects.exists():
        return 0
    calendars = [
        BusinessCalendar(
            name=name,
            time_zone=time_zone,
            country=country,
            working_days=list(_WEEK),
            opens_at="09:00",
            closes_at="18:00",
            is_default=country == "CN",
        )
        for name, time_zone, country in DEFAULT_CALENDARS
    ]
    return len(BusinessCalendar.objects.bulk_create(calendars))
