"""The form by which two accounts become one: whose value counts in each field."""

from django import forms

from core.ui.forms import OneTimeKeyMixin

from .services.merging import LOSER, SURVIVOR

SIDES = ((SURVIVOR, SURVIVOR), (LOSER, LOSER))


class MergeForm(OneTimeKeyMixin, forms.Form):
    """One choice a field that differs; which account stays; what the person saw when choosing."""

    keep = forms.CharField(widget=forms.HiddenInput, max_length=20)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=32)

    def __init__(self, *args, open_fields: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.open_fields = open_fields
        for name in open_fields:
            self.fields[f"field_{name}"] = forms.ChoiceField(choices=SIDES, required=False)

    def choices(self) -> dict[str, str]:
        """Return whose value counts, by field, where one was chosen."""
        return {
            name: self.cleaned_data[f"field_{name}"]
            for name in self.open_fields
            if self.cleaned_data.get(f"field_{name}")
        }

    def choices_sent(self) -> dict[str, str]:
        """Return the same of a form that was sent and refused, to show it again."""
        sent = {name: self.data.get(f"field_{name}", "") for name in self.open_fields}
        return {name: side for name, side in sent.items() if side in (SURVIVOR, LOSER)}
