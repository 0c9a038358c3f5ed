"""Users, their roles as staff and in partners' teams."""

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.access.models import Role, Side
from core.people import administration
from core.people.models import TIME_ZONES, User
from crm.catalog.models import ProductLine
from crm.territories.models import StaffScope
from crm.territories.services import grant_scope, withdraw_scope
from partners.models import Membership, Partner
from partners.services import add_membership, change_membership_role, end_membership

from .base import ServiceForm, ServiceViewSet
from .fields import TerritoryField, partner_chooser, user_chooser

_PERSON = ("full_name", "email", "phone", "language", "time_zone")


class _PersonForm(ServiceForm):
    """What administrators keep of a person."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=[("UTC", "UTC"), *((zone, zone) for zone in TIME_ZONES)]
    )

    def clean_email(self) -> str:
        """Return the address in lower case, if nobody else has it."""
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Somebody has this address already."))
        return email


class NewUserForm(_PersonForm):
    """A new person with the first role, invited by mail."""

    staff_role = forms.ModelChoiceField(
        label=_("Role as staff"), queryset=Role.objects.filter(side=Side.STAFF), required=False
    )
    territory = TerritoryField(label=_("In the territory"), required=False, empty_label=_("Everywhere"))
    lines = forms.ModelMultipleChoiceField(
        label=_("For the product lines"),
        queryset=ProductLine.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: all."),
    )
    partner = forms.ModelChoiceField(
        label=_("Works for the partner"),
        queryset=Partner.objects.all(),
        required=False,
        widget=partner_chooser.widget_class,
    )
    partner_role = forms.ModelChoiceField(
        label=_("Role there"), queryset=Role.objects.filter(side=Side.PARTNER), required=False
    )

    class Meta:
        model = User
        fields = _PERSON

    def clean(self):
        """Ask for one side."""
        cleaned = super().clean()
        staff, partner = cleaned.get("staff_role"), cleaned.get("partner")
        if bool(staff) == bool(partner):
            self.add_error("staff_role", _("Choose a role as staff, or a partner the person works for."))
        elif partner and not cleaned.get("partner_role"):
            self.add_error("partner_role", _("Choose the role of this person at the partner."))
        return cleaned

    def save_by(self, *, actor, at):
        """Create, give the role and invite: all or nothing."""
        data = self.cleaned_data
        with transaction.atomic():
            user = administration.create_user(
                **{name: data[name] for name in _PERSON},
                is_staff=bool(data["staff_role"]),
                actor=actor,
                at=at,
            )
            if data["staff_role"]:
                grant_scope(
                    user,
                    data["staff_role"],
                    territory=data["territory"],
                    lines=data["lines"],
                    actor=actor,
                    at=at,
                )
            else:
                add_membership(
                    user=user, partner=data["partner"], role=data["partner_role"], actor=actor, at=at
                )
        return User.objects.get(pk=user.pk)


class UserForm(_PersonForm):
    """A person as they stand."""

    is_active = forms.BooleanField(label=_("May sign in"), required=False)
    invite = forms.BooleanField(label=_("Send the mail to set a password again"), required=False)

    class Meta:
        model = User
        fields = _PERSON

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("is_active", self.instance.is_active)

    def save_by(self, *, actor, at):
        """Take each change through its own service."""
        data, pk = self.cleaned_data, self.instance.pk
        with transaction.atomic():
            administration.change_user(pk, **{name: data[name] for name in _PERSON}, actor=actor, at=at)
            change = administration.enable_user if data["is_active"] else administration.disable_user
            change(pk, actor=actor, at=at)
            if data["invite"]:
                administration.invite_again(pk, actor=actor, at=at)
        return User.objects.get(pk=pk)


class UserViewSet(ServiceViewSet):
    """Everybody who signs in."""

    model = User
    name = "people"
    icon = "user"
    permission = "people.manage"
    form = UserForm
    list_display = ("full_name", "email", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active", "language")
    search_fields = ("full_name", "email", "ref")
    ordering = ("full_name", "pk")
    inspect_view_enabled = True

    def get_form_class(self, for_update=False):
        """A new person needs a role; one that is there is changed."""
        return UserForm if for_update else NewUserForm

    class _Inspect(ServiceViewSet.inspect_view_class):
        """Shows a person with what they hold."""

        def get_fields(self):
            """Return what may be read: no password, no salt."""
            return [
                "full_name",
                "email",
                "phone",
                "language",
                "time_zone",
                "is_staff",
                "is_active",
                "last_login",
            ]

        def get_fields_context(self):
            """Add roles, teams and whether a second factor is set up."""
            from allauth.mfa.utils import is_mfa_enabled

            context = super().get_fields_context()
            scopes = StaffScope.objects.filter(user=self.object).select_related("role", "territory", "user")
            teams = Membership.objects.filter(user=self.object).select_related(
                "role", "partner__account", "user"
            )
            context.append({"label": _("Roles as staff"), "value": "; ".join(map(str, scopes)) or "—"})
            context.append(
                {
                    "label": _("Works for"),
                    "value": "; ".join(f"{row.partner} · {row.role}" for row in teams if row.is_active)
                    or "—",
                }
            )
            context.append(
                {"label": _("Second factor"), "value": _("Yes") if is_mfa_enabled(self.object) else _("No")}
            )
            return context

    inspect_view_class = _Inspect


class ScopeForm(ServiceForm):
    """A role of a member of staff, within a territory and product lines."""

    role = forms.ModelChoiceField(label=_("Role"), queryset=Role.objects.filter(side=Side.STAFF))
    territory = TerritoryField(label=_("Territory"), required=False, empty_label=_("Everywhere"))

    class Meta:
        model = StaffScope
        fields = ("user", "role", "territory", "lines")
        widgets = {"user": user_chooser.widget_class, "lines": forms.CheckboxSelectMultiple}

    def clean_user(self):
        """Refuse partner's people."""
        user = self.cleaned_data["user"]
        if not user.is_staff:
            raise forms.ValidationError(_("This person is not staff."))
        return user

    def save_by(self, *, actor, at):
        """Give the role by the service."""
        data = self.cleaned_data
        return grant_scope(
            data["user"], data["role"], territory=data["territory"], lines=data["lines"], actor=actor, at=at
        )


