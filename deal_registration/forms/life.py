"""More time, revoking, taking a mistake back: each a small form of its own."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.ui.forms import OneTimeKeyMixin

from ..enums import RevocationReason
from .endings import LinesForm

LONGEST = 600


def explanation(label, help_text="", required: str = "") -> forms.CharField:
    """Return a field for some sentences; ``required`` is what is said where they are missing."""
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        required=bool(required),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST}),
        help_text=help_text,
        error_messages={"required": required} if required else None,
    )


class ExtendForm(OneTimeKeyMixin):
    """Ask for more time; what happened lately has to be said where nothing was noted."""

    note = explanation(_("What happened lately with this customer?"))

    def __init__(self, *args, needs_note: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["note"].required = needs_note
        self.fields["note"].error_messages["required"] = _(
            "Nothing was noted on this deal lately. Say in a sentence what happened."
        )


class GrantExtensionForm(LinesForm):
    """Grant more time for some lines or all."""


class DeclineExtensionForm(LinesForm):
    """Decline more time, with the reason."""

    reason = explanation(
        _("Reason"),
        _("Sent to the dealer as it stands. Never name another dealer here."),
        _("Say why; the dealer reads this."),
    )


class RevokeForm(LinesForm):
    """Take a protection away, with a reason of the closed list and an explanation."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose a reason")), *RevocationReason.choices],
        error_messages={"required": _("Choose the reason; the dealer is told it.")},
    )
    text = explanation(
        _("Explanation for the dealer"),
        _("Sent to the dealer as it stands. Never name another dealer here."),
        _("Explain it; the dealer reads this."),
    )


class RevertForm(LinesForm):
    """Take a decision back that was a mistake."""

    reason = explanation(
        _("What was the mistake?"),
        _("The dealer reads this in the history of the registration."),
        _("Say what the mistake was; the dealer reads this."),
    )
