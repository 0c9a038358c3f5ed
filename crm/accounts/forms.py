"""Forms of accounts, contacts and shares. Fields the actor may not write are not in them."""

import json

from django import forms
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access.fields import field_access
from core.ui.countries import country_choices
from core.ui.forms import OneTimeKeyMixin, Row, Section, SectionFormMixin
from crm.identity.registry_ids import problem_with
from crm.territories.models import Territory
from crm.territories.scopes import covers

from .models import Account, Contact
from .typeahead import ALSO


def territories_for(actor, permission: str, keep=None):
    """Return the territories in which ``actor`` holds ``permission``, and the one there is already."""
    allowed = [
        row.pk
        for row in Territory.objects.visible_to(actor)
        if (row.is_active and covers(actor, permission, territory_path=row.path)) or row.pk == keep
    ]
    return Territory.objects.filter(pk__in=allowed)


class TerritoryField(forms.ModelChoiceField):
    """Territories, indented as in the tree."""

    def label_from_instance(self, row) -> str:
        """Return the name behind its depth."""
        return f"{'— ' * (row.depth - 1)}{row.name}"


def colleagues(actor_user_id: int | None = None):
    """Return the members of staff who can own or be given something."""
    people = get_user_model().objects.filter(is_staff=True, is_active=True).order_by("full_name", "pk")
    return people.exclude(pk=actor_user_id) if actor_user_id else people


class PersonField(forms.ModelChoiceField):
    """People by their names."""

    def label_from_instance(self, row) -> str:
        """Return the name."""
        return row.full_name or row.email


class AccountForm(OneTimeKeyMixin, SectionFormMixin, forms.ModelForm):
    """An account as staff edit it."""

    country = forms.ChoiceField(label=_("Country"), required=False)
    territory = TerritoryField(
        queryset=Territory.objects.none(), label=_("Territory"), required=False, empty_label=_("none")
    )
    owner = PersonField(
        queryset=get_user_model().objects.none(), label=_("Owner"), required=False, empty_label=_("nobody")
    )

    sections = (
        Section(
            _("Company"),
            _("As it stands in the register. A second name helps to find it in another language."),
            Row("name", "other_name"),
            Row("registry_id", "number"),
            Row("kind", "industry"),
        ),
        Section(_("Where"), "", Row("country", "city"), "address"),
        Section(_("How to reach it"), "", Row("website", "phone")),
        Section(
            _("Who looks after it"),
            _("The territory decides which colleagues see it; the owner always does."),
            Row("territory", "owner"),
        ),
    )

    class Meta:
        model = Account
        fields = (
            "name",
            "other_name",
            "registry_id",
            "number",
            "kind",
            "industry",
            "country",
            "city",
            "address",
            "website",
            "phone",
            "territory",
            "owner",
        )

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fields["country"].choices = [("", "—"), *country_choices()]
        self.fields["territory"].queryset = territories_for(
            actor, "accounts.edit", keep=self.instance.territory_id
        )
        self.fields["owner"].queryset = colleagues()
        access = field_access(actor, Account)
        for name in list(self.fields):
            if name != "one_time_key" and not access.writable(name):
                del self.fields[name]
        if self.instance.pk:
            del self.fields["one_time_key"]
        elif "name" in self.fields:  # whoever is typed may be there already: choosing one opens it
            self.fields["name"].widget.attrs |= {
                "data-suggest": reverse("accounts:customer_options"),
                "data-suggest-also": json.dumps({name: name for name in ALSO}),
                "data-suggest-opens": True,
            }

    def clean_registry_id(self):
        """Refuse an id of a known kind whose check digit does not fit."""
        text = self.cleaned_data["registry_id"].strip()
        country = self.data.get(self.add_prefix("country"), "") or self.instance.country
        if problem := problem_with(text, country):
            raise forms.ValidationError(problem)
        return text

    def data_for_service(self) -> dict:
        """Return the fields to save, by name."""
        return {name: self.cleaned_data[name] for name in self.cleaned_data if name != "one_time_key"}


class ContactForm(OneTimeKeyMixin, SectionFormMixin, forms.ModelForm):
    """A person at an account."""

    sections = (Section(_("Person"), "", Row("name", "job_title"), Row("email", "phone")),)

    class Meta:
        model = Contact
        fields = ("name", "job_title", "email", "phone")

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        access = field_access(actor, Contact)
        for name in self.Meta.fields:
            if not access.writable(name):
                del self.fields[name]
        if self.instance.pk:
            del self.fields["one_time_key"]

    def data_for_service(self) -> dict:
        """Return the fields to save, by name."""
        return {name: self.cleaned_data[name] for name in self.cleaned_data if name != "one_time_key"}


class ShareForm(forms.Form):
    """With whom to share, how far and until when."""

    user = PersonField(
        queryset=get_user_model().objects.none(),
        label=_("Colleague"),
        to_field_name="ref",
        empty_label=_("choose"),
    )
    can_write = forms.BooleanField(label=_("may edit"), required=False)
    ends_on = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = colleagues(actor.user_id)

    def clean_ends_on(self):
        """Refuse a day that is over."""
        day = self.cleaned_data["ends_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("This day is over. Choose today or a later day."))
        return day


class ParentForm(SectionFormMixin, forms.Form):
    """Which company stands above."""

    sections = (
        Section(
            _("Parent company"),
            _("Type its name and choose it from the list. Leave the box empty if no company stands above."),
            "parent_name",
        ),
    )
    customer_account = forms.CharField(required=False, widget=forms.HiddenInput, max_length=20)
    parent_name = forms.CharField(label=_("Parent company"), required=False, max_length=300)

    def __init__(self, *args, actor, options_url: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fields["parent_name"].widget.attrs["data-suggest"] = options_url

    def clean(self):
        """Find the company chosen among those the actor sees."""
        cleaned = super().clean()
        name, ref = cleaned.get("parent_name", "").strip(), cleaned.get("customer_account", "")
        cleaned["parent"] = None
        if not name:
            return cleaned
        visible = Account.objects.visible_to(self.actor).known()
        chosen = visible.filter(ref=ref).first() if ref else None
        if chosen is None or name not in (chosen.name, chosen.other_name):
            chosen = next(iter(visible.filter(name=name).order_by("pk")[:2]), None)
        if chosen is None:
            self.add_error("parent_name", _("Choose a company from the list."))
        cleaned["parent"] = chosen
        return cleaned
