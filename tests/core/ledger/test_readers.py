"""Readers: every event once to each, in order, position and effect together."""

import pytest
from django.db import transaction

from core.jobs.models import Job, JobState
from core.ledger import readers
from core.ledger.models import Event, Reader

from .conftest import send


@pytest.fixture
def only_reader(monkeypatch):
    """Register nothing but the reader under test; returns the list it fills and a way to make it fail."""
    seen: list[int] = []
    failing: set[int] = set()

    def handle(event: Event) -> None:
        if event.pk in failing:
            raise RuntimeError("cannot")
        seen.append(event.pk)

    monkeypatch.setattr(readers, "_handlers", {"probe": handle})
    return seen, failing


def test_a_reader_gets_every_event_once_in_order(db, only_reader):
    seen, _failing = only_reader
    events = [send(number).pk for number in range(1, 8)]
    assert readers.follow_all() == 7
    assert readers.follow_all() == 0
    events.append(send(8).pk)
    assert readers.follow_all() == 1
    assert seen == events


def test_more_than_a_batch_is_read_in_one_go(db, only_reader, monkeypatch):
    monkeypatch.setattr(readers, "BATCH", 3)
    events = [send(number).pk for number in range(1, 9)]
    assert readers.follow("probe") == 8
    assert only_reader[0] == events


def test_a_failing_event_becomes_a_job_and_holds_up_nothing(db, only_reader):
    seen, failing = only_reader
    events = [send(number).pk for number in range(1, 6)]
    failing.add(events[2])
    assert readers.follow_all() == 5
    assert sorted(set(seen)) == [events[0], events[1], events[3], events[4]]
    job = Job.objects.get(kind=readers.JOB_KIND)
    assert job.payload == {"reader": "probe", "event": events[2]}
    failing.clear()
    from core.jobs import run_due

    assert run_due() == 1
    assert events[2] in seen
    assert Job.objects.get(pk=job.pk).state == JobState.DONE


def test_position_and_effect_stand_or_fall_together(db, only_reader, monkeypatch):
    send(1)

    def break_down(reader, position):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(readers, "_move", break_down)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            readers.follow("probe")
    assert not Reader.objects.filter(name="probe", event_id__gt=0).exists()
    assert readers.follow("probe") == 1


def test_loaded_history_is_passed_over(db, only_reader):
    send(1)
    readers.skip_to_end()
    assert readers.follow_all() == 0
    later = send(2)
    assert readers.follow_all() == 1
    assert only_reader[0] == [later.pk]


def test_an_idle_reader_only_looks(db, only_reader, django_assert_max_num_queries):
    send(1)
    readers.follow_all()
    with django_assert_max_num_queries(3):
        readers.follow_all()


def test_an_unknown_reader_is_an_error(db):
    with pytest.raises(LookupError):
        readers.handler_of("nobody")
