"""Forms of pre-checks: a question, a person's answer to one that waits, the reason for lifting a pause."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.ui.forms import Row, Section, SectionFormMixin

from ..forms import RegistrationForm
from ..forms.layout import Part
from .keys import QUESTION_FIELDS

LONGEST_MESSAGE = 600


class PrecheckForm(RegistrationForm):
    """The parts of a registration's form that say who the customer is, and for what: typed the same way."""

    sections = (
        Section(
            _("Customer"),
            _("Who will use the goods. Customers of yours are offered as you type."),
            "customer_name",
            Row("customer_country", "customer_city"),
            "customer_address",
            Row("customer_registry_id", "customer_website", "customer_phone"),
            key="customer",
        ),
        Section(
            _("Product lines"),
            _("Each line is answered by itself."),
            Part("registrations/_form_lines.html", "line_ids"),
            key="lines",
        ),
        Section(
            _("Place and project"),
            _("Name the project if you mean it alone."),
            "territory",
            Row("project_name", "tender_number"),
            key="project",
        ),
    )

    class Meta(RegistrationForm.Meta):
        pass

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        keep = {*QUESTION_FIELDS, "line_ids", "one_time_key"}
        for name in list(self.fields):
            if name not in keep:
                del self.fields[name]

    def data_for_service(self) -> dict:
        """Return what was typed, by name."""
        return {name: self.cleaned_data[name] for name in QUESTION_FIELDS if name in self.cleaned_data}


class MessageForm(SectionFormMixin, forms.Form):
    """A word to the dealer beside the answer; needed where there is none."""

    message = forms.CharField(
        label=_("Message to the dealer"),
        required=False,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_MESSAGE}),
        help_text=_("The dealer reads it with the answer. Name no other partner."),
    )

    def __init__(self, *args, is_needed: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["message"].required = is_needed


class LiftForm(SectionFormMixin, forms.Form):
    """Why a partner may ask freely again."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_MESSAGE}),
        help_text=_("The partner reads it. What was asked before counts no more."),
    )
