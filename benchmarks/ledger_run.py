"""The parts of ``ledger`` that need Django, each in a process of its own; the database comes from the surroundings.

``python -m benchmarks.ledger_run build FIRST COUNT SEED`` stores events, ``seal SIZE`` seals them, ``floor COUNT``
prints as JSON how long bare SHA-256 takes over the bytes that checking the first ``COUNT`` events hashes.
"""

import hashlib
import json
import random
import sys
import time
from datetime import UTC, datetime, timedelta

import django

BATCH = 10_000
BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)
BETWEEN = timedelta(seconds=7)
TYPES = ("registration.screened", "registration.approved", "registration.answered")
EVENT_COLUMNS = (
    "id, ref, type, at, object_type, object_id, object_ref, partner_id, actor_id, actor_system, commitments,"
    " leaf_hash, era, transaction_id"
)


def main() -> None:
    """Do what the first argument says."""
    django.setup()
    what, *numbers = sys.argv[1:]
    result = {"build": build, "seal": seal, "floor": floor}[what](*map(int, numbers))
    if result is not None:
        print(json.dumps(result))


def filed(rng: random.Random, number: int) -> dict:
    """Return the facts of a filing, as many and as long as a dealer's usually are."""
    return {
        "reference": f"{rng.getrandbits(60):012X}"[:12],
        "partner": "滬南流體設備有限公司",
        "lines": ["P-CENT", "V-GATE"][: rng.randint(1, 2)],
        "customer_name": f"长江{number}号化工有限公司",
        "customer_country": "CN",
        "customer_city": rng.choice(("上海", "南京", "Wuhan")),
        "project_name": f"Unit {number % 977} revamp",
        "territory": "cn-sh",
        "opportunity_type": "new",
        "value": f"{rng.randrange(10_000, 900_000)}.00 CNY",
        "expected_close_on": "2027-03-31",
        "description": "Two centrifugal pumps with spare rotors, delivery before the shutdown in spring.",
    }


def draft(number: int, rng: random.Random):
    """Return the built event of one number: one in four is a filing with a person, the others are decisions."""
    from core.ledger import build_event

    is_filing = number % 4 == 0
    return build_event(
        "registration.submitted" if is_filing else TYPES[number % 3],
        object_type="deal_registration.registration",
        object_id=number // 4 + 1,
        object_ref=f"BENCH{number // 4:07d}",
        actor_id=rng.randrange(1, 500) if is_filing else None,
        actor_system="" if is_filing else "screening",
        at=BEGIN + number * BETWEEN,
        partner_id=rng.randrange(1, 300),
        facts=filed(rng, number)
        if is_filing
        else {"lines": ["P-CENT"], "codes": ["R15"], "protected_until": "2027-05-01T00:00:00+00:00"},
        personal={f"user:{rng.randrange(1, 500)}": {"contacts": "Li Hua, +86 21 5555 0000"}}
        if is_filing
        else None,
    )


def build(first: int, count: int, seed: int) -> None:
    """Store ``count`` events, the first with the id ``first``, some thousand in a transaction."""
    from django.db import connection, transaction
    from psycopg.types.json import Jsonb

    from core.ledger.recording import current_position

    rng = random.Random(f"{seed} {first}")
    for begin in range(first, first + count, BATCH):
        numbers = range(begin, min(begin + BATCH, first + count))
        drafts = [(number, draft(number, rng)) for number in numbers]
        with transaction.atomic(), connection.cursor() as cursor:
            position = current_position()
            with cursor.copy(f"COPY ledger_event ({EVENT_COLUMNS}) FROM STDIN") as copy:
                for number, made in drafts:
                    e = made.event
                    row = [
                        number,
                        e.ref,
                        e.type,
                        e.at,
                        e.object_type,
                        e.object_id,
                        e.object_ref,
                        e.partner_id,
                    ]
                    row += [e.actor_id, e.actor_system, Jsonb(e.commitments), e.leaf_hash, *position]
                    copy.write_row(row)
            with cursor.copy("COPY ledger_factset (event_id, subject, facts) FROM STDIN") as copy:
                for number, made in drafts:
                    for fact_set in made.fact_sets:
                        copy.write_row([number, fact_set.subject, Jsonb(fact_set.facts)])


def seal(size: int) -> dict:
    """Seal everything, ``size`` events under one seal."""
    from core.ledger import seals

    begun, total = time.perf_counter(), 0
    while count := seals.seal_next(size):
        total += count
    return {"events": total, "seconds": time.perf_counter() - begun}


def floor(count: int) -> dict:
    """Hash the bytes that the first ``count`` events' commitments and leaves are taken over; nothing else is timed."""
    from core.ledger.commitments import canonical, leaf_data
    from core.ledger.models import Event

    seconds, hashed, events = 0.0, 0, 0
    rows = Event.objects.order_by("pk").prefetch_related("fact_sets")[:count]
    messages: list[bytes] = []

    def take_time() -> None:
        nonlocal seconds, hashed
        begun = time.perf_counter()
        for message in messages:
            hashlib.sha256(message).digest()
        seconds += time.perf_counter() - begun
        hashed += sum(map(len, messages))
        messages.clear()

    for event in rows.iterator(2000):
        events += 1
        for fact_set in event.fact_sets.all():
            for name, (value, salt) in fact_set.facts.items():
                messages.append(bytes.fromhex(salt) + canonical([name, value]))
        parts = ("ref", "type", "at", "object_type", "object_ref", "commitments")
        messages.append(b"\x00" + leaf_data(**{part: getattr(event, part) for part in parts}))
        if len(messages) > 20_000:
            take_time()
    take_time()
    return {"events": events, "seconds": seconds, "bytes": hashed}


if __name__ == "__main__":
    main()
