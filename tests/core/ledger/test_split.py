"""The check of the ledger, split: whatever the parts and processes, it finds the same, at the borders too."""

import os
import signal
import threading
from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.ledger import guards, seals, verification
from core.ledger.event_checks import check_event
from core.ledger.findings import Report
from core.ledger.models import Event, FactSet, Seal
from core.ledger.verification import rows, workers
from core.ledger.verification.quick import sound_leaf

from .conftest import send, wait_until_settled
from .test_tampering import TAMPERINGS, update

pytestmark = pytest.mark.django_db
SIZES = (3, 1, 2, 1, 1, 4)
WHOLE = 10**6
EXAMPLES = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def seals_in_a_row(db):
    """Twelve events under six seals, so that there are borders everywhere."""
    events = []
    for size in SIZES:
        for _number in range(size):
            events.append(send(len(events) + 1, personal=len(events) % 2 == 0))
        wait_until_settled()
        seals.seal_all()
    return events


def findings(part_size: int, **options) -> list[str]:
    """Return what a check in parts of so many events finds, in words and in order."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verification, "EVENTS_IN_A_PART", part_size)
        report = verification.verify(**options)
    counts = f"{report.seals} {report.events} {report.unsealed} {report.erased} {report.head}"
    return [f"{finding.kind} {finding}" for finding in report] + [counts]


def tamper(name: str, data, pk: int) -> None:
    """Tamper with one event in this way, unless an earlier tampering leaves no room for it."""
    event = Event.objects.filter(pk=pk, place__seal_id__in=Seal.objects.values("pk")).first()
    if event is not None and event.fact_sets.filter(subject="").exists():
        with suppress(IntegrityError), transaction.atomic():
            TAMPERINGS[name](data, event)


@EXAMPLES
@given(data=st.data())
def test_every_split_finds_what_the_whole_finds(seals_in_a_row, data):
    pks = [event.pk for event in seals_in_a_row]
    with transaction.atomic():
        with guards.lifted():
            for name in data.draw(st.lists(st.sampled_from(sorted(TAMPERINGS)), min_size=1, max_size=2)):
                tamper(name, data, data.draw(st.sampled_from(pks)))
        whole = findings(WHOLE)
        split = [findings(size) for size in (1, 2, 5)]
        transaction.set_rollback(True)
    assert split == [whole] * 3


@pytest.mark.parametrize("number", range(1, len(SIZES) + 1))
@pytest.mark.parametrize("deed", ["previous_hash", "hash", "gone", "moved"])
def test_a_seal_at_any_border_is_found_by_every_split(seals_in_a_row, number, deed):
    seal = Seal.objects.get(number=number)
    with transaction.atomic():
        with guards.lifted():
            if deed == "gone":
                Seal.objects.filter(pk=seal.pk)._raw_delete("default")
            elif deed == "moved":
                update(seal, number=number + 100)
            else:
                update(seal, **{deed: b"\x07" * 32})
        whole = findings(WHOLE)
        split = [findings(size) for size in (1, 2, 3, 4)]
        transaction.set_rollback(True)
    assert len(whole) > 1
    assert split == [whole] * 4


def test_a_border_that_is_not_looked_over_would_be_missed(seals_in_a_row, monkeypatch):
    """Positive control: parts that take the seal before them on trust miss a broken chain."""
    seal = Seal.objects.get(number=3)
    with guards.lifted():
        update(seal, hash=b"\x07" * 32)
    follows = "seal 4: it does not follow the seal before it"
    assert any(follows in text for text in findings(1))
    before = verification.parts._PartCheck._before

    def trusting(self):
        number, _previous = before(self)
        following = Seal.objects.filter(number__gt=number).order_by("number").first()
        return number, bytes(following.previous_hash) if following else b""

    monkeypatch.setattr(verification.parts._PartCheck, "_before", trusting)
    assert not any(follows in text for text in findings(1))


# --- the quick look


def looked_at(event_pk: int) -> tuple[bool, list]:
    """Return whether the quick look calls an event sound, and what the careful one finds."""
    row = next(rows.event_rows(Event.objects.filter(pk=event_pk), lambda pk: None), None)
    facts = rows.facts_of(FactSet.objects.filter(event_id=event_pk)).get(event_pk, [])
    report = Report()
    if row is None:
        return False, []
    event = rows.event_of(row)
    if event is None:
        return sound_leaf(row, facts) is not None, ["not readable"]
    check_event(event, rows.taken_apart(facts), set(), report, None)
    return sound_leaf(row, facts) is not None, list(report)


def test_the_quick_look_settles_every_sound_event(seals_in_a_row):
    send(13, words="“quotes”\n\t\x01 \U0001f4e6", more=[{"b": [1, None, True], "a": "é"}, [], {}], below=-5)
    for pk in Event.objects.order_by("pk").values_list("pk", flat=True):
        assert looked_at(pk) == (True, [])


@EXAMPLES
@given(data=st.data())
def test_what_the_quick_look_calls_sound_the_careful_one_finds_nothing_in(seals_in_a_row, data):
    event = Event.objects.get(pk=data.draw(st.sampled_from([each.pk for each in seals_in_a_row])))
    with transaction.atomic():
        with guards.lifted():
            TAMPERINGS[data.draw(st.sampled_from(sorted(TAMPERINGS)))](data, event)
        is_sound, found = looked_at(event.pk)
        transaction.set_rollback(True)
    assert not (is_sound and found)


@pytest.mark.parametrize("value", [True, 1.0, [41], "41", None])
def test_numbers_that_only_look_alike_are_told_apart(seals_in_a_row, value):
    event = seals_in_a_row[0]
    fact_set = event.fact_sets.get(subject="")
    numbers, salt = fact_set.facts["@ids"]
    with guards.lifted():
        update(fact_set, facts={**fact_set.facts, "@ids": [[value, *numbers[1:]], salt]})
    is_sound, found = looked_at(event.pk)
    assert not is_sound and found


HOSTILE = {
    "long_number": "9" * 6000,
    "deep": "[" * 3000 + "]" * 3000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_facts_that_nobody_can_parse_name_their_event(seals_in_a_row, name):
    fact_set = seals_in_a_row[4].fact_sets.get(subject="")
    with guards.lifted(), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                text = f'{{"content": [{HOSTILE[name]}, "00"]}}'
                cursor.execute("UPDATE ledger_factset SET facts = %s WHERE id = %s", [text, fact_set.pk])
        except Exception as error:
            pytest.skip(f"this database refuses it itself: {error}")
    assert seals_in_a_row[4].pk in {finding.event_id for finding in verification.verify()}


def test_a_seal_that_claims_to_be_enormous_takes_no_memory(seals_in_a_row):
    with guards.lifted():
        update(Seal.objects.get(number=2), size=2**31 - 1)
    assert 2 in {finding.seal for finding in verification.verify()}


# --- several processes, on PostgreSQL

on_postgres = pytest.mark.postgres


def tamper_for_good(name: str, pk: int) -> None:
    """Tamper with one event and commit it, unless a foreign key refuses that."""

    @settings(max_examples=1, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def once(data):
        with suppress(IntegrityError), transaction.atomic(), guards.lifted():
            tamper(name, data, pk)

    once()


@on_postgres
@pytest.mark.django_db(transaction=True)
def test_processes_find_what_one_finds(seals_in_a_row):
    """Tampered with in one way after the other, as far as the foreign keys let it; what is found adds up."""
    pks = [event.pk for event in seals_in_a_row]
    assert len(findings(1, processes=2)) == 1
    found = []
    for place, name in enumerate(sorted(TAMPERINGS)):
        tamper_for_good(name, pks[place % len(pks)])
        whole = findings(WHOLE, processes=1)
        assert findings(1, processes=2) == whole, name
        found.append(len(whole))
    assert found[-1] > len(TAMPERINGS) / 2


@on_postgres
@pytest.mark.django_db(transaction=True)
def test_a_portal_that_goes_on_writing_confuses_nobody(seals_in_a_row):
    over = threading.Event()

    def go_on():
        try:
            number = 100
            while not over.is_set():
                number += 1
                send(number, at=Seal.objects.latest("number").sealed_at)
                seals.seal_all()
        finally:
            connections.close_all()

    portal = threading.Thread(target=go_on)
    portal.start()
    try:
        reports = [verification.verify(processes=2) for _time in range(5)]
    finally:
        over.set()
        portal.join()
    assert [str(finding) for report in reports for finding in report] == []
    assert reports[-1].events + reports[-1].unsealed > reports[0].events + reports[0].unsealed


@on_postgres
@pytest.mark.django_db(transaction=True)
def test_a_time_beyond_all_calendars_names_its_event(seals_in_a_row):
    with guards.lifted(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_event SET at = 'infinity' WHERE id = %s", [seals_in_a_row[3].pk])
        cursor.execute("UPDATE ledger_seal SET sealed_at = 'infinity' WHERE number = 4")
    whole = findings(WHOLE, processes=1)
    assert any(f"event {seals_in_a_row[3].pk}" in text for text in whole)
    assert any("cannot be read" in text for text in whole)
    assert findings(1, processes=2) == whole


@on_postgres
@pytest.mark.django_db(transaction=True)
def test_a_checking_process_that_dies_is_no_clean_bill(seals_in_a_row, monkeypatch):
    monkeypatch.setattr(workers, "check_part", lambda part, erased: os.kill(os.getpid(), signal.SIGKILL))
    with pytest.raises(workers.CheckFailed):
        verification.verify(processes=2)


@on_postgres
@pytest.mark.django_db(transaction=True)
def test_an_error_in_a_checking_process_is_told(seals_in_a_row, monkeypatch):
    def fail(part, erased):
        raise RuntimeError("out of paper")

    monkeypatch.setattr(workers, "check_part", fail)
    with pytest.raises(workers.CheckFailed, match="out of paper"):
        verification.verify(processes=2)


@on_postgres
@pytest.mark.django_db(transaction=True)
def test_a_checking_process_can_change_nothing(seals_in_a_row):
    from django.db import InternalError

    with pytest.raises(InternalError, match="read-only"), workers._read_only():
        FactSet.objects.all().delete()
