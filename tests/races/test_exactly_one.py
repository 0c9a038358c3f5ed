"""Exactly one, and the first: a crowd of dealers files one customer and line at the same instant (PostgreSQL).

The positive control is the same crowd with the guards switched off: it must protect more than one.
"""

import os

import pytest
from django.db import transaction
from django.utils import timezone

from core.access.actor import system_actor
from core.jobs.services import run_job
from crm.accounts.services import create_account
from deal_registration import guards, services
from deal_registration.models import RegistrationLine
from deal_registration.services import filing, screening
from tests.races.crowd import CUSTOMER, at_once, check_order, prepare, protected, verdicts, waiting_jobs

pytestmark = [pytest.mark.postgres, pytest.mark.races, pytest.mark.django_db(transaction=True)]

FILINGS = int(os.environ.get("PORTAL_RACE_FILINGS", "1000"))
DEALERS = 50
THREADS = 8


def submit(item) -> None:
    """File one draft."""
    draft, actor = item
    services.submit(draft, actor=actor, at=timezone.now())


def test_one_is_protected_and_it_is_the_first(make_partner, places, lines):
    work = prepare(make_partner, places, lines.pumps, dealers=DEALERS, filings=FILINGS)
    assert at_once(work, submit, threads=THREADS) == []
    jobs = waiting_jobs()
    assert len(jobs) == FILINGS
    assert at_once(jobs, run_job, threads=4) == []
    check_order(lines.pumps, FILINGS)
    assert protected() == [1]


def test_screening_in_any_order_gives_the_same_verdicts(make_partner, places, lines):
    """Two workers, once from the front and once from the back: the verdicts do not differ."""
    filings = 60
    work = prepare(make_partner, places, lines.pumps, dealers=6, filings=filings)
    for item in work:
        submit(item)
    jobs = waiting_jobs()
    at_once(jobs, run_job, threads=2)
    backwards = verdicts(lines.pumps)

    from core.jobs.models import Job
    from deal_registration.models import Claim

    Claim.objects.all().delete()
    RegistrationLine.objects.update(
        state="screening", verdict=None, screened_at=None, protected_until=None, decided_at=None, reason=""
    )
    for row in RegistrationLine.objects.select_related("registration"):
        row.registration.opportunity = None
        row.registration.save()
    Job.objects.filter(pk__in=jobs).update(state="waiting", attempts=0)
    at_once(sorted(jobs), run_job, threads=2)
    assert verdicts(lines.pumps) == backwards


def test_positive_control_without_the_guards_more_than_one_is_protected(
    make_partner, places, lines, monkeypatch
):
    filings = 80
    # A customer known before: making a new prospect takes a lock of its own, which would guard by chance.
    create_account(data={"name": CUSTOMER}, actor=system_actor("test"), at=timezone.now())
    work = prepare(make_partner, places, lines.pumps, dealers=40, filings=filings)
    for item in work:
        submit(item)

    def unguarded(registration_line_pk: int, *, at=None) -> None:
        with transaction.atomic():
            screening._screen(registration_line_pk, at or timezone.now())

    monkeypatch.setattr(screening, "screen_line", unguarded)
    guards.remove()
    try:
        rows = list(RegistrationLine.objects.values_list("pk", flat=True))
        at_once(rows, unguarded, threads=8)
        assert len(protected()) > 1
    finally:
        from deal_registration.models import Claim

        Claim.objects.all().delete()
        guards.install()


def test_positive_control_without_the_lock_numbers_collide(make_partner, places, lines, monkeypatch):
    from deal_registration.models import LineSequence

    def unlocked(line_ids):
        for line_id in line_ids:
            LineSequence.objects.get_or_create(line_id=line_id)
        return {row.line_id: row for row in LineSequence.objects.filter(line_id__in=line_ids)}

    work = prepare(make_partner, places, lines.pumps, dealers=10, filings=200)
    LineSequence.objects.get_or_create(line=lines.pumps)
    monkeypatch.setattr(filing, "lock_lines", unlocked)
    errors = at_once(work, submit, threads=THREADS)
    assert errors, "without the lock two filings take the same number"
