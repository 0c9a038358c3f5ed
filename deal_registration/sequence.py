"""The sequence of each product line: one row that is lock, gapless counter and clock in one.

The order of filings is the number taken under this lock; the time is its label, taken after the lock is held and made
to rise strictly. Lines are always locked in sorted order, before any row of a registration.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from core import clock

from .models import LineSequence

TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Place:
    """One place in a line's sequence."""

    line_id: int
    number: int
    at: datetime


def lock_lines(line_ids: Iterable[int]) -> dict[int, LineSequence]:
    """Lock the sequences of ``line_ids`` in sorted order until the end of the transaction; return them by line.

    A line's row is made at its first use. On SQLite the transaction itself is the lock. Raises
    ``TransactionManagementError`` outside a transaction.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("lines are locked inside a transaction")
    wanted = sorted(set(line_ids))
    query = LineSequence.objects.select_for_update().filter(line_id__in=wanted).order_by("line_id")
    locked = {row.line_id: row for row in query}
    if len(locked) < len(wanted):
        LineSequence.objects.bulk_create(
            [LineSequence(line_id=line_id) for line_id in wanted if line_id not in locked],
            ignore_conflicts=True,
        )
        locked = {row.line_id: row for row in query.all()}
    return locked


def take_places(sequences: dict[int, LineSequence], at: datetime | None = None) -> list[Place]:
    """Take the next place of each locked sequence, all with one time; the time rises strictly on every line.

    ``at``: the deciding time, where it was asked since the lines were locked.
    """
    at = at or clock.deciding_time()
    for row in sequences.values():
        if row.last_at is not None and at <= row.last_at:
            at = row.last_at + TICK
    places = []
    for line_id, row in sorted(sequences.items()):
        row.last_number += 1
        row.last_at = at
        places.append(Place(line_id, row.last_number, at))
    if len(places) == 1:
        sequences[places[0].line_id].save(update_fields=["last_number", "last_at"])
    else:
        LineSequence.objects.bulk_update(sequences.values(), ["last_number", "last_at"])
    return places
