"""Checking the whole ledger: whatever was changed, deleted, added or re-dated after sealing is found and
named.

Seals are read in their order and in portions, so that memory stays small. A cut-off tail leaves no trace in
a chain: give the number and hash of a seal published earlier, and its absence is a finding.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta

from django.db.models import Exists, OuterRef

from . import keys, merkle
from .event_checks import Facts, check_event, where
from .events import FACTS_ERASED
from .findings import Report
from .models import Event, FactSet, Seal, SealedEvent
from .order import START, Position, position_of
from .seals import FIRST_PREVIOUS, hash_of, mark_data

PORTION = 4096
EVENT_COLUMNS = (
    "pk",
    "ref",
    "type",
    "at",
    "object_type",
    "object_id",
    "object_ref",
    "partner_id",
    "actor_id",
    "actor_system",
    "commitments",
    "leaf_hash",
    "era",
    "transaction_id",
)
PLACE_COLUMNS = ("seal_id", "event_id", "index", "leaf_hash", "mark")
LATE = timedelta(hours=1)

Progress = Callable[[int, int], None]


def verify(
    *,
    progress: Progress | None = None,
    published: tuple[int, str] | None = None,
    late: timedelta = LATE,
) -> Report:
    """Check everything and return the report.

    ``progress(done, total)`` is told after each portion of events. ``published``: number and hash (hex) of
    a seal known from outside. ``late``: an event not yet sealed and older than the last seal by more is
    taken for inserted.
    """
    return _Verification(progress, late).run(published)


class _Verification:
    """One run over the ledger."""

    def __init__(self, progress: Progress | None, late: timedelta):
        self.report = Report()
        self.progress = progress
        self.late = late
        self.trusted = keys.trusted_keys()
        self.current = keys.signing_key()
        self.erased: set[tuple[str, str]] = set()
        self.furthest = START
        self.last: Seal | None = None

    def run(self, published: tuple[int, str] | None) -> Report:
        total = Event.objects.count()
        self._read_erasures()
        for seals in _portions(self._chain()):
            self._check_portion(seals)
            if self.progress:
                self.progress(self.report.events, total)
        self._check_strays()
        self._check_unsealed()
        if published:
            self._check_published(*published)
        if self.progress:
            self.progress(total, total)
        if self.last:
            self.report.head = f"{self.last.number}:{bytes(self.last.hash).hex()}"
        return self.report

    def _read_erasures(self) -> None:
        """Learn which facts were erased with a record of it. A forged record is found like any event."""
        records = Event.objects.filter(type=FACTS_ERASED).prefetch_related("fact_sets")
        for event in _readable(records, lambda pk: None):
            for fact_set in event.fact_sets.all():
                try:
                    subject, refs = fact_set.facts["subject"][0], fact_set.facts["events"][0]
                    self.erased.update((str(ref), str(subject)) for ref in refs)
                except (KeyError, IndexError, TypeError):
                    continue

    def _chain(self) -> Iterator[Seal]:
        """Yield the seals in order, checking header, signature and chain."""
        number, previous = 0, FIRST_PREVIOUS
        for seal in _readable(Seal.objects.order_by("number"), self._unreadable_seal):
            if seal.number != number + 1:
                self.report.add(
                    "seal_missing", f"seals {number + 1} to {seal.number - 1} are missing", seal=seal.number
                )
            elif bytes(seal.previous_hash) != previous:
                self.report.add("seal_changed", "it does not follow the seal before it", seal=seal.number)
            self._check_header(seal)
            number, previous = seal.number, bytes(seal.hash)
            self.report.seals += 1
            self.last = seal
            yield seal

    def _check_header(self, seal: Seal) -> None:
        """Check hash and signature of one seal."""
        public = self.trusted.get(seal.key_id)
        if hash_of(seal) != bytes(seal.hash):
            self.report.add("seal_changed", "its header does not fit its hash", seal=seal.number)
        elif public is None:
            self.report.add("seal_changed", f"signed by the unknown key {seal.key_id!r}", seal=seal.number)
        elif not keys.is_signed("seal", bytes(seal.hash), bytes(seal.signature), public):
            self.report.add("seal_changed", "its signature is not genuine", seal=seal.number)

    def _unreadable_seal(self, pk: int) -> None:
        self.report.add("seal_changed", f"the row with id {pk} cannot be read")

    def _check_portion(self, seals: list[Seal]) -> None:
        """Check the places, events and facts under some seals that follow each other."""
        span = (seals[0].number, seals[-1].number)
        places = defaultdict(list)
        rows = SealedEvent.objects.filter(seal__number__range=span).order_by("index")
        for place in rows.values_list(*PLACE_COLUMNS, named=True).iterator(PORTION):
            places[place.seal_id].append(place)
        found = Event.objects.filter(place__seal__number__range=span).values_list(*EVENT_COLUMNS, named=True)
        events = {event.pk: event for event in _readable(found, self._unreadable_event)}
        facts = _facts_of(FactSet.objects.filter(event__place__seal__number__range=span))
        for seal in seals:
            self._check_tree(seal, places[seal.pk], events, facts)

    def _unreadable_event(self, pk: int) -> None:
        self.report.add("event_changed", "the row cannot be read", event_id=pk)

    def _check_tree(self, seal: Seal, places: list, events: dict, facts: dict) -> None:
        """Check what stands under one seal."""
        before = len(self.report.findings)
        standing = {place.index for place in places}
        for index in sorted(set(range(seal.size)) - standing)[:20]:
            self.report.add(
                "place_missing", f"the event at place {index + 1} of {seal.size} is missing", seal=seal.number
            )
        for place in places:
            self._check_place(seal, place, events.get(place.event_id), facts.get(place.event_id, ()))
        root = merkle.root([bytes(place.leaf_hash) for place in places])
        if root != bytes(seal.root) and len(self.report.findings) == before:
            self.report.add("seal_changed", f"its {seal.size} events do not fit its root", seal=seal.number)

    def _check_place(self, seal: Seal, place, event, facts) -> None:
        """Check one event at its place."""
        named = {"event_id": place.event_id, "seal": seal.number}
        if event is None:
            self.report.add("event_missing", "the event was deleted", **named)
            return
        named["event_ref"] = str(event.ref)
        self.report.events += 1
        position = position_of(event)
        self.furthest = max(self.furthest, position)
        if place.index >= seal.size:
            self.report.add("place_inserted", "it was put under the seal afterwards", **named)
        leaf = check_event(event, facts, self.erased, self.report, seal.number)
        if leaf is None:
            return
        if leaf != bytes(place.leaf_hash):
            self.report.add("event_changed", "it is not the event that was sealed", **named)
        elif seal.key_id == self.current.key_id and not self._is_marked(seal, place, position, leaf):
            self.report.add("place_changed", "its place under the seal was forged", **named)

    def _is_marked(self, seal: Seal, place, position: Position, leaf: bytes) -> bool:
        """Tell whether the place is the one the sealer gave."""
        return self.current.mark(mark_data(seal.number, place.index, position, leaf)) == bytes(place.mark)

    def _check_strays(self) -> None:
        """Find places without a seal, and facts without an event."""
        seals, events = (
            Seal.objects.filter(pk=OuterRef("seal_id")),
            Event.objects.filter(pk=OuterRef("event_id")),
        )
        for event_id in SealedEvent.objects.exclude(Exists(seals)).values_list("event_id", flat=True):
            self.report.add("place_inserted", "it stands under a seal that is not there", event_id=event_id)
        for event_id in FactSet.objects.exclude(Exists(events)).values_list("event_id", flat=True):
            self.report.add("fact_inserted", "facts of an event that is not there", event_id=event_id)

    def _check_unsealed(self) -> None:
        """Check the events that wait for a seal, and name those that should have had one."""
        waiting = Event.objects.filter(place__isnull=True)
        facts: dict | None = None
        rows = waiting.values_list(*EVENT_COLUMNS, named=True)
        for event in _readable(rows, self._unreadable_event):
            if facts is None:
                facts = _facts_of(FactSet.objects.filter(event__in=waiting))
            self.report.unsealed += 1
            self._check_late(event)
            check_event(event, facts.get(event.pk, ()), self.erased, self.report, None)

    def _check_late(self, event) -> None:
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


def _facts_of(fact_sets) -> dict[int, list[Facts]]:
    """Return the stored facts by event."""
    rows = fact_sets.values_list("event_id", "subject", "facts")
    by_event = defaultdict(list)
    for event_id, subject, facts in rows.iterator(PORTION):
        by_event[event_id].append(Facts(subject, facts))
    return by_event


def _portions(seals: Iterator[Seal]) -> Iterator[list[Seal]]:
    """Yield the seals in lists that hold about ``PORTION`` events each."""
    portion: list[Seal] = []
    size = 0
    for seal in seals:
        portion.append(seal)
        size += seal.size
        if size >= PORTION:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _readable(queryset, complain: Callable[[int], None]) -> Iterator:
    """Yield the rows of ``queryset``; one whose columns cannot even be read is named and left out."""
    done: set[int] = set()
    try:
        for row in queryset.iterator(PORTION):
            done.add(row.pk)
            yield row
        return
    except (TypeError, ValueError, OverflowError):
        pass
    for pk in queryset.values_list("pk", flat=True).order_by("pk"):
        if pk in done:
            continue
        try:
            row = queryset.get(pk=pk)
        except (TypeError, ValueError, OverflowError):
            complain(pk)
        else:
            yield row
