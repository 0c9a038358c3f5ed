"""The form by which a deal is registered."""

import json

from django import forms
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ui.countries import country_choices
from core.ui.forms import OneTimeKeyMixin, Row, Section, SectionFormMixin
from crm.accounts.models import Account
from crm.catalog.models import ProductLine
from crm.opportunities.enums import OpportunityType
from crm.territories.models import Territory
from partners.models import Authorisation

from ..models import Registration
from ..services.drafts import TYPED_FIELDS
from .documents import DocumentFieldsMixin
from .fields import AmountField, check_close_day, check_tender_day, has_a_letter
from .layout import Part

# What the form holds beside the customer's name belongs to the question which known one is meant.
ALSO_ASKED = json.dumps(
    {name: f"customer_{name}" for name in ("registry_id", "website", "phone", "country", "city")}
)
OTHER_COMPANY = {
    "autocomplete": "off",
    "maxlength": 300,
    "data-suggest": reverse_lazy("accounts:customer_options"),
    "data-suggest-only-name": True,
}
NEEDED_TO_FILE = ("customer_name", "customer_country", "territory", "line_ids", "value", "expected_close_on")


class RegistrationForm(OneTimeKeyMixin, DocumentFieldsMixin, SectionFormMixin, forms.ModelForm):
    """What the dealer types. Everything is optional here: a draft may be half done.

    ``data_for_service`` gives what is well formed even when something else is not, so that a draft loses nothing.
    """

    customer_account = forms.CharField(required=False, widget=forms.HiddenInput)
    customer_country = forms.ChoiceField(label=_("Country"), required=False)
    territory = forms.ChoiceField(
        label=_("Territory of the site"),
        required=False,
        help_text=_("Where the goods will be used; else where the customer is."),
    )
    line_ids = forms.TypedMultipleChoiceField(label=_("Product lines"), required=False, coerce=int)
    value = AmountField(
        label=_("Expected value"),
        required=False,
        help_text=_("What the customer will pay for these product lines, without tax."),
    )

    use_required_attribute = False
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
            _("Each line is decided and protected by itself."),
            Part("registrations/_form_lines.html", "line_ids"),
            key="lines",
        ),
        Section(
            _("Project"),
            _("Name the project if you ask protection for it alone, and where the goods will be used."),
            Row("project_name", "tender_number"),
            Row("territory", "opportunity_type"),
            Row("tender_published_on", widths=(6,)),
            Row("purchasing_name", "specifying_name"),
            key="project",
        ),
        Section(
            _("Value and time"),
            _("Your best estimate."),
            Row("value", "expected_close_on"),
            "description",
            key="value",
        ),
        Section(
            _("Contacts"),
            _("Whom you talk to at the customer. It helps us see that you were there first."),
            Part("registrations/_form_contacts.html"),
            key="contacts",
        ),
        Section(
            _("Documents"),
            _("What shows that the deal is real."),
            Part("registrations/_form_documents.html"),
            "document_kind",
            "documents",
            key="documents",
        ),
        Section(_("For your own use"), "", "own_reference", key="own"),
    )

    class Meta:
        model = Registration
        fields = TYPED_FIELDS
        labels = {
            "customer_name": _("End customer"),
            "customer_registry_id": _("Registry id"),
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
            "expected_close_on": _("Expected close"),
            "own_reference": _("Your own reference"),
            "description": _("What is needed"),
        }
        help_texts = {
            "customer_name": _("Who will use the goods, by its full registered name."),
            "customer_registry_id": _("Unified social credit code, Taiwan business number, VAT or DUNS."),
            "customer_website": _("Helps us recognise the customer, for example example.com."),
            "purchasing_name": _("If somebody else buys for the end customer."),
            "specifying_name": _("Design institute or consultant, if there is one."),
            "project_name": _("Without a project, the whole customer is meant."),
            "tender_published_on": _(
                "The day on which everybody could read it. Empty: not yet, or not known."
            ),
            "expected_close_on": _("When you expect the order."),
            "own_reference": _("Only for you: a number or word from your own system."),
        }
        widgets = {
            "customer_name": forms.TextInput(
                attrs={
                    "autocomplete": "off",
                    "maxlength": 300,
                    "data-suggest": reverse_lazy("accounts:customer_options"),
                    "data-suggest-also": ALSO_ASKED,
                }
            ),
            "purchasing_name": forms.TextInput(attrs=OTHER_COMPANY),
            "specifying_name": forms.TextInput(attrs=OTHER_COMPANY),
            "customer_website": forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
            "customer_phone": forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
            "tender_published_on": forms.DateInput(
                format="%Y-%m-%d",
                attrs={"type": "date", "data-asked-with": "tender_number opportunity_type=tender"},
            ),
            "expected_close_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "description": forms.Textarea(attrs={"rows": 4, "maxlength": 4000}),
        }

    def __init__(self, *args, actor, contact_formset=None, stored_files=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.contact_formset = contact_formset
        self.stored_files = list(stored_files)
        self.contact_error = ""
        self.draft_saved = False
        self.territories = {
            row.code: row for row in Territory.objects.visible_to(actor).filter(is_active=True)
        }
        self.offer_document_kinds(actor)
        self._offer_places()
        self._offer_lines()
        for name in ("customer_name", "purchasing_name", "specifying_name", "project_name"):
            if name in self.fields:
                self.fields[name].validators.append(has_a_letter)
        if self.instance.pk:
            account, territory = self.instance.customer_account, self.instance.territory
            self.initial["customer_account"] = account.ref if account else ""
            self.initial["territory"] = territory.code if territory else ""
            self.initial["line_ids"] = [row.line_id for row in self.instance.lines.all()]

        self._mark_needed(True)

    def _mark_needed(self, needed: bool) -> None:
        """Show as required what a filing needs, without refusing a draft that lacks it."""
        for name in NEEDED_TO_FILE:
            if name in self.fields:
                self.fields[name].required = needed

    def full_clean(self):
        """Validate as for a draft: whether a filing is complete, the service says."""
        self._mark_needed(False)
        super().full_clean()
        self._mark_needed(True)

    def _get_validation_exclusions(self) -> set[str]:
        """Leave out the value: the model's validator compares money with a number; the form's field has checked it."""
        return super()._get_validation_exclusions() | {"value"}

    def _offer_places(self) -> None:
        """Fill the choices of territory (indented by depth) and country (those of the territories first)."""
        indent = "\u2003"
        self.fields["territory"].choices = [("", _("Choose a territory"))] + [
            (code, f"{indent * (row.depth - 1)}{row.name}") for code, row in self.territories.items()
        ]
        served = {row.country for row in self.territories.values() if row.country}
        named = country_choices()
        first = [(code, name) for code, name in named if code in served]
        others = [(code, name) for code, name in named if code not in served]
        self.fields["customer_country"].choices = [
            ("", _("Choose a country")),
            *([(_("Where we sell"), first)] if first else []),
            (_("All other countries"), others),
        ]

    def _offer_lines(self) -> None:
        """Offer the product lines still sold, and those already chosen, grouped by family."""
        chosen = {row.line_id for row in self.instance.lines.all()} if self.instance.pk else set()
        self.lines = [
            line
            for line in ProductLine.objects.visible_to(self.actor).select_related("family")
            if line.is_active or line.pk in chosen
        ]
        self.fields["line_ids"].choices = [(line.pk, line.name) for line in self.lines]
        self.authorised_line_ids = set(
            Authorisation.objects.visible_to(self.actor)
            .filter(partner_id=self.actor.organisation_id)
            .in_force(timezone.now())
            .values_list("line_id", flat=True)
        )

    def line_groups(self) -> list[tuple[str, list[dict]]]:
        """Return (family, lines) for the check boxes; a line outside the partner's authorisations is marked."""
        chosen = {str(value) for value in self["line_ids"].value() or ()}
        groups: dict[str, list[dict]] = {}
        for line in self.lines:
            groups.setdefault(line.family.name, []).append(
                {
                    "id": line.pk,
                    "name": line.name,
                    "checked": str(line.pk) in chosen,
                    "authorised": line.pk in self.authorised_line_ids,
                }
            )
        return list(groups.items())

    def clean_customer_account(self):
        """Return the known customer chosen, or None: an unknown, foreign or malformed reference is no choice."""
        ref = self.cleaned_data.get("customer_account")
        return Account.objects.visible_to(self.actor).filter(ref=ref[:20]).first() if ref else None

    def clean_territory(self):
        """Return the territory chosen, or None."""
        return self.territories.get(self.cleaned_data.get("territory"))

    def clean_expected_close_on(self):
        """Refuse a day that is over, or so far away that a digit must be wrong."""
        day = self.cleaned_data.get("expected_close_on")
        if day:
            check_close_day(day, timezone.localdate())
        return day

    def clean_tender_published_on(self):
        """Refuse a day so far away that a digit must be wrong; a tender may be announced before it is published."""
        day = self.cleaned_data.get("tender_published_on")
        if day:
            check_tender_day(day, timezone.localdate())
        return day

    def _is_about_a_tender(self, cleaned: dict) -> bool:
        """Tell whether a tender's number or the type of business says that there is one."""
        values = {
            name: cleaned.get(name) if name in self.fields else getattr(self.instance, name)
            for name in ("tender_number", "opportunity_type")
        }
        return bool(values["tender_number"]) or values["opportunity_type"] == OpportunityType.TENDER

    def clean(self):
        """Let go of the known customer once its name was changed by hand, and of a day where no tender is meant."""
        cleaned = super().clean()
        if cleaned.get("tender_published_on") and not self._is_about_a_tender(cleaned):
            cleaned["tender_published_on"] = None
        account, name = cleaned.get("customer_account"), cleaned.get("customer_name")
        if account and name and name not in (account.name, account.other_name):
            cleaned["customer_account"] = None
        return cleaned

    @property
    def says_anything(self) -> bool:
        """Whether a person typed, chose or attached anything at all."""
        ignored = {"one_time_key", "opportunity_type", "value"}
        typed = self.data.get("value_0", "").strip()
        raw = (self[name].data for name in self.fields if name not in ignored)
        return bool(typed) or any(value for value in raw)

    def data_for_service(self) -> dict:
        """Return the well-formed model fields, by name."""
        return {name: self.cleaned_data[name] for name in TYPED_FIELDS if name in self.cleaned_data}

    def line_ids_for_service(self) -> list[int] | None:
        """Return the chosen product lines, or None where the choice itself was malformed."""
        return self.cleaned_data.get("line_ids")
