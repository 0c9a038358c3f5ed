"""Sealing: everything once, in order, chained and signed; and a check of it that finds nothing wrong."""

import pytest
from django.db import IntegrityError, connection, transaction

from core.ledger import guards, keys, merkle, seals, verification
from core.ledger.models import Event, FactSet, Seal, SealedEvent

from .conftest import AT, send


def test_every_event_is_sealed_once_in_order(ledger):
    assert [seal.size for seal in Seal.objects.all()] == [5, 1, 5]
    places = SealedEvent.objects.order_by("seal__number", "index")
    assert [place.event_id for place in places] == [event.pk for event in ledger]
    assert seals.seal_all() == 0


def test_a_seal_holds_at_most_so_many_and_the_rest_follows(db):
    for number in range(1, 8):
        send(number)
    assert seals.seal_next(limit=3) == 3
    assert seals.seal_next(limit=3) == 3
    assert seals.seal_all() == 1


def test_seals_are_chained_and_signed(ledger):
    previous = seals.FIRST_PREVIOUS
    key = keys.signing_key()
    for seal in Seal.objects.all():
        assert bytes(seal.previous_hash) == previous
        assert keys.is_signed("seal", bytes(seal.hash), bytes(seal.signature), key.public)
        assert not keys.is_signed("receipt", bytes(seal.hash), bytes(seal.signature), key.public)
        leaves = [bytes(place.leaf_hash) for place in seal.places.order_by("index")]
        assert merkle.root(leaves) == bytes(seal.root)
        previous = bytes(seal.hash)


def test_sealing_changes_no_event(ledger):
    before = list(Event.objects.values())
    send(12)
    seals.seal_all()
    assert list(Event.objects.exclude(object_id=12).values()) == before


def test_sealing_under_a_held_lease_does_nothing(db):
    from core.jobs import hold_lease

    send(1)
    assert hold_lease(seals.LEASE, 60)
    assert seals.seal_due() == 0


def test_seal_due_gives_the_lease_back(db):
    send(1)
    assert seals.seal_due() == 1
    send(2)
    assert seals.seal_due() == 1


def test_the_slower_of_two_sealers_writes_nothing(ledger, monkeypatch):
    last, position = seals.last_sealed()
    send(12)
    assert seals.seal_all() == 1
    monkeypatch.setattr(seals, "last_sealed", lambda: (last, position))
    assert seals.seal_next() == 0
    assert Seal.objects.count() == 4


def test_a_sound_ledger_has_no_findings(ledger):
    send(12, personal=True, at=Seal.objects.latest("number").sealed_at)
    report = verification.verify(progress=lambda done, total: None)
    assert [str(finding) for finding in report] == []
    assert (report.seals, report.events, report.unsealed) == (3, 11, 1)


def test_an_empty_ledger_has_no_findings(db):
    assert verification.verify().is_good


@pytest.mark.parametrize("model", [Event, Seal, SealedEvent, FactSet])
def test_the_database_refuses_updates(ledger, model):
    column = model._meta.pk.column
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET {column} = {column}")


@pytest.mark.parametrize("model", [Event, Seal, SealedEvent])
def test_the_database_refuses_deletes(ledger, model):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table}")
    assert model.objects.exists()


def test_the_guards_are_checked_and_put_back(db):
    assert guards.missing() == []
    with connection.cursor() as cursor:
        cursor.execute(guards.GUARDS[0].drop_sql(connection.vendor))
    assert guards.missing() == [guards.GUARDS[0]]
    guards.install()
    assert guards.missing() == []
    with guards.lifted():
        assert guards.missing() == list(guards.GUARDS)
    assert guards.missing() == []


def test_the_system_check_names_a_missing_guard(db):
    from core.ledger.checks import check_guards

    assert check_guards(databases=["default"]) == []
    with connection.cursor() as cursor:
        cursor.execute(guards.GUARDS[2].drop_sql(connection.vendor))
    (error,) = check_guards(databases=["default"])
    assert guards.GUARDS[2].name in error.msg


def test_an_unsealed_event_of_old_is_named(ledger):
    late = send(12, at=AT.replace(year=2025))
    (finding,) = verification.verify()
    assert (finding.kind, finding.event_id) == ("event_inserted", late.pk)


def test_a_cut_off_end_is_found_by_a_published_seal(ledger):
    report = verification.verify()
    number, digest = report.head.split(":")
    assert verification.verify(published=(int(number), digest)).is_good
    with guards.lifted(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_sealedevent WHERE seal_id = (SELECT MAX(id) FROM ledger_seal)")
        cursor.execute("DELETE FROM ledger_factset WHERE event_id > %s", [ledger[5].pk])
        cursor.execute("DELETE FROM ledger_event WHERE id > %s", [ledger[5].pk])
        cursor.execute("DELETE FROM ledger_seal WHERE number = 3")
    assert verification.verify().is_good, "a chain alone cannot show it"
    (finding,) = verification.verify(published=(int(number), digest))
    assert (finding.kind, finding.seal) == ("seal_missing", 3)
