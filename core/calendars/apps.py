from django.utils.translation import gettext_lazy as _

from core import apps as house


class CalendarsConfig(house.HouseAppConfig):
    name = "core.calendars"
    label = "calendars"
    verbose_name = _("Calendars")
