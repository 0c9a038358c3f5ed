"""The same on PostgreSQL, where sealing needs committed transactions: guards, seals, tampering, erasure."""

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access.actor import system_actor
from core.ledger import guards, seals, verification
from core.ledger.checks import check_guards
from core.ledger.erasure import erase
from core.ledger.models import Event, FactSet, Seal, SealedEvent
from core.ledger.order import begin_era

from .conftest import send, wait_until_settled
from .test_tampering import TAMPERINGS

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def _tamper(ledger, data):
    event = Event.objects.get(pk=data.draw(st.sampled_from([each.pk for each in ledger])))
    with transaction.atomic():
        with guards.lifted():
            name = data.draw(st.sampled_from(sorted(TAMPERINGS)))
            event_id, seal = TAMPERINGS[name](data, event)
        report = verification.verify()
        transaction.set_rollback(True)
    assert report.findings, f"{name} was not found"
    if event_id is not None:
        assert event_id in {finding.event_id for finding in report}, [str(finding) for finding in report]
    if seal is not None:
        assert seal in {finding.seal for finding in report}, [str(finding) for finding in report]


def test_tampering_is_found_and_named(ledger):
    assert [seal.size for seal in Seal.objects.all()] == [5, 1, 5]
    assert verification.verify().is_good
    _tamper(ledger)


@pytest.mark.parametrize("model", [Event, Seal, SealedEvent])
@pytest.mark.parametrize("statement", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
def test_the_database_refuses_changes(ledger, model, statement):
    sql = statement.format(table=model._meta.db_table, column=model._meta.pk.column)
    with (
        pytest.raises(IntegrityError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_a_switched_off_guard_is_missed(ledger):
    assert check_guards(databases=["default"]) == []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_event DISABLE TRIGGER ledger_event_no_update")
    (error,) = check_guards(databases=["default"])
    assert "ledger_event_no_update" in error.msg
    guards.install()
    assert check_guards(databases=["default"]) == []


def test_facts_of_a_person_may_be_erased(ledger):
    assert erase("user:1", actor=system_actor("erasure"), at=Seal.objects.latest("number").sealed_at) > 0
    wait_until_settled()
    seals.seal_all()
    report = verification.verify()
    assert report.is_good and report.erased > 0
    assert not FactSet.objects.filter(subject="user:1").exists()


def test_after_a_restore_the_era_keeps_the_order(ledger):
    """A restored server counts transactions anew: events of the new era come after all of the old."""
    assert begin_era() == 1
    later = send(12, at=Seal.objects.latest("number").sealed_at)
    wait_until_settled()
    assert (later.era, seals.seal_all()) == (1, 1)
    assert verification.verify().is_good
