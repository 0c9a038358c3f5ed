"""Saving rows of reference data and settings so that each change leaves an event with what it was and what
it is.

The services of the apps (``save_product_line`` …) are a line each over these two functions.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor
from core.access.guards import require

from .recording import record
from .registry import declare

TREE_COLUMNS = frozenset({"path", "depth", "numchild"})  # kept by the tree itself


class StillUsed(Exception):
    """The row cannot be deleted: others refer to it. ``message`` is for people."""

    message = _("This is in use and cannot be deleted. Mark it as no longer in use instead.")


def declare_kept(kind: str, name) -> None:
    """Declare the events of one kind of reference data: ``<kind>.created``, ``.changed`` and ``.deleted``.

    Partners do not see them.
    """
    declare(
        f"{kind}.created",
        label=_("Created"),
        partner_sees=False,
        tone="success",
        icon="plus",
        labels={"row": name},
    )
    declare(f"{kind}.changed", label=_("Changed"), partner_sees=False, icon="pencil", labels={"row": name})
    declare(
        f"{kind}.deleted",
        label=_("Deleted"),
        partner_sees=False,
        tone="danger",
        icon="trash",
        labels={"row": name},
    )


def save_kept(
    row: models.Model,
    kind: str,
    *,
    actor: Actor,
    at: datetime,
    permission: str = "settings.manage",
    write=None,
    extra: dict[str, Any] | None = None,
    partner_id: int | None = None,
) -> models.Model:
    """Save ``row`` and leave ``<kind>.created`` or ``<kind>.changed``; without a change, no event. Return
    ``row``.

    ``write`` saves instead of ``row.save()`` (trees). ``extra`` are facts beside the columns, e.g.
    many-to-many rows as ``[before, after]``. Raises ``NotAllowed``.
    """
    require(actor, permission)
    with transaction.atomic():
        before = None
        if row.pk is not None:
            before = type(row)._base_manager.select_for_update().filter(pk=row.pk).first()
        (write or row.save)()
        facts: dict[str, Any] = {}
        for field in row._meta.concrete_fields:
            if field.primary_key or not field.editable or field.name in TREE_COLUMNS:
                continue
            new = plain(getattr(row, field.attname))
            old = plain(getattr(before, field.attname)) if before is not None else None
            if new != old:
                facts[field.attname] = new if before is None else [old, new]
        facts |= extra or {}
        if before is None or facts:
            name = "created" if before is None else "changed"
            record(
                f"{kind}.{name}",
                row,
                actor=actor,
                at=at,
                partner_id=partner_id,
                facts={"row": str(row), **facts},
            )
    return row


def delete_kept(
    row: models.Model, kind: str, *, actor: Actor, at: datetime, permission: str = "settings.manage"
) -> None:
    """Delete ``row`` and leave ``<kind>.deleted``.

    Raises ``NotAllowed``, and ``StillUsed`` where others refer to it.
    """
    require(actor, permission)
    try:
        with transaction.atomic():
            record(f"{kind}.deleted", row, actor=actor, at=at, facts={"row": str(row)})
            row.delete()
    except (ProtectedError, IntegrityError) as error:
        raise StillUsed from error


def plain(value: Any) -> Any:
    """Return ``value`` as JSON keeps it exactly."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
