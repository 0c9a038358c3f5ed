"""Forms for logging and planning activities."""

import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ui.forms import OneTimeKeyMixin, Row, Section, SectionFormMixin

from .models import Activity, ActivityKind

DONE_KINDS = [choice for choice in ActivityKind.choices if choice[0] != ActivityKind.TASK]


class LogForm(OneTimeKeyMixin, forms.Form):
    """Two taps: open the dialog, press what was done. Words are welcome, not needed."""

    kind = forms.ChoiceField(label=_("Kind"), choices=DONE_KINDS)
    text = forms.CharField(
        label=_("Notes"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class PlanForm(OneTimeKeyMixin, SectionFormMixin, forms.ModelForm):
    """Something to do, with a time by which it is due."""

    sections = (Section(_("What is to be done"), "", Row("kind", "due_at"), "subject", "text"),)
    due_at = forms.DateTimeField(
        label=_("Due"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )

    class Meta:
        model = Activity
        fields = ("kind", "due_at", "subject", "text")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        tomorrow = timezone.localtime() + datetime.timedelta(days=1)
        self.fields["due_at"].initial = tomorrow.replace(hour=9, minute=0, second=0, microsecond=0)
        self.fields["kind"].initial = ActivityKind.CALL

    def clean_due_at(self):
        """Refuse a time that is over."""
        due = self.cleaned_data["due_at"]
        if due < timezone.now():
            raise forms.ValidationError(_("This time is over. Choose a later one."))
        return due
