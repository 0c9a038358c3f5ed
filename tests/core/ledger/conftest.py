"""A small ledger for the tests: some events about files, with facts of the business and about persons."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from core.access.actor import Actor, system_actor
from core.documents.models import StoredFile
from core.ledger import declare, order, record, seals
from core.ledger.models import Event

AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
DEALER = Actor(user_id=7, name="Lin Mei", organisation_id=41, organisation_ids=frozenset({41}))

declare(
    "parcel.sent",
    label="Sent",
    partner_facts={"content", "weight", "lines"},
    labels={"content": "Content", "weight": "Weight", "lines": "Lines"},
)


def send(number: int, *, at: datetime = AT, personal: bool = False, ref: str = "", **facts):
    """Record one event about a made-up file and return it."""
    with transaction.atomic():
        return record(
            "parcel.sent",
            StoredFile(pk=number, ref=ref or f"PARCEL{number:04d}"),
            actor=DEALER if number % 2 else system_actor("clock"),
            at=at + timedelta(minutes=number),
            partner_id=41,
            facts={"content": f"軸承 {number}", "weight": "12.50", "lines": ["pumps", "valves"], **facts},
            personal={f"user:{number % 3}": {"name": f"Person {number}", "note": "hello"}}
            if personal
            else None,
        )


def wait_until_settled() -> None:
    """Wait for older transactions on the same PostgreSQL server, of whatever database, to end."""
    for _moment in range(1200):
        if order.settled().count() == Event.objects.count() or connection.vendor == "sqlite":
            return
        time.sleep(0.1)
    pytest.fail("another transaction on this PostgreSQL server stays open")


@pytest.fixture
def ledger(db):
    """Eleven sealed events under three seals; every second one holds facts about a person."""
    events = []
    for size in (5, 1, 5):
        for _number in range(size):
            events.append(send(len(events) + 1, personal=len(events) % 2 == 0))
        wait_until_settled()
        seals.seal_all()
    return events
