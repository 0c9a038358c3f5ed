"""Eight writers whose transactions overlap: a reader misses nothing, where the plain ``id > last`` does."""

import random
import threading
import time

import pytest
from django.db import connection, transaction

from core.ledger import readers, seals, verification
from core.ledger.models import Event, SealedEvent
from core.ledger.order import START, Position, position_of, settled_after

from .conftest import send, wait_until_settled

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WRITERS, EACH = 8, 60


def _write(writer: int) -> None:
    """Write events in transactions of different lengths, the id taken early and the commit late."""
    luck = random.Random(writer)
    try:
        for number in range(EACH):
            with transaction.atomic():
                send(writer * 1000 + number)
                time.sleep(luck.choice([0, 0.001, 0.004, 0.02]))
    finally:
        connection.close()


class Followers:
    """Three that follow while others write: ours, a naive one, and the sealer."""

    def __init__(self):
        self.seen: list[int] = []
        self.naive: list[int] = []
        self.position: Position = START
        self.last = 0

    def step(self) -> None:
        for event in settled_after(self.position)[:100]:
            self.seen.append(event.pk)
            self.position = position_of(event)
        for pk in Event.objects.filter(pk__gt=self.last).order_by("pk").values_list("pk", flat=True)[:100]:
            self.naive.append(pk)
            self.last = pk
        seals.seal_next()


def test_a_reader_misses_nothing_where_the_plain_one_does(monkeypatch):
    handled: list[int] = []
    monkeypatch.setattr(readers, "_handlers", {"probe": lambda event: handled.append(event.pk)})
    writers = [threading.Thread(target=_write, args=(number,)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    followers = Followers()
    while any(writer.is_alive() for writer in writers):
        followers.step()
        readers.follow_all()
    for writer in writers:
        writer.join()
    wait_until_settled()
    for _round in range(20):
        followers.step()
    readers.follow_all()
    seals.seal_all()
    written = set(Event.objects.values_list("pk", flat=True))
    assert len(written) == WRITERS * EACH
    assert set(followers.naive) != written, "positive control: id > last must miss some"
    assert len(followers.seen) == len(written) and set(followers.seen) == written
    assert sorted(handled) == sorted(written)
    assert set(SealedEvent.objects.values_list("event_id", flat=True)) == written
    assert verification.verify().is_good


def test_events_of_one_object_come_in_their_order():
    for number in range(3):
        with transaction.atomic():
            send(5, part=number)
            send(5, part=number + 10)
    wait_until_settled()
    keys = [position_of(event) for event in settled_after(START)]
    assert keys == sorted(keys) and len(keys) == 6


def test_an_event_of_an_older_open_transaction_is_waited_for():
    ready, finish = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                send(1)
                ready.set()
                finish.wait(10)
        finally:
            connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    ready.wait(10)
    send(2)
    assert list(settled_after(START)) == []
    assert seals.seal_all() == 0
    finish.set()
    writer.join()
    wait_until_settled()
    assert [event.object_id for event in settled_after(START)] == [1, 2]
    assert seals.seal_all() == 2
