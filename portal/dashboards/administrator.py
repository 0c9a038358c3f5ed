"""An administrator's dashboard: failed work, the ledger's seals, and where settings are kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min

from core.jobs.models import Job, JobState
from core.jobs.registry import kinds
from core.ledger.models import Event, Seal, SealedEvent

SHORT = 5
MOST_SIGNS = 160


@dataclass(frozen=True, slots=True)
class FailedJob:
    """One failed job: what it was to do, the last line of its error, and when it gave up."""

    words: str
    error: str
    at: datetime


SEAL_IS_LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class AdministratorDashboard:
    """What the administrator's section draws. ``unsealed`` counts events written after the last sealed one."""

    failed: list[FailedJob]
    failed_count: int
    waiting_count: int
    last_seal: Seal | None
    unsealed: int
    seal_is_late: bool


def gather(actor, *, at: datetime) -> AdministratorDashboard:
    """Read the administrator's section as of ``at``."""
    jobs = Job.objects.visible_to(actor)
    counts = dict(
        jobs.filter(state__in=(JobState.FAILED, JobState.WAITING))
        .order_by()
        .values_list("state")
        .annotate(count=Count("pk"))
    )
    last = Seal.objects.order_by("-number").first()
    last_event = SealedEvent.objects.filter(seal=last).aggregate(last=Max("event_id"))["last"] or 0
    open_events = Event.objects.filter(pk__gt=last_event)
    unsealed = open_events.aggregate(count=Count("pk"), oldest=Min("at"))
    return AdministratorDashboard(
        failed=[_failed(job) for job in jobs.filter(state=JobState.FAILED).order_by("-pk")[:SHORT]],
        failed_count=counts.get(JobState.FAILED, 0),
        waiting_count=counts.get(JobState.WAITING, 0),
        last_seal=last,
        unsealed=unsealed["count"],
        seal_is_late=bool(unsealed["oldest"] and at - unsealed["oldest"] > SEAL_IS_LATE),
    )


def _failed(job: Job) -> FailedJob:
    """Return a failed job in words."""
    known = kinds().get(job.kind)
    lines = job.error.strip().splitlines()
    return FailedJob(
        words=str(known.label) if known else job.kind,
        error=lines[-1][:MOST_SIGNS] if lines else "",
        at=job.finished_at or job.run_at,
    )
