"""Roles and field permissions."""

from django import forms
from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.ui.tables import Column

from core.access import services
from core.access.defaults import PERMISSIONS
from core.access.models import FieldPermission, Role

from .base import ServiceForm, ServiceViewSet

# Records whose fields can be hidden from a role: those whose pages and exports ask ``field_access``.
RECORDS = ("accounts.account", "accounts.contact", "opportunities.opportunity", "projects.project")
_KEPT_BY_THE_SYSTEM = frozenset({"id", "ref", "lifecycle", "kind", "group_root", "created_at", "updated_at"})


class RoleForm(ServiceForm):
    """A role and what it grants."""

    permissions = forms.MultipleChoiceField(
        label=pgettext_lazy("role", "May"),
        choices=list(PERMISSIONS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Role
        fields = ("code", "name_en", "name_zh_hans", "name_zh_hant", "side", "permissions")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in ("code", "side"):
                self.fields[name].disabled = True

    def save_by(self, *, actor, at):
        """Save by the service, which ends the sessions of whoever holds the role."""
        return services.save_role(self.row(), actor=actor, at=at)


class RoleViewSet(ServiceViewSet):
    """Roles."""

    model = Role
    name = "roles"
    icon = "lock"
    permission = "people.manage"
    form = RoleForm
    remove = staticmethod(services.delete_role)
    list_display = ("__str__", "code", "side")
    list_filter = ("side",)
    search_fields = ("code", "name_en", "name_zh_hans", "name_zh_hant")


def field_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the fields of the records, grouped by record: ``accounts.account:phone``."""
    groups = []
    for label in RECORDS:
        model = apps.get_model(label)
        fields = [
            (f"{label}:{field.name}", capfirst(str(field.verbose_name)))
            for field in model._meta.concrete_fields
            if field.editable and field.name not in _KEPT_BY_THE_SYSTEM
        ]
        groups.append((capfirst(str(model._meta.verbose_name)), fields))
    return groups


class FieldPermissionForm(ServiceForm):
    """What a role may do with one field."""

    record_field = forms.ChoiceField(label=_("Field"), choices=field_choices)

    class Meta:
        model = FieldPermission
        fields = ("role", "level")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields(["role", "record_field", "level"])
        if self.instance.pk:
            self.initial["record_field"] = f"{self.instance.model}:{self.instance.field}"

    def clean(self):
        """Put the chosen field into the row; one row a role and field."""
        cleaned = super().clean()
        record, _colon, field = (cleaned.get("record_field") or "").partition(":")
        self.instance.model, self.instance.field = record, field
        twin = FieldPermission.objects.filter(role=cleaned.get("role"), model=record, field=field)
        if field and twin.exclude(pk=self.instance.pk).exists():
            self.add_error("record_field", _("There is a rule for this role and field already."))
        return cleaned

    def save_by(self, *, actor, at):
        """Save by the service."""
        return services.save_field_permission(self.row(), actor=actor, at=at)


def record_name(row: FieldPermission) -> str:
    """Return the record's name in words."""
    return capfirst(str(apps.get_model(row.model)._meta.verbose_name))


def field_name(row: FieldPermission) -> str:
    """Return the field's name in words."""
    return capfirst(str(apps.get_model(row.model)._meta.get_field(row.field).verbose_name))


class FieldPermissionViewSet(ServiceViewSet):
    """Field permissions: what is not listed may be read and written."""

    model = FieldPermission
    name = "field-permissions"
    icon = "view"
    permission = "people.manage"
    form = FieldPermissionForm
    remove = staticmethod(services.delete_field_permission)
    related = ("role",)
    list_display = (
        "role",
        Column("record", label=_("Record"), accessor=record_name),
        Column("field_name", label=_("Field"), accessor=field_name),
        "level",
    )
    list_filter = ("role", "model", "level")
    search_fields = ("model", "field", "role__name_en")
