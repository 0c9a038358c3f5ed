"""Work that must not be lost: workers that die, brokers that are down, leases that lapse, two workers at once."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone

from core.jobs import enqueue, registry, run_due, services
from core.jobs.models import Job, JobState

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def kind():
    """A kind of job that notes how often it was begun and ended; ``kind.work`` may be replaced."""

    class Kind:
        name = "tests.fault"
        begun: list = []
        ended: list = []

        @staticmethod
        def work(job):
            """What the job does."""

    Kind.begun, Kind.ended = [], []

    @registry.handler(Kind.name, label="A job of the tests", lease_seconds=30, max_attempts=4)
    def run(job):
        Kind.begun.append(job.fence)
        Kind.work(job)
        Kind.ended.append(job.fence)

    yield Kind
    registry._handlers.pop(Kind.name)


def test_job_is_written_with_its_transaction_or_not_at_all(kind):
    with pytest.raises(RuntimeError), transaction.atomic():
        enqueue(kind.name, "one")
        raise RuntimeError("changed my mind")
    assert not Job.objects.exists()
    enqueue(kind.name, "one")
    enqueue(kind.name, "one")
    assert run_due() == 1
    assert len(kind.ended) == 1


def test_worker_that_died_leaves_a_lease_that_lapses_and_another_does_it(kind, clock):
    job = enqueue(kind.name, "one")
    taken = services.take(job.pk)
    assert taken.fence == 1
    assert run_due() == 0, "the lease holds"
    clock.shift(timedelta(seconds=31))
    assert run_due() == 1
    job.refresh_from_db()
    assert (job.state, job.fence, job.attempts) == (JobState.DONE, 2, 2)


def test_worker_that_slept_through_its_lease_saves_nothing(kind, clock):
    """The first worker wakes after another took over: what it says no longer counts."""
    job = enqueue(kind.name, "one")
    sleeper = services.take(job.pk)
    clock.shift(timedelta(seconds=31))
    other = services.take(job.pk)
    assert other.fence == sleeper.fence + 1
    with pytest.raises(services.LeaseLost):
        services.report(sleeper, 50)
    assert not services._finish(sleeper, JobState.DONE)
    services._retry_later(sleeper, RuntimeError("late"))
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.RUNNING, "")
    services.report(other, 50)
    assert services._finish(other, JobState.DONE)


def test_failing_job_is_tried_again_with_growing_pauses_and_then_kept_with_its_error(kind, clock):
    def fail(job):
        raise ConnectionError("the mail server is away")

    kind.work = fail
    job = enqueue(kind.name, "one")
    pauses = []
    for _attempt in range(4):
        assert run_due() == 0
        job.refresh_from_db()
        if job.state == JobState.WAITING:
            pauses.append(job.run_at - timezone.now())
            clock.shift(pauses[-1] + timedelta(seconds=1))
    assert job.state == JobState.FAILED
    assert "the mail server is away" in job.error
    assert pauses == sorted(pauses) and len(pauses) == 3
    clock.shift(timedelta(days=30))
    assert run_due() == 0, "given up: an administrator retries it"


def test_job_that_kills_its_worker_each_time_is_given_up(kind, clock):
    job = enqueue(kind.name, "one")
    for _attempt in range(4):
        assert services.take(job.pk)
        clock.shift(timedelta(seconds=31))
    assert run_due() == 0
    job.refresh_from_db()
    assert job.state == JobState.FAILED and job.error
    assert kind.begun == []


def test_broker_that_is_down_costs_speed_and_not_the_work(kind, settings, monkeypatch):
    settings.JOBS_SEND_HINTS = True
    from core.jobs.tasks import run

    hinted = []

    def refuse(arguments, **options):
        hinted.append(arguments)
        raise ConnectionRefusedError("broker down")

    monkeypatch.setattr(run, "apply_async", refuse)
    with transaction.atomic():
        job = enqueue(kind.name, "one")
        assert hinted == [], "no message before the commit"
    assert hinted == [(job.pk,)]
    from core.jobs.tasks import sweep

    sweep()
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_two_workers_at_once_do_it_once(kind):
    kind.work = lambda job: time.sleep(0.05)
    for number in range(10):
        enqueue(kind.name, f"job {number}")
    barrier, done, failures = threading.Barrier(4), [], []

    def work():
        try:
            barrier.wait(10)
            done.append(run_due())
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert sum(done) == 10 and len(kind.ended) == 10
    assert set(Job.objects.values_list("state", "attempts")) == {(JobState.DONE, 1)}


DYING = """
import django; django.setup()
import os, time
from core.jobs import registry, run_due
@registry.handler("tests.dying", label="x", lease_seconds=1)
def run(job):
    print("begun", flush=True)
    time.sleep(60)
run_due()
"""


def test_worker_killed_in_the_middle_loses_nothing():
    """A real process, a real ``kill -9``, a real lapse of the lease."""
    ended = []

    @registry.handler("tests.dying", label="x", lease_seconds=1)
    def run(job):
        ended.append(job.fence)

    try:
        job = enqueue("tests.dying", "one")
        connections.close_all()
        worker = subprocess.Popen(
            [sys.executable, "-c", DYING], stdout=subprocess.PIPE, text=True, env=os.environ
        )
        try:
            assert worker.stdout.readline().strip() == "begun"
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait(10)
            worker.stdout.close()
        deadline = time.monotonic() + 10
        while not run_due() and time.monotonic() < deadline:
            time.sleep(0.2)
        job.refresh_from_db()
        assert (job.state, job.fence, ended) == (JobState.DONE, 2, [2])
    finally:
        registry._handlers.pop("tests.dying")


def test_two_schedulers_do_no_harm():
    assert services.hold_lease("sweep", 5)
    assert not services.hold_lease("sweep", 5)
    services.release_lease("sweep")
    assert services.hold_lease("sweep", 5)
