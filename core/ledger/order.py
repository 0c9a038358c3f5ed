"""Commit order: in which order events became visible, and up to where nothing can slip in any more.

``id > last`` misses events: a transaction that took a lower id may commit later. On PostgreSQL an event
carries its transaction id, and only those below the oldest transaction still running (``pg_snapshot_xmin``)
are settled. A transaction left open anywhere on the server delays readers and seals, but makes them miss
nothing. SQLite has one writer, so ids are in commit order. After a restore transaction ids start anew: the
era comes first.
"""

from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from .models import Era, Event


class Position(NamedTuple):
    """The place of one event in commit order."""

    era: int = 0
    transaction_id: int = 0
    event_id: int = 0


START = Position()


def position_of(event: Event) -> Position:
    """Return where ``event`` stands."""
    return Position(event.era, event.transaction_id, event.pk)


def settled():
    """Return the events that no other can come before any more, in commit order."""
    events = Event.objects.order_by("era", "transaction_id", "pk")
    if connection.vendor != "postgresql":
        return events
    era = Era.objects.values_list("number", flat=True).first() or 0
    oldest_running = RawSQL("pg_snapshot_xmin(pg_current_snapshot())::text::bigint", ())
    return events.filter(Q(era__lt=era) | Q(era=era, transaction_id__lt=oldest_running))


def settled_after(position: Position):
    """Return the settled events behind ``position``, in commit order."""
    table = f'"{Event._meta.db_table}"'
    behind = RawSQL(
        f"({table}.era, {table}.transaction_id, {table}.id) > (%s, %s, %s)",
        tuple(position),
        output_field=BooleanField(),
    )
    return settled().filter(behind)


def begin_era() -> int:
    """Start a new era and return its number: after restoring a backup, before anything is written."""
    with transaction.atomic():
        era = Era.objects.select_for_update().first() or Era()
        era.number += 1
        era.save()
    return era.number
