"""Business calendars."""

import zoneinfo
from datetime import date

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from core.calendars import services
from core.calendars.business_time import is_known_place
from core.calendars.models import BusinessCalendar
from core.people.models import TIME_ZONES

from .base import ServiceForm, ServiceViewSet


class DaysField(forms.CharField):
    """Days, one a line, as 2026-12-24."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value):
        """Show one day a line."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value) -> list[str]:
        """Return the days as ISO texts, in order, each once."""
        days = set()
        for word in (value or "").replace(",", " ").split():
            try:
                days.add(date.fromisoformat(word).isoformat())
            except ValueError as error:
                raise forms.ValidationError(
                    _("%(day)s is no day. Write days as 2026-12-24."), params={"day": word}
                ) from error
        return sorted(days)

    def has_changed(self, initial, data) -> bool:
        """Compare days, not texts."""
        try:
            return sorted(initial or []) != self.to_python(data)
        except forms.ValidationError:
            return True


class CalendarForm(ServiceForm):
    """When somebody works. A new default takes that from the one before."""

    left_to_service = frozenset({"is_default"})

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=[(zone, zone) for zone in TIME_ZONES])
    working_days = forms.TypedMultipleChoiceField(
        label=_("Working days"),
        coerce=int,
        choices=list(WEEKDAYS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    extra_closed_on = DaysField(
        label=_("Further days closed"), required=False, help_text=_("One day a line: 2026-12-24")
    )
    extra_open_on = DaysField(
        label=_("Further days open"),
        required=False,
        help_text=_("Open although it is a weekend or a holiday."),
    )

    class Meta:
        model = BusinessCalendar
        fields = (
            "name",
            "time_zone",
            "working_days",
            "opens_at",
            "closes_at",
            "country",
            "subdivision",
            "extra_closed_on",
            "extra_open_on",
            "is_default",
        )

    def clean_time_zone(self) -> str:
        """Return a zone there is."""
        zone = self.cleaned_data["time_zone"]
        if zone not in zoneinfo.available_timezones():
            raise forms.ValidationError(_("There is no such time zone."))
        return zone

    def clean(self):
        """Refuse a place whose public holidays nobody knows, and taking the default away without another."""
        cleaned = super().clean()
        country = (cleaned.get("country") or "").upper()
        subdivision = (cleaned.get("subdivision") or "").upper()
        if country and not is_known_place(country, subdivision):
            self.add_error("country", _("The public holidays of this place are not known."))
        cleaned["country"], cleaned["subdivision"] = country, subdivision
        if self.initial.get("is_default") and not cleaned.get("is_default"):
            self.add_error("is_default", _("Make another calendar the default instead."))
        return cleaned

    def save_by(self, *, actor, at):
        """Save by the calendars' service."""
        return services.save_calendar(self.row(), actor=actor, at=at)


class CalendarViewSet(ServiceViewSet):
    """Business calendars."""

    model = BusinessCalendar
    name = "calendars"
    icon = "calendar-alt"
    form = CalendarForm
    remove = staticmethod(services.delete_calendar)
    list_display = ("name", "time_zone", "country", "opens_at", "closes_at", "is_default")
    search_fields = ("name", "time_zone", "country")
