"""Several people give one account away at the same instant, while its reminders are ticked off (PostgreSQL)."""

import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone

from core.jobs.models import Job, JobOutcome
from core.jobs.services import run_job
from core.ledger import facts_of
from core.ledger.models import Event
from crm.accounts.models import Account
from crm.accounts.services import create_account, update_account
from crm.accounts.services import transfer as services
from crm.activities.models import Activity
from crm.activities.services import complete_activity, plan_activity
from tests.cast import actor_of
from tests.races.crowd import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.races, pytest.mark.django_db(transaction=True)]

ROUNDS = 12


def test_owners_follow_each_other_without_a_gap_and_nothing_done_is_handed_on(make_staff, sales_rep, places):
    """Each event begins where the one before ended; the last one says who owns it; what was ticked off stays."""
    rep, now = actor_of(sales_rep), timezone.now()
    people = [make_staff(f"rep_{number}", "sales_rep", places.east) for number in range(4)]
    account = create_account(
        data={"name": "华星泵业有限公司", "territory": places.shanghai}, actor=rep, at=now
    )
    planned = [
        plan_activity(
            account=account,
            kind="call",
            subject=f"Call {number}",
            due_at=now + timedelta(days=1),
            actor=rep,
            at=now,
        ).pk
        for number in range(ROUNDS)
    ]
    jobs = []
    for number in range(ROUNDS):
        ref = services.begin_transfer(
            Account.objects.filter(pk=account.pk),
            actor=actor_of(people[number % 4]),
            at=now,
            reason="Race",
            along=("reminders",),
            owner=people[(number + 1) % 4],
        )
        jobs.append(Job.objects.get(key=f"{services.KIND}:{ref}").pk)
    work = [(run_job, pk) for pk in jobs]
    work += [(tick_off, (pk, rep)) for pk in planned]
    work += [(rename, (account.pk, rep, number)) for number in range(ROUNDS)]
    assert at_once(work[::3] + work[1::3] + work[2::3], act, threads=6) == []

    assert set(JobOutcome.objects.values_list("outcome", flat=True)) <= {"done", "unchanged"}
    assert JobOutcome.objects.count() == ROUNDS
    owner = sales_rep.pk
    for event in Event.objects.filter(type="account.transferred").order_by("pk"):
        facts = facts_of(event)
        assert facts["from_owner_id"] == owner
        owner = facts["to_owner_id"]
    assert Account.objects.get(pk=account.pk).owner_id == owner
    for activity in Activity.objects.filter(pk__in=planned):
        if activity.done_at is not None:
            assert Event.objects.filter(type="activity.completed", actor_id=activity.done_by_id).exists()
        else:
            assert activity.done_by_id == owner


def test_a_reminder_somebody_else_tries_to_tick_off_goes_along_all_the_same(make_staff, sales_rep, places):
    """A row that is held for a moment and let go unchanged is waited for, not left behind with the old owner."""
    rep, now = actor_of(sales_rep), timezone.now()
    heir = make_staff("heir", "sales_rep", places.east)
    account = create_account(data={"name": "Held Pumps Ltd", "territory": places.shanghai}, actor=rep, at=now)
    activity = plan_activity(
        account=account, kind="call", subject="Call", due_at=now + timedelta(days=1), actor=rep, at=now
    )
    ref = services.begin_transfer(
        Account.objects.filter(pk=account.pk),
        actor=rep,
        at=now,
        reason="Held",
        along=("reminders",),
        owner=heir,
    )
    job = Job.objects.get(key=f"{services.KIND}:{ref}")
    with transaction.atomic():
        list(Activity.objects.select_for_update().filter(pk=activity.pk))
        mover = threading.Thread(target=run_apart, args=(job.pk,))
        mover.start()
        mover.join(timeout=1)
        assert mover.is_alive()
    mover.join(timeout=20)
    activity.refresh_from_db()
    assert activity.done_by_id == heir.pk


def run_apart(job_pk: int) -> None:
    """Run a job in a thread of its own."""
    try:
        run_job(job_pk)
    finally:
        connections.close_all()


def act(item) -> None:
    """Do one piece of work."""
    function, argument = item
    function(argument)


def tick_off(item) -> None:
    """Tick a reminder off, unless it has been handed on: then it is somebody else's."""
    from core.access.exceptions import NotAllowed

    pk, actor = item
    try:
        complete_activity(pk, actor=actor, at=timezone.now())
    except NotAllowed:
        pass


def rename(item) -> None:
    """Change the account meanwhile: a transfer must not write an old name over a new one, nor the other way."""
    pk, actor, number = item
    update_account(pk, data={"city": f"City {number}"}, actor=actor, at=timezone.now())
