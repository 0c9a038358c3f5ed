"""Celery entries of disputes."""

from celery import shared_task

from core.jobs import hold_lease, release_lease

from . import services


@shared_task(name="deal_registration.disputes.tasks.run_clocks")
def run_clocks() -> None:
    """Remind, end the time for statements, move to the next rung, close; one scheduler at a time."""
    if hold_lease("disputes.clocks", 300):
        try:
            services.run_clocks()
        finally:
            release_lease("disputes.clocks")
