"""Forms of opportunities. Fields the actor may not write are not in them."""

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from djmoney.forms import MoneyField

from core.access.fields import field_access
from core.access.guards import allows
from core.ui.forms import OneTimeKeyMixin, Row, Section, SectionFormMixin
from crm.accounts.forms import PersonField, TerritoryField, colleagues, territories_for
from crm.accounts.models import Account
from crm.accounts.typeahead import Twin, twins
from crm.catalog.models import ProductLine
from crm.projects.models import Project
from crm.territories.models import Territory

from .models import Opportunity, Stage


class NamedField(forms.ModelChoiceField):
    """Reference data by its name in the reader's language."""

    def label_from_instance(self, row) -> str:
        """Return the name."""
        return row.name


class LinesField(forms.ModelMultipleChoiceField):
    """Product lines as boxes."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, row) -> str:
        """Return the name."""
        return row.name


class AmountField(MoneyField):
    """An amount as people type it, thousands separated or not, in one of the portal's currencies."""

    def __init__(self, **kwargs):
        super().__init__(
            max_digits=16,
            decimal_places=2,
            min_value=0,
            default_currency=settings.DEFAULT_CURRENCY,
            currency_choices=[(code, code) for code in settings.CURRENCIES],
            **kwargs,
        )
        amount = self.fields[0]
        amount.localize = True
        self.widget.widgets[0].input_type = "text"
        self.widget.widgets[0].attrs["inputmode"] = "decimal"
        self.widget.widgets[0].is_localized = True


class OpportunityForm(OneTimeKeyMixin, SectionFormMixin, forms.ModelForm):
    """A direct opportunity, or the manufacturer's own fields of a registered one."""

    account = forms.CharField(required=False, widget=forms.HiddenInput, max_length=20)
    customer = forms.CharField(
        label=_("Customer"),
        max_length=300,
        help_text=_("Type the name and choose it from the list; one that nobody knows can be added."),
    )
    project = NamedField(
        queryset=Project.objects.none(), label=_("Project"), required=False, empty_label=_("none")
    )
    lines = LinesField(queryset=ProductLine.objects.none(), label=_("Product lines"))
    stage = NamedField(
        queryset=Stage.objects.none(), label=_("Stage"), required=False, empty_label=_("the first")
    )
    value = AmountField(label=_("Value"))
    territory = TerritoryField(
        queryset=Territory.objects.none(), label=_("Territory"), empty_label=_("choose")
    )
    owner = PersonField(
        queryset=get_user_model().objects.none(), label=_("Owner"), required=False, empty_label=_("nobody")
    )

    sections = (
        Section(_("What and for whom"), "", "customer", "name", Row("project", "type")),
        Section(_("What may be sold"), "", "lines", Row("value", "expected_close_on"), "stage"),
        Section(
            _("Who looks after it"),
            _("The territory and the product lines decide which colleagues see it."),
            Row("territory", "owner"),
        ),
    )

    class Meta:
        model = Opportunity
        fields = ("name", "project", "type", "stage", "value", "expected_close_on", "territory", "owner")
        widgets = {"expected_close_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args, actor, account: Account | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.actor, self.known_account = actor, account
        self.may_add_customer = allows(actor, "accounts.edit")
        self.twins: list[Twin] = []
        self.meant: Twin | None = None
        self.new_customer, self.is_in_doubt = "", False
        opportunity = self.instance if self.instance.pk else None
        if account is not None:
            del self.fields["account"], self.fields["customer"]
            self.fields["project"].queryset = Project.objects.visible_to(actor).filter(account=account)
        else:
            del self.fields["project"]
            self.fields["customer"].widget.attrs["data-suggest"] = reverse("accounts:customer_options")
        self.fields["lines"].queryset = ProductLine.objects.visible_to(actor).active()
        self.fields["stage"].queryset = Stage.objects.visible_to(actor).filter(is_active=True)
        self.fields["territory"].queryset = territories_for(
            actor, "opportunities.work", keep=opportunity.territory_id if opportunity else None
        )
        self.fields["owner"].queryset = colleagues()
        if opportunity is not None:
            self.initial["lines"] = [row.line_id for row in opportunity.lines.all()]
            del self.fields["one_time_key"]
        access = field_access(actor, Opportunity)
        for name in self.Meta.fields:
            if name in self.fields and not access.writable(name) and (opportunity or name != "name"):
                del self.fields[name]

    def clean_expected_close_on(self):
        """Refuse a new day that is over."""
        day = self.cleaned_data.get("expected_close_on")
        if day and day < timezone.localdate() and day != self.instance.expected_close_on:
            raise forms.ValidationError(_("This day is over. Choose today or a later day."))
        return day

    def clean(self):
        """Find the customer chosen among those the actor sees."""
        cleaned = super().clean()
        if self.known_account is None:
            name, ref = (cleaned.get("customer") or "").strip(), cleaned.get("account") or ""
            visible = Account.objects.visible_to(self.actor).known()
            chosen = visible.filter(ref=ref).first() if ref else None
            if name and (chosen is None or name not in (chosen.name, chosen.other_name)):
                chosen = visible.filter(name=name).order_by("pk").first()
            self.known_account = chosen
            if name and chosen is None:
                self._settle(name)
        return cleaned

    def _settle(self, name: str) -> None:
        """Take what the person said of a customer not known by this name; without a word, show who may be meant."""
        said = self.data if self.data.get("settled", name).strip() == name else {}  # it was of another name
        self.twins = twins({"name": name}, self.actor)
        self.meant = next((twin for twin in self.twins if twin.account.ref == said.get("same")), None)
        if self.meant is not None:
            self.known_account = self.meant.account
        elif "anyway" in said and self.may_add_customer:
            self.new_customer = name
        else:
            self.is_in_doubt = True
            self.add_error(
                "customer",
                _("This customer is not known by this name. Say above who it is.")
                if self.twins or self.may_add_customer
                else _("This customer is not known. Choose one from the list, or add the account first."),
            )

    def new_customer_data(self) -> dict:
        """Return the account to add for a customer nobody knew: what is known of it by now."""
        territory = self.cleaned_data["territory"]
        return {"name": self.new_customer, "territory": territory, "country": territory.country}

    def data_for_service(self) -> dict:
        """Return the fields to save, by name."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}

    def line_ids(self) -> list[int]:
        """Return the chosen product lines."""
        return [line.pk for line in self.cleaned_data["lines"]]


class CloseForm(forms.Form):
    """Why an opportunity was won or lost."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
