"""What people type about themselves."""

import zoneinfo
from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.ui.forms import Row, Section, SectionFormMixin

from .models import TIME_ZONES, User


def zone_choices(at: datetime) -> list[tuple[str, str]]:
    """Return (zone, name with its offset at ``at``), by offset."""
    rows = []
    for name in [*TIME_ZONES, "UTC"]:
        offset = at.astimezone(zoneinfo.ZoneInfo(name)).utcoffset()
        minutes = int(offset.total_seconds() // 60)
        sign, minutes_abs = ("+" if minutes >= 0 else "−"), abs(minutes)
        shown = f"UTC{sign}{minutes_abs // 60:02d}:{minutes_abs % 60:02d}  {name.replace('_', ' ')}"
        rows.append((minutes, name, shown))
    return [(name, shown) for _minutes, name, shown in sorted(rows)]


class ProfileForm(SectionFormMixin, forms.ModelForm):
    """Name, phone, language, zone, appearance."""

    sections = (
        Section(_("About you"), _("Your colleagues see this."), Row("full_name", "phone")),
        Section(
            _("How the portal talks to you"),
            _("Pages, mails and documents follow these."),
            Row("language", "time_zone"),
            "theme",
        ),
    )

    class Meta:
        model = User
        fields = ("full_name", "phone", "language", "time_zone", "theme")
        widgets = {"theme": forms.RadioSelect}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = forms.ChoiceField(
            label=User._meta.get_field("time_zone").verbose_name.capitalize(),
            choices=zone_choices(clock.now()),
        )
        self.fields["full_name"].widget.attrs["autocomplete"] = "name"
        self.fields["phone"].widget.attrs["autocomplete"] = "tel"
