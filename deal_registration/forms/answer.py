"""The dealer mends what a reviewer asked for: those fields and no others."""

from django.utils.translation import gettext_lazy as _

from ..services.drafts import TYPED_FIELDS
from .contacts import ContactFormSet
from .registration import RegistrationForm

CONTACTS, DOCUMENTS = "contacts", "documents"
# What a reviewer may ask for, in the order of the form.
ASKABLE = {
    **{
        name: label
        for name, label in {
            "customer_name": _("End customer"),
            "customer_registry_id": _("Registry id"),
            "customer_country": _("Country"),
            "customer_city": _("City"),
            "customer_address": _("Address"),
            "customer_website": _("Website or e-mail domain"),
            "customer_phone": _("Phone"),
            "purchasing_name": _("Purchasing customer"),
            "specifying_name": _("Specifying party (designer)"),
            "project_name": _("Project or site"),
            "tender_number": _("Tender number"),
            "tender_published_on": _("Tender published on"),
            "opportunity_type": _("Type of business"),
            "territory": _("Territory of the site"),
            "value": _("Expected value"),
            "expected_close_on": _("Expected close"),
            "description": _("What is needed"),
        }.items()
        if name in TYPED_FIELDS
    },
    CONTACTS: _("Contacts"),
    DOCUMENTS: _("Documents"),
}


class AnswerForm(RegistrationForm):
    """Only the fields asked for; the documents can always be added to."""

    def __init__(self, *args, fields, **kwargs):
        super().__init__(*args, **kwargs)
        self.asked = list(fields)
        keep = {*self.asked, DOCUMENTS, "document_kind", "one_time_key"}
        for name in list(self.fields):
            if name not in keep:
                del self.fields[name]

    @property
    def wants_contacts(self) -> bool:
        """Whether the contacts are among what was asked for."""
        return CONTACTS in self.asked

    def contact_forms(self, data=None):
        """Return the contacts' forms if they were asked for, and let the form draw them."""
        self.contact_formset = (
            ContactFormSet(data, registration=self.instance) if self.wants_contacts else None
        )
        return self.contact_formset


def askable_choices() -> list[tuple[str, str]]:
    """Return (field, label) of all a reviewer may ask for."""
    return list(ASKABLE.items())


def fields_to_request(asked: list[str]) -> list[str]:
    """Return the fields to open for ``asked``: a customer renamed may also be another known customer."""
    return [*asked, "customer_account"] if "customer_name" in asked else list(asked)
