"""Celery entries of honour."""

from celery import shared_task

from core import clock
from core.jobs import hold_lease, release_lease

from . import services


@shared_task(name="deal_registration.honour.tasks.restate")
def restate() -> None:
    """Count what was never counted, and state the figures anew where that is due; one scheduler at a time."""
    if hold_lease("honour.restate", 3600):
        try:
            services.restate_when_due(at=clock.now())
        finally:
            release_lease("honour.restate")
