"""Jobs: the row is the work, the queued task only a hint, the sweep the guarantee.

A worker takes a job by compare-and-set with a fencing number and a lease. One that dies leaves its lease to lapse;
the next sweep takes the job again. Handlers check the state of their object before acting.
"""

import random
import traceback
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from core import clock
from core.access.actor import Actor
from core.access.guards import require
from core.ledger import record

from .models import Job, JobState
from .registry import handler_of

log = structlog.get_logger(__name__)

FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=6)


class LeaseLost(Exception):
    """Another worker took the job over: this one stops without saving anything."""


def enqueue(
    kind: str,
    key: str,
    payload: dict | None = None,
    *,
    run_at: datetime | None = None,
    started_by: int | None = None,
) -> Job:
    """Write a job row in the transaction at hand (once per ``key``) and hint at it on commit; return the row.

    ``run_at``: not before this time (default now). A job that is done or failed stays so: use a new key to repeat.
    """
    handler_of(kind)
    job, created = Job.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "payload": payload or {},
            "run_at": run_at or clock.now(),
            "started_by_id": started_by,
        },
    )
    if created and settings.JOBS_SEND_HINTS and (run_at is None or run_at <= clock.now()):
        transaction.on_commit(lambda: _hint(job.pk), robust=True)
    return job


def enqueue_new(kind: str, jobs: Iterable[tuple[str, dict]]) -> list[Job]:
    """Write job rows of (key, payload), due now, in one statement, and hint at them on commit; return them.

    For keys that name something made in this very transaction, so that nobody can have used them before; a key that
    was used raises ``IntegrityError``.
    """
    handler_of(kind)
    at = clock.now()
    rows = Job.objects.bulk_create(
        Job(kind=kind, key=key, payload=payload, run_at=at) for key, payload in jobs
    )
    if settings.JOBS_SEND_HINTS:
        for row in rows:
            transaction.on_commit(partial(_hint, row.pk), robust=True)
    return rows


def _hint(job_id: int) -> None:
    """Tell a worker that a row waits. Losing this costs seconds, never the work."""
    from .tasks import run

    try:
        run.apply_async((job_id,), expires=60, retry=False)
    except Exception:
        log.warning("job_hint_not_sent", job_id=job_id)


def due(at: datetime) -> Q:
    """Return the filter of jobs that may be taken at ``at``: waiting and due, or running with a lapsed lease."""
    return Q(state=JobState.WAITING, run_at__lte=at) | Q(state=JobState.RUNNING, lease_until__lte=at)


def take(job_id: int) -> Job | None:
    """Take one due job by compare-and-set; None if another worker has it or it is not due."""
    at = clock.now()
    seen = Job.objects.filter(due(at), pk=job_id).values("kind", "fence", "attempts").first()
    if seen is None:
        return None
    try:
        lease = handler_of(seen["kind"]).lease_seconds
    except LookupError:
        lease = 60
    taken = Job.objects.filter(due(at), pk=job_id, fence=seen["fence"]).update(
        state=JobState.RUNNING,
        fence=F("fence") + 1,
        attempts=F("attempts") + 1,
        lease_until=at + timedelta(seconds=lease),
    )
    return Job.objects.get(pk=job_id) if taken else None


def run_job(job_id: int) -> bool:
    """Take and do one job; return whether it was done. A failure is kept with its error and tried again later."""
    job = take(job_id)
    if job is None:
        return False
    try:
        handler = handler_of(job.kind)
        if job.attempts > handler.max_attempts:
            return _finish(job, JobState.FAILED, error=job.error or "The worker died each time.")
        handler.run(job)
    except LeaseLost:
        return False
    except Exception as error:
        log.warning("job_failed", kind=job.kind, key=job.key, attempts=job.attempts, exc_info=True)
        _retry_later(job, error)
        return False
    return _finish(job, JobState.DONE)


def _finish(job: Job, state: str, error: str = "") -> bool:
    """Close a job, if the lease is still ours; return whether it was done."""
    ours = Job.objects.filter(pk=job.pk, fence=job.fence, state=JobState.RUNNING).update(
        state=state,
        finished_at=clock.now(),
        lease_until=None,
        error=error,
        progress=100 if state == JobState.DONE else F("progress"),
    )
    return bool(ours) and state == JobState.DONE


def _retry_later(job: Job, error: Exception) -> None:
    """Put a failed job back with growing pauses, or give it up after its last attempt."""
    text = "".join(traceback.format_exception(error))[-8000:]
    try:
        last = job.attempts >= handler_of(job.kind).max_attempts
    except LookupError:
        last = True
    if last:
        _finish(job, JobState.FAILED, error=text)
        return
    pause = min(FIRST_RETRY * 3 ** (job.attempts - 1), LONGEST_RETRY) * random.uniform(0.8, 1.2)
    Job.objects.filter(pk=job.pk, fence=job.fence).update(
        state=JobState.WAITING, run_at=clock.now() + pause, lease_until=None, error=text
    )


def report(job: Job, percent: int) -> None:
    """Note progress and prolong the lease; raises ``LeaseLost`` if another worker took the job over."""
    lease = timedelta(seconds=handler_of(job.kind).lease_seconds)
    ours = Job.objects.filter(pk=job.pk, fence=job.fence, state=JobState.RUNNING).update(
        progress=min(max(percent, 0), 99), lease_until=clock.now() + lease
    )
    if not ours:
        raise LeaseLost


def run_due(limit: int = 200) -> int:
    """Do what is due now, oldest first; return how many were done. The sweep and tests call it."""
    done = 0
    for _round in range(limit):
        ids = list(
            Job.objects.filter(due(clock.now())).order_by("run_at", "pk").values_list("pk", flat=True)[:20]
        )
        if not ids:
            break
        before = done
        for job_id in ids:
            done += run_job(job_id)
        if done == before:
            break
        if done >= limit:
            break
    return done


def retry(job_id: int, *, actor: Actor, at: datetime) -> Job:
    """Let a failed job start anew; returns it. Raises ``NotAllowed``, ``Job.DoesNotExist``."""
    require(actor, "jobs.manage")
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job_id, state=JobState.FAILED)
        job.state, job.run_at, job.attempts, job.finished_at = JobState.WAITING, at, 0, None
        job.save(update_fields=["state", "run_at", "attempts", "finished_at"])
        record("job.retried", job, actor=actor, at=at, facts={"kind": job.kind, "key": job.key})
        if settings.JOBS_SEND_HINTS:
            transaction.on_commit(lambda: _hint(job.pk), robust=True)
    return job


def hold_lease(name: str, seconds: float) -> bool:
    """Take the lease ``name`` for ``seconds``; False while somebody else holds it."""
    from .models import Lease

    at = clock.now()
    until = at + timedelta(seconds=seconds)
    with transaction.atomic():
        if Lease.objects.filter(name=name, until__lte=at).update(until=until):
            return True
        if connection.vendor == "postgresql":
            return bool(
                Lease.objects.bulk_create([Lease(name=name, until=until)], ignore_conflicts=True)
                and Lease.objects.filter(name=name, until=until).exists()
            )
        return Lease.objects.get_or_create(name=name, defaults={"until": until})[1]


def release_lease(name: str) -> None:
    """Give a lease back before its time."""
    from .models import Lease

    Lease.objects.filter(name=name).update(until=clock.now())


def sweep() -> int:
    """Do what hints were lost for, a bounded batch; return how many jobs were done."""
    return run_due(limit=500)
