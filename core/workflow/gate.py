"""The one gate every change of state passes."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from core import clock
from core.access.actor import Actor
from core.access.guards import require
from core.ledger.recording import record

from .table import Workflow


class TransitionRefused(Exception):
    """The object is not in a state from which this can be done. ``message`` is for people."""

    def __init__(self, message=None, *, state: str = ""):
        self.message = message or _("This can no longer be done: its status has changed meanwhile.")
        self.state = state
        super().__init__(str(self.message))


def lock(queryset, **lookup):
    """Return the one row, fresh and locked until the end of the transaction.

    Raises the model's ``DoesNotExist``; raises ``TransactionManagementError`` outside a transaction. On SQLite the
    transaction itself is the lock (``transaction_mode = IMMEDIATE``).
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a row is locked inside a transaction")
    row = queryset.select_for_update(of=("self",)).get(**lookup)
    row._locked_by_gate = True
    return row


def lock_all(queryset, *, skip_locked: bool = False, of: tuple[str, ...] = ("self",)) -> list:
    """Return the rows of ``queryset``, fresh and locked in primary-key order.

    With ``skip_locked`` without those that somebody else holds, so that nobody is waited for. ``of`` names the
    selected relations whose rows are locked in the same statement.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("rows are locked inside a transaction")
    rows = list(queryset.order_by("pk").select_for_update(of=of, skip_locked=skip_locked))
    for row in rows:
        row._locked_by_gate = True
    return rows


def move(workflow: Workflow, obj, name: str, **options):
    """Pass one locked row through transition ``name``; see ``move_all``. Returns the event."""
    return move_all(workflow, [obj], name, **options)


def move_all(
    workflow: Workflow,
    rows: Sequence,
    name: str,
    *,
    actor: Actor,
    at: datetime,
    to: str | None = None,
    changes: dict[str, Any] | Callable[[Any], dict[str, Any]] | None = None,
    facts: dict[str, Any] | None = None,
    personal: dict[str, dict[str, Any]] | None = None,
    event_obj=None,
    partner_id: int | None = None,
    permission_obj=None,
    position: tuple[int, int] | None = None,
):
    """Pass locked rows together through transition ``name``: check all, save all, write one event; return the event.

    ``to`` picks among several targets. ``changes`` are saved with the state: a dictionary, or a function of the row.
    ``event_obj`` is what the event is about (default: the first row); ``permission_obj`` what the permission's rule
    is asked of (default: each row). ``position``: where in the ledger the event belongs, if it was asked before.

    Raises ``TransitionRefused`` if any row is in another state, ``NotAllowed`` without the permission or rule,
    ``RuntimeError`` for a row that was not locked (a programming error). Nothing is saved unless all pass.
    """
    transition = workflow[name]
    target = to if to is not None else transition.targets[0]
    if target not in transition.targets:
        raise ValueError(f"{workflow.name}.{name} does not lead to {target!r}")
    if not rows:
        raise TransitionRefused
    before = []
    for row in rows:
        if not getattr(row, "_locked_by_gate", False):
            raise RuntimeError(f"{workflow.name}.{name}: the row was not locked by the gate")
        if transition.permission is not None:
            require(actor, transition.permission, permission_obj if permission_obj is not None else row)
        elif not actor.system:
            raise RuntimeError(f"{workflow.name}.{name} is made by a system process only")
        state = getattr(row, workflow.field)
        if state not in transition.sources:
            raise TransitionRefused(state=state)
        before.append(str(state))
    _save(workflow, rows, target, changes)
    return record(
        transition.event,
        event_obj if event_obj is not None else rows[0],
        actor=actor,
        at=at,
        partner_id=partner_id,
        facts={**(facts or {}), "from_state": sorted(set(before))[0], "to_state": str(target)},
        personal=personal,
        position=position,
    )


def _save(workflow: Workflow, rows: Sequence, target: str, changes) -> None:
    """Put the rows into state ``target`` with what else changes: in one statement where the columns are the same."""
    together: dict[tuple[str, ...], list] = {}
    for row in rows:
        values = changes(row) if callable(changes) else changes or {}
        setattr(row, workflow.field, target)
        for field, value in values.items():
            setattr(row, field, value)
        fields = [workflow.field, *values]
        if any(column.name == "updated_at" for column in row._meta.concrete_fields):
            row.updated_at = clock.now()
            fields.append("updated_at")
        together.setdefault(tuple(fields), []).append(row)
    for fields, same in together.items():
        if len(same) == 1:
            same[0].save(update_fields=fields)
        else:
            type(same[0])._base_manager.bulk_update(same, fields)