def remove_scope(row: StaffScope, *, actor, at) -> None:
    """Take a role away."""
    withdraw_scope(row.pk, actor=actor, at=at)


class ScopeViewSet(ServiceViewSet):
    """Roles of staff: given and taken away, never edited."""

    model = StaffScope
    name = "staff-scopes"
    icon = "key"
    permission = "people.manage"
    form = ScopeForm
    can_change = False
    remove = staticmethod(remove_scope)
    related = ("user", "role", "territory")
    inspect_view_enabled = True
    inspect_view_fields = ("user", "role", "territory", "lines")
    list_display = ("user", "role", "territory")
    list_filter = ("role",)
    search_fields = ("user__full_name", "user__email", "territory__name_en", "territory__code")
    ordering = ("user__full_name", "role", "pk")
    menu_label = _("Staff roles and scopes")


class MembershipForm(ServiceForm):
    """A person works for a partner; somebody who left may come back."""

    left_to_service = frozenset({"user", "partner"})

    role = forms.ModelChoiceField(label=_("Role"), queryset=Role.objects.filter(side=Side.PARTNER))

    class Meta:
        model = Membership
        fields = ("user", "partner", "role")
        widgets = {"user": user_chooser.widget_class, "partner": partner_chooser.widget_class}

    def save_by(self, *, actor, at):
        """Add by the service."""
        data = self.cleaned_data
        return add_membership(
            user=data["user"], partner=data["partner"], role=data["role"], actor=actor, at=at
        )


class MembershipRoleForm(ServiceForm):
    """The role of a person at a partner."""

    role = forms.ModelChoiceField(label=_("Role"), queryset=Role.objects.filter(side=Side.PARTNER))

    class Meta:
        model = Membership
        fields = ("role",)

    def save_by(self, *, actor, at):
        """Change by the service."""
        return change_membership_role(self.instance.pk, role=self.cleaned_data["role"], actor=actor, at=at)


def remove_membership(row: Membership, *, actor, at) -> None:
    """Take a person out of a team."""
    end_membership(row.pk, actor=actor, at=at)


class MembershipViewSet(ServiceViewSet):
    """Who works for which partner."""

    model = Membership
    name = "partner-people"
    icon = "group"
    permission = "people.manage"
    form = MembershipForm
    remove = staticmethod(remove_membership)
    related = ("user", "role", "partner__account")
    list_display = ("user", "partner", "role", "is_active")
    list_filter = ("role", "is_active")
    search_fields = (
        "user__full_name",
        "user__email",
        "partner__account__name",
        "partner__account__other_name",
    )
    ordering = ("partner__account__name", "user__full_name", "pk")
    menu_label = _("Partner's people")

    def get_form_class(self, for_update=False):
        """Only the role of a membership changes."""
        return MembershipRoleForm if for_update else MembershipForm

    class _Delete(ServiceViewSet.delete_view_class):
        """Ends a membership instead of deleting it."""

        page_title = _("Take out of the team")
        success_message = _("Taken out of the team: %(object)s")
        confirmation_message = _("Take this person out of the team now?")

    delete_view_class = _Delete
