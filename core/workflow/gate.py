"""The one gate every change of state passes."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

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


def lock_all(queryset) -> list:
    """Return the rows of ``queryset``, fresh and locked in primary-key order."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("rows are locked inside a transaction")
    rows = list(queryset.order_by("pk").select_for_update(of=("self",)))
    for row in rows:
        row._locked_by_gate = True
    return rows


def move(
    workflow: Workflow,
    obj,
    name: str,
    *,
    actor: Actor,
    at: datetime,
    to: str | None = None,
    changes: dict[str, Any] | None = None,
    facts: dict[str, Any] | None = None,
    personal: dict[str, dict[str, Any]] | None = None,
    event_obj=None,
    partner_id: int | None = None,
    permission_obj=None,
):
    """Pass ``obj`` (locked by ``lock``) through transition ``name``: check, save, write the event; return the event.

    ``to`` picks among several targets. ``changes`` are saved with the state. ``event_obj`` is what the event is
    about, where not ``obj`` itself. ``permission_obj`` is what the rule of the permission is asked of.

    Raises ``TransitionRefused`` from another state, ``NotAllowed`` without the permission or rule,
    ``RuntimeError`` for a row that was not locked (a programming error).
    """
    transition = workflow[name]
    if not getattr(obj, "_locked_by_gate", False):
        raise RuntimeError(f"{workflow.name}.{name}: the row was not locked by the gate")
    state = getattr(obj, workflow.field)
    if transition.permission is not None:
        require(actor, transition.permission, permission_obj if permission_obj is not None else obj)
    elif not actor.system:
        raise RuntimeError(f"{workflow.name}.{name} is made by a system process only")
    if state not in transition.sources:
        raise TransitionRefused(state=state)
    target = to if to is not None else transition.targets[0]
    if target not in transition.targets:
        raise ValueError(f"{workflow.name}.{name} does not lead to {target!r}")
    setattr(obj, workflow.field, target)
    for field, value in (changes or {}).items():
        setattr(obj, field, value)
    fields = [workflow.field, *(changes or {})]
    if any(column.name == "updated_at" for column in obj._meta.concrete_fields):
        fields.append("updated_at")
    obj.save(update_fields=fields)
    return record(
        transition.event,
        event_obj if event_obj is not None else obj,
        actor=actor,
        at=at,
        partner_id=partner_id,
        facts={**(facts or {}), "from_state": str(state), "to_state": str(target)},
        personal=personal,
    )
