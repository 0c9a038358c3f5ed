"""``manage.py verify_ledger`` and the tasks."""

import io

import pytest
from django.core.management import CommandError, call_command

from core.ledger import guards, tasks
from core.ledger.models import Event, Seal

from .conftest import send, wait_until_settled


def run(**options) -> str:
    out = io.StringIO()
    call_command("verify_ledger", stdout=out, stderr=io.StringIO(), no_color=True, **options)
    return out.getvalue()


def test_a_sound_ledger_is_said_to_be_so_with_its_last_seal(ledger):
    text = run()
    assert "Everything is as it was sealed." in text
    assert f"3:{bytes(Seal.objects.get(number=3).hash).hex()}" in text
    assert "3 seals, 11 sealed events" in text


def test_tampering_ends_with_an_error_and_names_the_event(ledger):
    with guards.lifted():
        Event.objects.filter(pk=ledger[3].pk).update(object_ref="FORGED")
    out = io.StringIO()
    with pytest.raises(CommandError, match="tampered"):
        call_command("verify_ledger", quiet=True, stdout=out, no_color=True)
    assert f"event {ledger[3].pk} ({ledger[3].ref}), seal 1:" in out.getvalue()


def test_a_published_seal_is_compared(ledger):
    digest = bytes(Seal.objects.get(number=2).hash).hex()
    assert "Everything" in run(published=f"2:{digest}")
    with pytest.raises(CommandError, match="tampered"):
        run(published=f"9:{digest}")
    for nonsense in ("2", "x:y", "2:abc"):
        with pytest.raises(CommandError, match="NUMBER:HASH"):
            run(published=nonsense)


def test_the_tasks_seal_and_follow(db):
    send(1)
    tasks.seal()
    tasks.follow()
    assert Seal.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_serving_role_may_add_but_not_change(ledger):
    from django.db import ProgrammingError, connection, transaction

    from core.ledger import seals, verification

    role = "ledger_test_serving"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP ROLE IF EXISTS {role}")
        cursor.execute(f"CREATE ROLE {role}")
    try:
        call_command("restrict_ledger_role", role, stdout=io.StringIO())
        with guards.lifted(), connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {role}")
            send(12, at=Seal.objects.latest("number").sealed_at)
            wait_until_settled()
            assert seals.seal_all() == 1
            for sql in (
                "UPDATE ledger_event SET type = ''",
                "DELETE FROM ledger_event",
                "DELETE FROM ledger_sealedevent",
                "UPDATE ledger_factset SET subject = ''",
                "TRUNCATE ledger_seal CASCADE",
                "ALTER TABLE ledger_event DISABLE TRIGGER ALL",
            ):
                with pytest.raises(ProgrammingError), transaction.atomic():
                    cursor.execute(sql)
            cursor.execute("DELETE FROM ledger_factset WHERE subject = 'nobody'")
            cursor.execute("RESET ROLE")
        assert verification.verify().is_good
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute(f"DROP OWNED BY {role}")
            cursor.execute(f"DROP ROLE {role}")


def test_on_sqlite_there_are_no_roles(db):
    from django.db import connection

    if connection.vendor == "sqlite":
        with pytest.raises(CommandError, match="PostgreSQL"):
            call_command("restrict_ledger_role", "portal_serving", stdout=io.StringIO())
