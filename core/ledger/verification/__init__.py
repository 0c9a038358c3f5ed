"""Checking the whole ledger: whatever was changed, deleted, added or re-dated after sealing is found and
named.

The seals are split into parts that are checked by themselves (``parts``), on PostgreSQL by several processes
that all see one and the same moment (``workers``). Each event gets a quick look that only tells sound from
doubtful (``quick``), and the doubtful a careful one that says what is wrong. A cut-off tail leaves no trace
in a chain: give the number and hash of a seal published earlier, and its absence is a finding.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from django.db.models import Exists, OuterRef, TextField
from django.db.models.functions import Cast

from ..event_checks import check_event, where
from ..events import FACTS_ERASED
from ..findings import Report
from ..models import Event, FactSet, Seal, SealedEvent
from ..order import START, position_of
from .parts import Checked, Erased, Part
from .quick import sound_leaf
from .rows import PORTION, EventRow, SealRow, event_of, event_rows, facts_of, taken_apart
from .workers import checkers

EVENTS_IN_A_PART = 4 * PORTION
LATE = timedelta(hours=1)

Progress = Callable[[int, int], None]

__all__ = ["LATE", "verify"]


def verify(
    *,
    progress: Progress | None = None,
    published: tuple[int, str] | None = None,
    late: timedelta = LATE,
    processes: int | None = None,
) -> Report:
    """Check everything and return the report.

    ``progress(done, total)`` is told after each part. ``published``: number and hash (hex) of a seal known
    from outside. ``late``: an event not yet sealed and older than the last seal by more is taken for
    inserted. ``processes``: how many share the work (default: one for each core); SQLite, and a caller
    within a transaction, whose view nobody else has, are checked by this process alone.
    """
    with checkers(processes) as check:
        return _Verification(progress, late).run(check, published)


class _Verification:
    """One run over the ledger."""

    def __init__(self, progress: Progress | None, late: timedelta):
        self.report = Report()
        self.progress = progress
        self.late = late
        self.erased: Erased = set()
        self.furthest = START
        self.last: SealRow | None = None

    def run(self, check, published: tuple[int, str] | None) -> Report:
        total = Event.objects.count()
        self._tell(0, total)
        self._read_erasures()
        under_seals = self._gather(check(_parts(EVENTS_IN_A_PART), self.erased), total)
        self.report.findings += under_seals
        self._check_strays()
        self._check_unsealed()
        if published:
            self._check_published(*published)
        self._tell(total, total)
        if self.last:
            self.report.head = f"{self.last.number}:{bytes(self.last.hash).hex()}"
        return self.report

    def _tell(self, done: int, total: int) -> None:
        if self.progress:
            self.progress(done, total)

    def _gather(self, results: Iterable[Checked], total: int) -> list:
        """Add up what the parts found, in their order; return what stands under the seals, the chain's noted."""
        under_seals = []
        for checked in results:
            self.report.findings += checked.chain
            under_seals += checked.report.findings
            self.report.seals += checked.report.seals
            self.report.events += checked.report.events
            self.report.erased += checked.report.erased
            self.furthest = max(self.furthest, checked.furthest)
            self.last = checked.last or self.last
            self._tell(self.report.events, total)
        return under_seals

    def _read_erasures(self) -> None:
        """Learn which facts were erased with a record of it. A forged record is found like any event."""
        records = FactSet.objects.filter(event__type=FACTS_ERASED)
        for text in records.values_list(Cast("facts", TextField()), flat=True).iterator(PORTION):
            try:
                facts = json.loads(text)
                subject, refs = facts["subject"][0], facts["events"][0]
                self.erased.update((str(ref), str(subject)) for ref in refs)
            except (KeyError, IndexError, RecursionError, TypeError, ValueError):
                continue

    def _check_strays(self) -> None:
        """Find places without a seal, and facts without an event."""
        seals, events = (
            Seal.objects.filter(pk=OuterRef("seal_id")),
            Event.objects.filter(pk=OuterRef("event_id")),
        )
        places = SealedEvent.objects.exclude(Exists(seals)).order_by("pk")
        for event_id in places.values_list("event_id", flat=True).iterator(PORTION):
            self.report.add("place_inserted", "it stands under a seal that is not there", event_id=event_id)
        fact_sets = FactSet.objects.exclude(Exists(events)).order_by("pk")
        for event_id in fact_sets.values_list("event_id", flat=True).iterator(PORTION):
            self.report.add("fact_inserted", "facts of an event that is not there", event_id=event_id)

    def _check_unsealed(self) -> None:
        """Check the events that wait for a seal, and name those that should have had one."""
        waiting = Event.objects.filter(place__isnull=True)
        rows: list[tuple] = []
        for row in event_rows(waiting, self._unreadable_event):
            rows.append(row)
            if len(rows) == PORTION:
                self._check_waiting(rows)
                rows = []
        if rows:
            self._check_waiting(rows)

    def _unreadable_event(self, pk: int) -> None:
        self.report.add("event_changed", "the row cannot be read", event_id=pk)

    def _check_waiting(self, rows: list[tuple]) -> None:
        """Check some events that wait for a seal."""
        facts = facts_of(FactSet.objects.filter(event__in=[row[0] for row in rows]))
        for row in rows:
            event, fact_sets = event_of(row), facts.get(row[0], [])
            if event is None:
                self._unreadable_event(row[0])
                continue
            self.report.unsealed += 1
            self._check_late(event)
            if sound_leaf(row, fact_sets) is None:
                check_event(event, taken_apart(fact_sets), self.erased, self.report, None)

    def _check_late(self, event: EventRow) -> None:
        """Name an unsealed event that claims to be from before the last seal."""
        if position_of(event) <= self.furthest:
            self.report.add("event_inserted", "it was put in among sealed events", **where(event))
        elif self.last and event.at < self.last.sealed_at - self.late:
            self.report.add("event_inserted", "not sealed, but dated before the last seal", **where(event))

    def _check_published(self, number: int, digest: str) -> None:
        """Compare a seal known from outside with the ledger's own."""
        kept = Seal.objects.filter(number=number).values_list("hash", flat=True).first()
        if kept is None:
            self.report.add("seal_missing", "a published seal is not there: the end was cut off", seal=number)
        elif bytes(kept).hex() != digest.lower():
            self.report.add("seal_changed", "it is not the seal that was published", seal=number)


def _parts(size: int) -> Iterator[Part]:
    """Yield parts of about ``size`` events each that hold every seal there is, and any that comes to light."""
    after, events, seals = 0, 0, 0
    last = 0
    rows = Seal.objects.order_by("number").values_list("number", "size")
    for number, count in rows.iterator(PORTION):
        if events >= size or seals >= size:
            yield Part(after, last)
            after, events, seals = last, 0, 0
        events, seals, last = events + count, seals + 1, number
    yield Part(after)
