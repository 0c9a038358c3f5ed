"""The people at the customer, as a set of small forms that grows and shrinks in place."""

from django import forms
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .fields import has_a_letter

MAX_CONTACTS = 20


class ContactForm(forms.Form):
    """One person. A row left empty is no contact."""

    name = forms.CharField(
        label=pgettext_lazy("person", "Name"),
        max_length=120,
        required=False,
        validators=[has_a_letter],
    )
    job_title = forms.CharField(label=_("Job title"), max_length=120, required=False)
    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        validators=[EmailValidator()],
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    def clean(self):
        """Ask for the name of someone of whom anything else is known."""
        cleaned = super().clean()
        if not cleaned.get("name") and "name" not in self.errors and any(cleaned.values()):
            self.add_error("name", _("Write this person's name, or empty the row."))
        return cleaned


class BaseContactFormSet(forms.BaseFormSet):
    """Rows of contacts."""

    def contacts(self) -> list[dict[str, str]]:
        """Return the well-formed contacts in order, without empty and removed rows."""
        rows = []
        for form in self.forms:
            data = getattr(form, "cleaned_data", None) or {}
            if form.errors or data.get("DELETE") or not data.get("name"):
                continue
            rows.append({name: data.get(name, "") for name in ("name", "job_title", "email", "phone")})
        return rows


_ContactFormSet = forms.formset_factory(
    ContactForm,
    formset=BaseContactFormSet,
    extra=1,
    max_num=MAX_CONTACTS,
    absolute_max=MAX_CONTACTS + 5,
    validate_max=True,
    can_delete=True,
)


def ContactFormSet(data=None, *, registration=None):
    """Return the contacts' forms: bound to ``data``, else showing those of ``registration``."""
    initial = []
    if data is None and registration is not None and registration.pk:
        initial = [
            {"name": row.name, "job_title": row.job_title, "email": row.email, "phone": row.phone}
            for row in registration.contacts.all()
        ]
    formset = _ContactFormSet(data, prefix="contacts", initial=initial)
    if initial:
        formset.extra = 0
    return formset
