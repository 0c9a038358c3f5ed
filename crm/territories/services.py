"""Changing the territory tree and the scopes of staff; each change leaves an event."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor
from core.access.guards import require
from core.access.models import Role
from core.ledger import record
from core.ledger.reference_data import StillUsed, delete_kept, save_kept
from core.people.models import User
from crm.catalog.models import ProductLine

from .models import StaffScope, Territory


class TerritoryError(Exception):
    """The tree would not be a tree. ``message`` is for people."""

    def __init__(self, message):
        self.message = message
        super().__init__(str(message))


def save_territory(
    territory: Territory, *, parent: Territory | None = None, actor: Actor, at: datetime
) -> Territory:
    """Save a territory; a new one goes below ``parent`` (None: to the top). Moving is ``move_territory``."""

    def place() -> None:
        if parent is None:
            Territory.add_root(instance=territory)
        else:
            Territory.objects.get(pk=parent.pk).add_child(instance=territory)

    return save_kept(
        territory, "territory", actor=actor, at=at, write=place if territory.pk is None else territory.save
    )


def move_territory(territory_pk: int, *, parent_pk: int | None, actor: Actor, at: datetime) -> Territory:
    """Move a territory with all below it under another (None: to the top) and return it.

    Raises ``TerritoryError`` for a place below itself.
    """
    require(actor, "settings.manage")
    with transaction.atomic():
        rows = {row.pk: row for row in Territory.objects.select_for_update().order_by("pk")}
        territory = rows[territory_pk]
        parent = rows[parent_pk] if parent_pk is not None else None
        above = territory.get_parent()
        if (above.pk if above else None) == parent_pk:
            return territory
        if parent is not None and parent.path.startswith(territory.path):
            raise TerritoryError(_("A territory cannot lie below itself."))
        if parent is None:
            territory.move(Territory.get_first_root_node(), "sorted-sibling")
        else:
            territory.move(parent, "sorted-child")
        moved = Territory.objects.get(pk=territory_pk)
        record(
            "territory.moved",
            moved,
            actor=actor,
            at=at,
            facts={"row": str(moved), "parent_id": [above.pk if above else None, parent_pk]},
        )
        return moved


def delete_territory(territory: Territory, *, actor: Actor, at: datetime) -> None:
    """Delete a territory nothing refers to. Raises ``StillUsed`` otherwise, also while others lie below it."""
    if territory.get_children_count():
        raise StillUsed
    delete_kept(territory, "territory", actor=actor, at=at)


def grant_scope(
    user: User,
    role: Role,
    *,
    territory: Territory | None = None,
    lines: Iterable[ProductLine] = (),
    actor: Actor,
    at: datetime,
) -> StaffScope:
    """Give a member of staff a role within a territory (None: everywhere) and product lines (none: all)."""
    require(actor, "people.manage")
    with transaction.atomic():
        scope = StaffScope.objects.create(user=user, role=role, territory=territory)
        scope.lines.set(lines)
        record("scope.granted", user, actor=actor, at=at, facts=_facts(scope))
        User.objects.get(pk=user.pk).end_sessions()
    return scope


def withdraw_scope(scope_pk: int, *, actor: Actor, at: datetime) -> None:
    """Take a role away from a member of staff; their sessions end. One that is gone already is no error."""
    require(actor, "people.manage")
    with transaction.atomic():
        scope = StaffScope.objects.select_related("user", "role", "territory").filter(pk=scope_pk).first()
        if scope is None:
            return
        record("scope.withdrawn", scope.user, actor=actor, at=at, facts=_facts(scope))
        scope.delete()
        scope.user.end_sessions()


def _facts(scope: StaffScope) -> dict:
    """Return what an event keeps of a scope."""
    return {
        "role": scope.role.code,
        "territory": scope.territory.code if scope.territory_id else "",
        "lines": sorted(scope.lines.values_list("code", flat=True)),
    }
