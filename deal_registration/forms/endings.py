"""Withdrawing a registration and reporting how it ended, for some of its lines or all."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.ui.forms import OneTimeKeyMixin

from ..enums import LossReason
from .fields import AmountField


class LinesForm(OneTimeKeyMixin, forms.Form):
    """A choice among product lines of one registration (``lines``), all of them chosen to begin with."""

    line_ids = forms.TypedMultipleChoiceField(
        label=_("Product lines"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one product line.")},
    )

    def __init__(self, *args, lines, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["line_ids"].choices = [(row.line_id, row.line.name) for row in lines]
        self.fields["line_ids"].initial = [row.line_id for row in lines]

    @property
    def single_line(self) -> bool:
        """Whether there is nothing to choose."""
        return len(self.fields["line_ids"].choices) == 1


class WithdrawForm(LinesForm):
    """Give up what was filed."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 600}),
    )


class WonForm(LinesForm):
    """The deal was won."""

    order_number = forms.CharField(
        label=_("Order number"),
        max_length=80,
        required=False,
        help_text=_("Your order with us, so that it can be matched."),
    )
    value_won = AmountField(
        label=_("Value won"),
        required=False,
        help_text=_("What the customer ordered, without tax."),
    )


class LostForm(LinesForm):
    """The deal was lost."""

    reason = forms.ChoiceField(
        label=_("What decided it"), choices=[("", _("Choose a reason")), *LossReason.choices]
    )
    text = forms.CharField(
        label=_("Explanation"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 600}),
    )
