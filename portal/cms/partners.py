"""Partner organisations and their authorisations, for administrators."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Account
from crm.accounts.services import create_account
from partners import services
from partners.enums import PartnerState
from partners.models import Authorisation, Partner, Tier
from partners.selectors import tier_at

from .base import ServiceForm, ServiceViewSet
from .fields import TerritoryField, account_chooser, partner_chooser


class NewPartnerForm(ServiceForm):
    """A new partner: an organisation known already, or a new one."""

    account = forms.ModelChoiceField(
        label=_("Organisation known already"),
        queryset=Account.objects.known(),
        required=False,
        widget=account_chooser.widget_class,
        help_text=_("Or leave it empty and give the organisation below."),
    )
    name = forms.CharField(label=_("Name"), max_length=300, required=False)
    other_name = forms.CharField(label=_("Name in another language"), max_length=300, required=False)
    registry_id = forms.CharField(label=_("Registry id"), max_length=40, required=False)
    country = forms.CharField(label=_("Country"), max_length=2, required=False, help_text=_("ISO code"))
    city = forms.CharField(label=_("City"), max_length=120, required=False)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    territory = TerritoryField(label=_("Territory"), required=False)
    tier = forms.ModelChoiceField(label=_("Tier"), queryset=Tier.objects.all(), required=False)

    class Meta:
        model = Partner
        fields = ("type", "programme", "parent", "shares_with_parent", "calendar")
        widgets = {"parent": partner_chooser.widget_class}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields(
            ["account", "name", "other_name", "registry_id", "country", "city", "address", "territory"]
        )

    def clean(self):
        """Ask for one organisation, not two."""
        cleaned = super().clean()
        if not cleaned.get("account") and not (cleaned.get("name") or "").strip():
            self.add_error("account", _("Choose an organisation, or give the name of a new one."))
        if cleaned.get("account") and (cleaned.get("name") or "").strip():
            self.add_error("name", _("Choose an organisation or name a new one, not both."))
        return cleaned

    def save_by(self, *, actor, at):
        """Create the organisation where it is new, then the partner."""
        data = self.cleaned_data
        account = data["account"] or create_account(
            data={
                "name": data["name"],
                "other_name": data["other_name"],
                "registry_id": data["registry_id"],
                "country": data["country"].upper(),
                "city": data["city"],
                "address": data["address"],
                "territory": data["territory"],
            },
            actor=actor,
            at=at,
        )
        return services.create_partner(
            account=account,
            programme=data["programme"],
            type=data["type"],
            parent=data["parent"],
            tier=data["tier"],
            calendar=data["calendar"],
            shares_with_parent=data["shares_with_parent"],
            actor=actor,
            at=at,
        )


class PartnerForm(ServiceForm):
    """A partner as it stands: place in the tree, tier, state."""

    STEPS = (
        ("", _("Leave as it is")),
        ("activate", _("Activate")),
        ("suspend", _("Suspend")),
        ("reinstate", _("Reinstate")),
        ("terminate", _("Terminate")),
    )
    FROM = {
        PartnerState.ONBOARDING: {"", "activate", "terminate"},
        PartnerState.ACTIVE: {"", "suspend", "terminate"},
        PartnerState.SUSPENDED: {"", "reinstate", "terminate"},
        PartnerState.TERMINATED: {""},
    }
    tier = forms.ModelChoiceField(label=_("Tier"), queryset=Tier.objects.all(), required=False)
    step = forms.ChoiceField(label=_("Change the state"), choices=STEPS, required=False)
    reason = forms.CharField(
        label=_("Reason"), max_length=300, required=False, help_text=_("The partner will read it.")
    )

    class Meta:
        model = Partner
        fields = ("type", "programme", "parent", "shares_with_parent", "calendar")
        widgets = {"parent": partner_chooser.widget_class}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        held = tier_at(self.instance, timezone.now())
        self.initial.setdefault("tier", held.pk if held else None)
        allowed = self.FROM[PartnerState(self.instance.state)]
        self.fields["step"].choices = [item for item in self.STEPS if item[0] in allowed]
        self.fields["step"].help_text = _("Now: %(state)s") % {"state": self.instance.get_state_display()}

    def clean(self):
        """Ask for the reason where one is needed."""
        cleaned = super().clean()
        if cleaned.get("step") in {"suspend", "terminate"} and not (cleaned.get("reason") or "").strip():
            self.add_error("reason", _("Say why: the partner will read it."))
        return cleaned

    def save_by(self, *, actor, at):
        """Take each change through its own service."""
        data, pk = self.cleaned_data, self.instance.pk
        services.change_partner(
            pk,
            type=data["type"],
            programme=data["programme"],
            calendar=data["calendar"],
            shares_with_parent=data["shares_with_parent"],
            actor=actor,
            at=at,
        )
        services.set_parent(pk, parent_pk=data["parent"].pk if data["parent"] else None, actor=actor, at=at)
        if data["tier"] is not None:
            services.set_tier(pk, tier=data["tier"], reason=data["reason"], actor=actor, at=at)
        if data["step"] == "activate":
            services.activate(pk, actor=actor, at=at)
        elif data["step"]:
            change = getattr(services, data["step"])
            change(pk, reason=data["reason"], actor=actor, at=at)
        return Partner.objects.select_related("account").get(pk=pk)


class AuthorisationForm(ServiceForm):
    """A partner may sell a line in a territory for a time."""

    territory = TerritoryField(label=_("Territory"))

    class Meta:
        model = Authorisation
        fields = ("partner", "line", "territory", "exclusivity", "valid_from", "valid_until")
        widgets = {"partner": partner_chooser.widget_class}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].required = False
        self.fields["valid_from"].help_text = _("Empty: from now on.")

    def save_by(self, *, actor, at):
        """Authorise by the partners' service."""
        data = self.cleaned_data
        return services.authorise(
            data["partner"].pk,
            line=data["line"],
            territory=data["territory"],
            exclusivity=data["exclusivity"],
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
            actor=actor,
            at=at,
        )


