"""Reading the ledger for checking: rows as plain columns, some thousand at a time, no model instances."""

import json
from collections import defaultdict, namedtuple
from collections.abc import Callable, Iterator

from django.db import DataError, connection
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from ..event_checks import Facts
from ..models import Event, FactSet

PORTION = 4096
EVENT_COLUMNS = (
    "pk",
    "ref_text",
    "type",
    "at",
    "object_type",
    "object_id",
    "object_ref",
    "partner_id",
    "actor_id",
    "actor_system",
    "commitments_text",
    "leaf_hash",
    "era",
    "transaction_id",
)
SEAL_COLUMNS = (
    "pk",
    "number",
    "size",
    "root",
    "previous_hash",
    "hash",
    "signature",
    "key_id",
    "sealed_at",
)
PLACE_COLUMNS = ("seal_id", "event_id", "index", "leaf_hash", "mark")
UNREADABLE = (TypeError, ValueError, OverflowError, DataError)

EventRow = namedtuple("EventRow", [name.removesuffix("_text") for name in EVENT_COLUMNS])
SealRow = namedtuple("SealRow", SEAL_COLUMNS)

# Subject and facts, as JSON text, of the fact sets of one event.
FactSets = list[tuple[str, str]]


def readable(
    queryset: QuerySet, columns: tuple[str, ...], complain: Callable[[int], None]
) -> Iterator[tuple]:
    """Yield the ``columns`` (the key first) of each row; one that cannot even be read is named and left out."""
    done: set[int] = set()
    rows = queryset.values_list(*columns)
    try:
        for row in rows.iterator(PORTION):
            done.add(row[0])
            yield row
        return
    except UNREADABLE:
        pass
    for pk in queryset.values_list("pk", flat=True):
        if pk in done:
            continue
        try:
            row = rows.get(pk=pk)
        except UNREADABLE:
            complain(pk)
        else:
            yield row


def event_rows(queryset: QuerySet[Event], complain: Callable[[int], None]) -> Iterator[tuple]:
    """Yield the events of ``queryset`` as ``EVENT_COLUMNS``; ``complain`` is told of those that cannot be read."""
    texts = {"commitments_text": Cast("commitments", TextField())}
    if connection.vendor == "postgresql":  # elsewhere it is stored in another spelling
        texts["ref_text"] = Cast("ref", TextField())
        columns = EVENT_COLUMNS
    else:
        columns = (EVENT_COLUMNS[0], "ref", *EVENT_COLUMNS[2:])
    return readable(queryset.annotate(**texts).order_by("pk"), columns, complain)


def event_of(row: tuple) -> EventRow | None:
    """Return the event in ``row`` with its commitments taken out of their JSON; None where they are no JSON."""
    try:
        return EventRow(*row[:10], json.loads(row[10]), *row[11:])
    except (RecursionError, TypeError, ValueError):
        return None


def facts_of(fact_sets: QuerySet[FactSet]) -> dict[int, FactSets]:
    """Return the stored facts by event."""
    by_event: dict[int, FactSets] = defaultdict(list)
    rows = fact_sets.order_by("event_id", "pk").values_list("event_id", "subject", Cast("facts", TextField()))
    for event_id, subject, facts in rows.iterator(PORTION):
        by_event[event_id].append((subject, facts))
    return by_event


def taken_apart(fact_sets: FactSets) -> list[Facts]:
    """Return fact sets with their facts taken out of their JSON; what is none is shown as no facts."""
    return [Facts(subject, _loaded(facts)) for subject, facts in fact_sets]


def _loaded(text: str) -> object:
    try:
        return json.loads(text)
    except (RecursionError, TypeError, ValueError):
        return None
