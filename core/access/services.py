"""Changing roles and field permissions; each change leaves an event and takes effect at once."""

from datetime import datetime

from django.apps import apps
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.ledger.reference_data import delete_kept, save_kept

from .actor import Actor
from .defaults import PERMISSIONS
from .models import FieldPermission, Role


class RoleError(Exception):
    """What was asked for would leave a role that means nothing. ``message`` is for people."""

    def __init__(self, message, *, field: str = ""):
        self.message = message
        self.field = field
        super().__init__(str(message))


def save_role(role: Role, *, actor: Actor, at: datetime) -> Role:
    """Create or change a role. If what it grants changes, the sessions of all who hold it end.

    Raises ``RoleError`` for a permission there is not, and where an administrator would shut themselves out.
    """
    unknown = set(role.permissions) - PERMISSIONS.keys()
    if unknown:
        raise RoleError(_("There is no such permission."), field="permissions")
    role.permissions = sorted(set(role.permissions))
    with transaction.atomic():
        before = Role.objects.filter(pk=role.pk).first() if role.pk else None
        if before is not None and before.side != role.side:
            raise RoleError(_("A role stays on the side it was made for."), field="side")
        if (
            before is not None
            and role.code in actor.roles
            and "people.manage" in before.permissions
            and "people.manage" not in role.permissions
        ):
            raise RoleError(_("You would shut yourself out of managing roles."), field="permissions")
        save_kept(role, "role", actor=actor, at=at, permission="people.manage")
        if before is not None and before.permissions != role.permissions:
            for holder in _holders(role):
                holder.end_sessions()
    return role


def delete_role(role: Role, *, actor: Actor, at: datetime) -> None:
    """Delete a role that nobody holds; raises ``StillUsed`` otherwise."""
    delete_kept(role, "role", actor=actor, at=at, permission="people.manage")


def save_field_permission(row: FieldPermission, *, actor: Actor, at: datetime) -> FieldPermission:
    """Say what a role may do with one field of one kind of record."""
    model = apps.get_model(row.model)
    if row.field not in {field.name for field in model._meta.get_fields()}:
        raise RoleError(_("This record has no such field."), field="field")
    return save_kept(row, "field_permission", actor=actor, at=at, permission="people.manage")


def delete_field_permission(row: FieldPermission, *, actor: Actor, at: datetime) -> None:
    """Take a restriction away: the role may read and write the field again."""
    delete_kept(row, "field_permission", actor=actor, at=at, permission="people.manage")


def _holders(role: Role):
    """Return the users who hold ``role``, through whatever relation points to both a user and a role."""
    from django.contrib.auth import get_user_model

    users = get_user_model().objects.none()
    for relation in role._meta.related_objects:
        if any(field.name == "user" for field in relation.related_model._meta.get_fields()):
            ids = relation.related_model._base_manager.filter(**{relation.field.name: role}).values("user_id")
            users = users | get_user_model().objects.filter(pk__in=ids)
    return users.order_by("pk")
