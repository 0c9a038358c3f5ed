"""Checking one part of the ledger: the seals of a range of numbers and all that stands under them.

Parts know nothing of each other, so they can be checked in any order and by several processes at once. Where
a part begins, its first seal is held against the last seal before the part: nothing is missed at a border.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.db.models import Max

from .. import keys, merkle
from ..event_checks import check_event
from ..findings import Finding, Report
from ..models import Event, FactSet, Seal, SealedEvent
from ..order import START, Position
from ..seals import FIRST_PREVIOUS, hash_of, mark_data
from .quick import sound_leaf
from .rows import (
    PLACE_COLUMNS,
    PORTION,
    SEAL_COLUMNS,
    UNREADABLE,
    FactSets,
    SealRow,
    event_of,
    event_rows,
    facts_of,
    readable,
    taken_apart,
)

MOST_GAPS = 20

Erased = set[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Part:
    """The seals numbered above ``after``, up to ``until``; None: without end."""

    after: int
    until: int | None = None

    def within(self, field: str) -> dict[str, int]:
        """Return the filter that leaves the numbers of this part in ``field``."""
        limits = {f"{field}__gt": self.after}
        return limits if self.until is None else {**limits, f"{field}__lte": self.until}


@dataclass(slots=True)
class Checked:
    """What was found in one part, and what the rest of the check needs of it.

    ``chain``: findings about the seals; ``report``: everything under them, and the counts. ``furthest``: the
    last position of an event. ``last``: number, hash and time of the last seal; None where there is none.
    """

    report: Report = field(default_factory=Report)
    chain: list[Finding] = field(default_factory=list)
    furthest: Position = START
    last: SealRow | None = None


def check_part(part: Part, erased: Erased) -> Checked:
    """Check one part. ``erased``: (event reference, subject) pairs whose facts were erased with a record of it."""
    return _PartCheck(part, erased).run()


class _PartCheck:
    """One run over one part."""

    def __init__(self, part: Part, erased: Erased):
        self.part = part
        self.erased = erased
        self.checked = Checked()
        self.report = self.checked.report
        self.chain = Report(findings=self.checked.chain)
        self.trusted = keys.trusted_keys()
        self.current = keys.signing_key()

    def run(self) -> Checked:
        for seals in _portions(self._chain()):
            self._check_portion(seals)
        return self.checked

    # --- the seals

    def _chain(self) -> Iterator[SealRow]:
        """Yield the seals in order, checking header, signature and chain."""
        number, previous = self._before()
        seals = Seal.objects.filter(**self.part.within("number")).order_by("number")
        for row in readable(seals, SEAL_COLUMNS, self._unreadable_seal):
            seal = SealRow(*row)
            if seal.number != number + 1:
                text = f"seals {number + 1} to {seal.number - 1} are missing"
                self.chain.add("seal_missing", text, seal=seal.number)
            elif bytes(seal.previous_hash) != previous:
                self.chain.add("seal_changed", "it does not follow the seal before it", seal=seal.number)
            self._check_header(seal)
            number, previous = seal.number, bytes(seal.hash)
            self.report.seals += 1
            self.checked.last = seal
            yield seal

    def _before(self) -> tuple[int, bytes]:
        """Return number and hash of the last seal before this part that can be read."""
        number = self.part.after
        while number:
            number = Seal.objects.filter(number__lte=number).aggregate(last=Max("number"))["last"] or 0
            try:
                row = SealRow(*Seal.objects.values_list(*SEAL_COLUMNS).get(number=number))
            except Seal.DoesNotExist:
                break
            except UNREADABLE:
                number -= 1
            else:
                return row.number, bytes(row.hash)
        return 0, FIRST_PREVIOUS

    def _check_header(self, seal: SealRow) -> None:
        """Check hash and signature of one seal."""
        public = self.trusted.get(seal.key_id)
        if hash_of(seal) != bytes(seal.hash):
            self.chain.add("seal_changed", "its header does not fit its hash", seal=seal.number)
        elif public is None:
            text = f"signed by the unknown key {seal.key_id!r}"
            self.chain.add("seal_changed", text, seal=seal.number)
        elif not keys.is_signed("seal", bytes(seal.hash), bytes(seal.signature), public):
            self.chain.add("seal_changed", "its signature is not genuine", seal=seal.number)

    def _unreadable_seal(self, pk: int) -> None:
        self.chain.add("seal_changed", f"the row with id {pk} cannot be read")

    # --- what stands under them

    def _check_portion(self, seals: list[SealRow]) -> None:
        """Check the places, events and facts under some seals that follow each other."""
        span = Part(seals[0].number - 1, seals[-1].number)
        places: dict[int, list[tuple]] = defaultdict(list)
        rows = SealedEvent.objects.filter(**span.within("seal__number")).order_by("index", "pk")
        for place in rows.values_list(*PLACE_COLUMNS).iterator(PORTION):
            places[place[0]].append(place)
        found = Event.objects.filter(**span.within("place__seal__number"))
        events = {row[0]: row for row in event_rows(found, self._unreadable_event)}
        facts = facts_of(FactSet.objects.filter(**span.within("event__place__seal__number")))
        for seal in seals:
            self._check_tree(seal, places.get(seal.pk, []), events, facts)

    def _unreadable_event(self, pk: int) -> None:
        self.report.add("event_changed", "the row cannot be read", event_id=pk)

    def _check_tree(self, seal: SealRow, places: list[tuple], events: dict, facts: dict) -> None:
        """Check what stands under one seal."""
        before = len(self.report.findings)
        standing = {place[2] for place in places}
        for index in islice((place for place in range(seal.size) if place not in standing), MOST_GAPS):
            self.report.add(
                "place_missing", f"the event at place {index + 1} of {seal.size} is missing", seal=seal.number
            )
        for place in places:
            event_id = place[1]
            self._check_place(seal, place, events.get(event_id), facts.get(event_id, []))
        root = merkle.root([bytes(place[3]) for place in places])
        if root != bytes(seal.root) and len(self.report.findings) == before:
            self.report.add("seal_changed", f"its {seal.size} events do not fit its root", seal=seal.number)

    def _check_place(self, seal: SealRow, place: tuple, row: tuple | None, fact_sets: FactSets) -> None:
        """Check one event at its place: quickly, and closely where that does not settle it."""
        if row is not None:
            position = _position(row)
            if position > self.checked.furthest:
                self.checked.furthest = position
            leaf = sound_leaf(row, fact_sets)
            if leaf is not None and self._is_placed(seal, place, position, leaf):
                self.report.events += 1
                return
        self._look_closely(seal, place, row, fact_sets)

    def _is_placed(self, seal: SealRow, place: tuple, position: Position, leaf: bytes) -> bool:
        """Tell whether an event stands where the sealer put it."""
        return leaf == place[3] and place[2] < seal.size and self._is_marked(seal, place, position, leaf)

    def _is_marked(self, seal: SealRow, place: tuple, position: Position, leaf: bytes) -> bool:
        """Tell whether the place is the one the sealer gave, as far as the key at hand can tell."""
        if seal.key_id != self.current.key_id:
            return True
        return self.current.mark(mark_data(seal.number, place[2], position, leaf)) == bytes(place[4])

    def _look_closely(self, seal: SealRow, place: tuple, row: tuple | None, fact_sets: FactSets) -> None:
        """Say what is wrong with an event at its place."""
        _seal_id, event_id, index, sealed_leaf, _mark = place
        named: dict = {"event_id": event_id, "seal": seal.number}
        event = None if row is None else event_of(row)
        if row is not None and event is None:
            self._unreadable_event(event_id)
        if row is None or event is None:
            self.report.add("event_missing", "the event was deleted", **named)
            return
        named["event_ref"] = str(event.ref)
        self.report.events += 1
        if index >= seal.size:
            self.report.add("place_inserted", "it was put under the seal afterwards", **named)
        leaf = check_event(event, taken_apart(fact_sets), self.erased, self.report, seal.number)
        if leaf is None:
            return
        if leaf != bytes(sealed_leaf):
            self.report.add("event_changed", "it is not the event that was sealed", **named)
        elif not self._is_marked(seal, place, _position(row), leaf):
            self.report.add("place_changed", "its place under the seal was forged", **named)


def _position(row: tuple) -> Position:
    """Return where an event stands in commit order."""
    return Position(row[12], row[13], row[0])


def _portions(seals: Iterator[SealRow]) -> Iterator[list[SealRow]]:
    """Yield the seals in lists that hold about ``PORTION`` events each."""
    portion: list[SealRow] = []
    size = 0
    for seal in seals:
        portion.append(seal)
        size += seal.size
        if size >= PORTION:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion
