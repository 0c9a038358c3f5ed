"""A reviewer's decisions, each a small form of its own."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..enums import MatchVerdict, RejectionReason
from .answer import askable_choices
from .endings import LinesForm


class ApproveForm(LinesForm):
    """Approve some lines or all."""


class RejectForm(LinesForm):
    """Reject some lines or all, with a reason from the closed list."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose a reason")), *RejectionReason.choices],
        error_messages={"required": _("Choose the reason; the dealer is told it.")},
    )
    text = forms.CharField(
        label=_("Explanation for the dealer"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 600}),
        help_text=_("Sent to the dealer as it stands. Never name another dealer here."),
    )


class RejectManyForm(forms.Form):
    """One reason for several registrations."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose a reason")), *RejectionReason.choices],
        error_messages={"required": _("Choose the reason; every dealer is told it.")},
    )
    text = forms.CharField(
        label=_("Explanation for the dealers"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 600}),
        help_text=_("Sent to each of them as it stands. Never name another dealer here."),
    )


class AskForm(forms.Form):
    """Ask the dealer to mend named fields."""

    fields_asked = forms.MultipleChoiceField(
        label=_("What the dealer should mend"),
        widget=forms.CheckboxSelectMultiple,
        choices=askable_choices,
        error_messages={"required": _("Name at least one thing to mend.")},
    )
    message = forms.CharField(
        label=_("What is needed, and why"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 2000}),
        error_messages={"required": _("Say what is needed; the dealer reads this.")},
    )


class MatchForm(forms.Form):
    """Say of a doubtful customer or project: the same, or another."""

    customer = forms.CharField(required=False, max_length=20)
    project = forms.CharField(required=False, max_length=20)
    verdict = forms.ChoiceField(choices=MatchVerdict.choices)

    def clean(self):
        """Demand exactly one of customer and project."""
        cleaned = super().clean()
        if bool(cleaned.get("customer")) == bool(cleaned.get("project")):
            raise forms.ValidationError(_("Say it of one customer or one project."))
        return cleaned


class NoteForm(forms.Form):
    """A note among staff."""

    text = forms.CharField(
        label=_("Note"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 4000}),
        error_messages={"required": _("Write something first.")},
    )
