"""The demo: its rows are what the services would have left, and everybody printed can sign in."""

from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from core.access.actor import actor_for
from core.ledger.models import Event, SealedEvent
from core.ledger.readers import registered
from core.ledger.verification import verify
from core.notifications.models import Notification
from core.people.models import User
from core.search import matching_ids
from crm.accounts.models import Account, Lifecycle
from crm.identity import Candidate, find_matches
from deal_registration import guards
from deal_registration.conflicts import judge
from deal_registration.enums import PENDING, State
from deal_registration.facts import customer_matches, gather, relate
from deal_registration.models import Registration, RegistrationLine
from portal.demo.load import load_demo
from portal.demo.logins import as_text, demo_logins
from tests.portal import demo_checks

ACCOUNTS = 300
REACHED = {
    State.DRAFT,
    State.IN_REVIEW,
    State.ACTION_REQUIRED,
    State.CONFLICT_HOLD,
    State.APPROVED,
    State.WON,
    State.LOST,
    State.EXPIRED,
    State.REJECTED,
    State.WITHDRAWN,
}


def quiet(what: str, done: int, total: int) -> None:
    """Show no progress."""


@pytest.fixture
def demo(transactional_db):
    """A small demo, sealed."""
    now = timezone.now()
    load_demo(accounts=ACCOUNTS, seed=7, now=now, progress=quiet)
    return now


def test_demo_rows_are_what_the_services_would_have_left(demo):
    assert list(demo_checks.sequences()) == []
    assert list(demo_checks.claims(demo)) == []
    assert list(demo_checks.exactly_one()) == []
    assert guards.is_installed()
    assert list(demo_checks.registrations()) == []
    assert list(demo_checks.events()) == []
    assert list(demo_checks.registry_ids()) == []

    assert Account.objects.filter(lifecycle=Lifecycle.ACCOUNT, kind="customer").count() >= ACCOUNTS
    assert Registration.objects.count() == ACCOUNTS // 10
    reached = set(RegistrationLine.objects.values_list("state", flat=True))
    assert len(reached & REACHED) >= 8, reached

    assert SealedEvent.objects.count() == Event.objects.count()
    report = verify()
    assert report.is_good, list(report)
    assert registered(), "readers follow the ledger"

    for login in demo_logins():
        user = User.objects.get(email=login.email)
        assert user.check_password(login.password)
        actor = actor_for(user)
        assert actor.is_dealer == bool(login.organisation)
        assert actor.permissions
    assert Notification.objects.exists()

    for account in Account.objects.known().order_by("pk")[:20]:
        assert account.pk in matching_ids("accounts.account", account.name).values_list(
            "object_id", flat=True
        )
        found = find_matches(Candidate(name=account.name, country=account.country, city=account.city))
        assert account.pk in [match.organisation_id for match in found if match.level in ("L1", "L3")]

    assert judged_otherwise() == []


def judged_otherwise() -> list[str]:
    """Return the waiting lines that the real check, asked now, would class otherwise than the demo has it."""
    found = []
    waiting = RegistrationLine.objects.filter(state__in=PENDING - {State.SCREENING, State.ACTION_REQUIRED})
    for line in waiting.select_related("line", "registration__partner", "registration__territory"):
        registration = line.registration
        known = relate(registration, registration.customer_id, customer_matches(registration))
        facts = gather(registration, line, known, judged_at=line.received_at)
        # How much the partner holds open, and how much of it sleeps, has gone on since.
        facts = replace(facts, slots=None, idle_registrations=0)
        verdict = judge(facts).to_json()
        if verdict["class"] != line.verdict["class"]:
            found.append(f"{registration.customer_name}: {line.verdict} and now {verdict}")
    return found


def test_demo_is_the_same_for_the_same_seed(db):
    now = timezone.now()

    def made() -> list[tuple]:
        with transaction.atomic():
            load_demo(accounts=200, seed=3, now=now, progress=quiet)
            rows = list(
                Registration.objects.order_by("ref").values_list(
                    "ref", "state", "customer_name", "received_at"
                )
            )
            rows += list(Account.objects.order_by("ref").values_list("ref", "name", "registry_id", "city"))
            transaction.set_rollback(True)
        return rows

    assert made() == made()


def test_demo_command_leaves_what_is_there_alone(db):
    Account.objects.create(name="own")
    call_command("demo", "--if-empty")
    assert Account.objects.count() == 1
    with pytest.raises(CommandError, match="data already"):
        call_command("demo")


def test_demo_command_refuses_production(db, settings):
    settings.PORTAL_MODE = "production"
    with pytest.raises(CommandError, match="production"):
        call_command("demo")


def test_demo_command_files_fresh_registrations_through_the_services(transactional_db, run_jobs):
    out = StringIO()
    call_command("demo", "--logins", stdout=out)
    assert as_text() in out.getvalue()

    from portal.demo.fresh import file_fresh

    load_demo(accounts=200, seed=1, now=timezone.now(), progress=quiet)
    before = Registration.objects.count()
    count = file_fresh(timezone.now() + timedelta(seconds=1))
    fresh = Registration.objects.order_by("-pk")[:count]
    assert {row.state for row in fresh} == {State.SCREENING}
    run_jobs()
    assert State.SCREENING not in {row.state for row in Registration.objects.order_by("-pk")[:count]}
    assert Registration.objects.count() == before + count
