"""Its dealer changes a filed registration: everything typed but the territory, and product lines to add."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..enums import LIVE, State
from ..services.amending import AMENDABLE
from .registration import RegistrationForm

# What makes it another scope; not offered while a line is protected.
SCOPE_FIELDS = ("customer_account", "customer_name", "customer_registry_id", "project_name", "tender_number")


class AmendForm(RegistrationForm):
    """The form of the filing, filled in. ``line_ids`` adds lines; those filed already cannot be taken away here."""

    accepts_new_place = forms.BooleanField(
        label=_("Yes, take a new place for what changes"),
        required=False,
        help_text=_(
            "Another customer or project is another deal: it takes its place behind everybody who has filed"
            " meanwhile, and gets a receipt of its own. What you filed first is then replaced."
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filed = {row.line_id for row in self.instance.lines.all()}
        self.is_protected = any(row.state == State.APPROVED for row in self.instance.lines.all())
        self.fields.pop("territory")
        if self.is_protected:
            for name in (*SCOPE_FIELDS, "accepts_new_place"):
                self.fields.pop(name, None)
        self.fields["line_ids"].choices = [
            (pk, name) for pk, name in self.fields["line_ids"].choices if pk not in self.filed
        ]
        self.initial["line_ids"] = []
        self.lines = [line for line in self.lines if line.pk not in self.filed]
        if not self.lines or not any(row.state in LIVE for row in self.instance.lines.all()):
            self.fields.pop("line_ids")

    def clean_expected_close_on(self):
        """Let a day stand that was filed and is over by now; a new one has to lie ahead."""
        day = self.cleaned_data.get("expected_close_on")
        return day if day == self.initial.get("expected_close_on") else super().clean_expected_close_on()

    def data_for_service(self) -> dict:
        """Return the well-formed fields that may be changed."""
        return {name: value for name, value in super().data_for_service().items() if name in AMENDABLE}

    def added_line_ids(self) -> list[int]:
        """Return the product lines to add."""
        return list(self.cleaned_data.get("line_ids") or ())
