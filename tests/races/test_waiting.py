"""Protection ends at the very instant at which another files and three wait: the earliest of those who wait gets it.

What makes it so is the order: who waits is pending, and nobody passes a pending claim of an earlier place; the
database's rule stands behind it. The positive control is the same crowd without both: it protects more than one.
"""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone

from core.access.actor import system_actor
from core.jobs.models import Job
from core.jobs.services import run_job
from crm.accounts.services import create_account
from deal_registration import guards, services
from deal_registration.conflicts import judge
from deal_registration.enums import State
from deal_registration.models import Claim, RegistrationLine
from deal_registration.services import screening
from partners.models import ProgrammeVersion
from tests.races.crowd import CUSTOMER, at_once, prepare

pytestmark = [pytest.mark.postgres, pytest.mark.races, pytest.mark.django_db(transaction=True)]

ROUNDS = 8
WAITING = 3


def run_everything() -> None:
    """Run what waits, in one process."""
    while found := list(Job.objects.filter(state="waiting").order_by("pk").values_list("pk", flat=True)):
        for pk in found:
            run_job(pk)


def stage(make_partner, places, line, *, further: int) -> list:
    """One holds the scope and three wait for it; return the drafts of ``further`` more, with who files them."""
    create_account(data={"name": CUSTOMER}, actor=system_actor("test"), at=timezone.now())
    filings = 1 + WAITING + further
    work = prepare(make_partner, places, line, dealers=filings, filings=filings)
    for version in ProgrammeVersion.objects.all():
        version.settings = {**version.settings, "taken_scope": "wait"}
        version.save()
    for draft, actor in work[: 1 + WAITING]:
        services.submit(draft, actor=actor, at=timezone.now())
        run_everything()
    assert protected_places() == [1]
    assert waiting_places() == [2, 3, 4]
    return work[1 + WAITING :]


def end_now(line) -> None:
    """Let the protection on the line end at this instant."""
    now = timezone.now()
    RegistrationLine.objects.filter(line=line, state=State.APPROVED).update(protected_until=now)
    Claim.objects.filter(line=line, state="approved").update(starts_at=now - timedelta(days=90), ends_at=now)


def together(*doings) -> list[BaseException]:
    """Do all at the same instant, each in a thread of its own; return what they raised."""
    start, errors = threading.Barrier(len(doings)), []

    def run(do) -> None:
        start.wait()
        try:
            do()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    crew = [threading.Thread(target=run, args=(do,)) for do in doings]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    return errors


def protected_places() -> list[int]:
    """The places in the sequence of what is protected."""
    rows = Claim.objects.filter(state="approved").order_by("sequence_number")
    return list(rows.values_list("sequence_number", flat=True))


def waiting_places() -> list[int]:
    """The places in the sequence of what waits."""
    rows = RegistrationLine.objects.filter(state=State.CONFLICT_HOLD).order_by("sequence_number")
    return list(rows.values_list("sequence_number", flat=True))


def test_the_earliest_of_those_who_wait_gets_it(make_partner, places, lines):
    """Round after round: the holder's time is up, one more files at that instant, and there are three again."""
    for draft, actor in stage(make_partner, places, lines.pumps, further=ROUNDS):
        earliest = waiting_places()[0]
        end_now(lines.pumps)
        errors = together(
            lambda draft=draft, actor=actor: services.submit(draft, actor=actor, at=timezone.now()),
            services.run_clocks,
            services.run_clocks,
        )
        assert errors == []
        jobs = list(Job.objects.filter(state="waiting").order_by("-pk").values_list("pk", flat=True))
        assert at_once(jobs, run_job, threads=4) == []
        run_everything()
        assert protected_places() == [earliest]
        assert len(waiting_places()) == WAITING


def test_positive_control_without_the_order_and_the_rule_more_than_one_is_protected(
    make_partner, places, lines, monkeypatch
):
    guards.remove()
    try:
        stage(make_partner, places, lines.pumps, further=0)
        end_now(lines.pumps)
        services.run_clocks()
        gate = threading.Barrier(WAITING)
        gather = screening.gather

        def gather_together(*args, **kwargs):
            facts = gather(*args, **kwargs)
            gate.wait(timeout=30)  # all have read before any writes, as may be where nothing makes them wait
            return replace(facts, claims=tuple(row for row in facts.claims if row.state != "pending"))

        monkeypatch.setattr(screening, "gather", gather_together)
        monkeypatch.setattr(screening, "judge", judge)
        monkeypatch.setattr("deal_registration.services.protection.still_blocking", lambda *_: frozenset())

        def unguarded(pk: int) -> None:
            with transaction.atomic():
                screening._screen(pk, timezone.now())

        rows = list(RegistrationLine.objects.filter(state=State.CONFLICT_HOLD).values_list("pk", flat=True))
        together(*(lambda pk=pk: unguarded(pk) for pk in rows))
        assert len(protected_places()) > 1
    finally:
        Claim.objects.all().delete()
        guards.install()