def end_authorisation(row: Authorisation, *, actor, at) -> None:
    """End an authorisation now."""
    services.end_authorisation(row.pk, actor=actor, at=at)


class PartnerViewSet(ServiceViewSet):
    """Partners. They are never deleted: a partnership ends."""

    model = Partner
    name = "partners"
    icon = "group"
    permission = "partners.manage"
    form = PartnerForm
    related = ("account", "programme", "parent__account")
    list_display = ("__str__", "type", "state", "parent", "programme")
    list_filter = ("type", "state", "programme")
    search_fields = ("account__name", "account__other_name", "ref")
    ordering = ("account__name", "pk")

    def get_form_class(self, for_update=False):
        """A new partner needs an organisation; one that stands is changed."""
        return PartnerForm if for_update else NewPartnerForm


class AuthorisationViewSet(ServiceViewSet):
    """Authorisations: given and ended, never edited."""

    model = Authorisation
    name = "authorisations"
    icon = "check"
    permission = "partners.manage"
    form = AuthorisationForm
    can_change = False
    remove = staticmethod(end_authorisation)
    related = ("partner__account", "line", "territory")
    inspect_view_enabled = True
    inspect_view_fields = ("partner", "line", "territory", "exclusivity", "valid_from", "valid_until")
    list_display = ("partner", "line", "territory", "exclusivity", "valid_from", "valid_until")
    list_filter = ("line", "exclusivity")
    search_fields = ("partner__account__name", "partner__account__other_name", "territory__name_en")
    ordering = ("partner__account__name", "line", "territory__path", "pk")

    class _Delete(ServiceViewSet.delete_view_class):
        """Ends an authorisation instead of deleting it."""

        page_title = _("End now")
        success_message = _("Ended: %(object)s")
        confirmation_message = _("End this authorisation now?")

    delete_view_class = _Delete
