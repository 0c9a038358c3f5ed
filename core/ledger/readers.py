"""Followers of the ledger: each is named, keeps its position in commit order and misses nothing.

A handler is called at least once per event, in commit order, in one transaction with the reader's position.
An event whose handler fails becomes a job (tried again, shown to administrators), so that it holds up
nobody else's news.
"""

from collections.abc import Callable

import structlog
from django.db import transaction

from core import clock
from core.jobs import enqueue

from .models import Event, Reader
from .order import Position, position_of, settled, settled_after

log = structlog.get_logger(__name__)

Handler = Callable[[Event], None]
BATCH = 50
JOB_KIND = "ledger.reader"

_handlers: dict[str, Handler] = {}


def register(name: str, handler: Handler) -> None:
    """Let ``handler(event)`` follow the ledger under ``name``; called by apps at start-up."""
    _handlers[name] = handler


def registered() -> dict[str, Handler]:
    """Return the handlers by name."""
    return dict(_handlers)


def handler_of(name: str) -> Handler:
    """Return a reader's handler; raises ``LookupError`` for one nobody registered."""
    try:
        return _handlers[name]
    except KeyError:
        raise LookupError(f"nobody registered the ledger reader {name!r}") from None


def follow(name: str, *, limit: int = 2000) -> int:
    """Let one reader read on, at most ``limit`` events; return how many it read."""
    total = 0
    while total < limit:
        count = _read_batch(name)
        total += count
        if count < BATCH:
            break
    return total


def follow_all(*, limit: int = 2000) -> int:
    """Let every reader read on; return how many events were read in all."""
    return sum(follow(name, limit=limit) for name in _handlers)


def _read_batch(name: str) -> int:
    """Read the next events in one transaction with the position; 0 if none wait or another is at it."""
    kept = Reader.objects.filter(name=name).values_list("era", "transaction_id", "event_id").first()
    if kept is None:
        Reader.objects.get_or_create(name=name)
    elif not settled_after(Position(*kept)).exists():
        return 0
    with transaction.atomic():
        reader = Reader.objects.select_for_update(skip_locked=True).filter(name=name).first()
        if reader is None:
            return 0
        position = Position(reader.era, reader.transaction_id, reader.event_id)
        events = list(settled_after(position).prefetch_related("fact_sets")[:BATCH])
        if not events:
            return 0
        _hand_over(name, events)
        _move(reader, position_of(events[-1]))
    return len(events)


def _hand_over(name: str, events: list[Event]) -> None:
    """Give the events to the handler; if one fails, each by itself, and the failing ones to jobs."""
    handle = handler_of(name)
    try:
        with transaction.atomic():
            for event in events:
                handle(event)
        return
    except Exception:
        log.warning("ledger_reader_failed", reader=name, exc_info=True)
    for event in events:
        try:
            with transaction.atomic():
                handle(event)
        except Exception:
            enqueue(JOB_KIND, f"{JOB_KIND}:{name}:{event.pk}", {"reader": name, "event": event.pk})


def _move(reader: Reader, position: Position) -> None:
    reader.era, reader.transaction_id, reader.event_id = position
    reader.read_at = clock.now()
    reader.save(update_fields=["era", "transaction_id", "event_id", "read_at"])


def skip_to_end(name: str | None = None) -> None:
    """Let a reader (default: all) pass over what is settled so far: loaded history is no news."""
    last = settled().reverse().first()
    for each in [name] if name else list(_handlers):
        with transaction.atomic():
            Reader.objects.get_or_create(name=each)
            reader = Reader.objects.select_for_update().get(name=each)
            if last and position_of(last) > (reader.era, reader.transaction_id, reader.event_id):
                _move(reader, position_of(last))
