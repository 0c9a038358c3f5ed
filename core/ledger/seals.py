"""Sealing: settled events go under Merkle roots, each seal chained to the one before and signed.

Sealing only adds rows: it never updates an event and holds no lock a writer waits for. Where the next seal
begins is read from the last one, so there is no position to lose. Two sealers at once do no harm: the
number is unique.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction

from core import clock
from core.jobs import hold_lease, release_lease
from core.search.bulk import load_instances

from . import merkle
from .commitments import canonical, stamp
from .keys import SigningKey, signing_key
from .models import Event, Seal, SealedEvent
from .order import START, Position, settled_after

SEAL_PREFIX = b"\x02"
SEAL_VERSION = 1
LARGEST = 4096
FIRST_PREVIOUS = bytes(merkle.HASH_BYTES)
LEASE = "ledger-seal"
LEASE_SECONDS = 60


def header(
    *, number: int, size: int, root: bytes, previous_hash: bytes, sealed_at: datetime | str, key_id: str
) -> bytes:
    """Return the bytes that a seal's hash is taken over."""
    return canonical(
        {
            "v": SEAL_VERSION,
            "number": number,
            "size": size,
            "root": root.hex(),
            "previous": previous_hash.hex(),
            "sealed_at": sealed_at if isinstance(sealed_at, str) else stamp(sealed_at),
            "key": key_id,
        }
    )


def header_hash(data: bytes) -> bytes:
    """Return the hash of a seal's header."""
    return hashlib.sha256(SEAL_PREFIX + data).digest()


def hash_of(seal: Seal) -> bytes:
    """Return the hash that a seal row's own columns give."""
    return header_hash(
        header(
            number=seal.number,
            size=seal.size,
            root=bytes(seal.root),
            previous_hash=bytes(seal.previous_hash),
            sealed_at=seal.sealed_at,
            key_id=seal.key_id,
        )
    )


def mark_data(number: int, index: int, position: Position, leaf: bytes) -> bytes:
    """Return what the mark of one place is taken over: which event stands where."""
    return b"[%d,%d,%d,%d,%d]" % (number, index, *position) + leaf


def last_sealed() -> tuple[Seal | None, Position]:
    """Return the last seal and the position of its last event."""
    seal = Seal.objects.order_by("-number").first()
    if seal is None:
        return None, START
    row = (
        Event.objects.filter(place__seal=seal)
        .order_by("-place__index")
        .values_list("era", "transaction_id", "pk")
        .first()
    )
    return seal, Position(*row) if row else START


def seal_next(limit: int = LARGEST) -> int:
    """Seal the next events, at most ``limit``; return how many: 0 if none wait or another was quicker."""
    last, position = last_sealed()
    rows = list(settled_after(position).values_list("era", "transaction_id", "pk", "leaf_hash")[:limit])
    if not rows:
        return 0
    seal = _build(last, [bytes(row[3]) for row in rows], signing_key())
    key = signing_key()
    places = []
    for index, (era, transaction_id, event_id, leaf) in enumerate(rows):
        mark = key.mark(mark_data(seal.number, index, Position(era, transaction_id, event_id), bytes(leaf)))
        places.append(SealedEvent(event_id=event_id, index=index, leaf_hash=bytes(leaf), mark=mark))
    try:
        with transaction.atomic():
            seal.save(force_insert=True)
            for place in places:
                place.seal = seal
            load_instances(SealedEvent, places)
    except IntegrityError:
        return 0
    return len(rows)


def _build(last: Seal | None, leaves: list[bytes], key: SigningKey) -> Seal:
    """Return the signed, unsaved seal over ``leaves`` that follows ``last``."""
    seal = Seal(
        number=last.number + 1 if last else 1,
        size=len(leaves),
        root=merkle.root(leaves),
        previous_hash=bytes(last.hash) if last else FIRST_PREVIOUS,
        key_id=key.key_id,
        sealed_at=clock.now(),
    )
    seal.hash = hash_of(seal)
    seal.signature = key.sign("seal", seal.hash)
    return seal


def seal_all(progress: Callable[[int], None] | None = None) -> int:
    """Seal everything settled now; return how many events. ``progress`` is told the sum after each seal."""
    total = 0
    while count := seal_next():
        total += count
        if progress:
            progress(total)
    return total


def seal_due() -> int:
    """Seal what is settled, unless another process is at it; return how many events."""
    if not settled_after(last_sealed()[1]).exists():
        return 0
    if not hold_lease(LEASE, LEASE_SECONDS):
        return 0
    try:
        return seal_all()
    finally:
        release_lease(LEASE)
