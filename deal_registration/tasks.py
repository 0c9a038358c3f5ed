"""Celery entries of deal registration."""

from celery import shared_task

from core.jobs import hold_lease, release_lease

from . import services


@shared_task(name="deal_registration.tasks.run_clocks")
def run_clocks() -> None:
    """Expire, remind, lapse and watch promises; one scheduler at a time."""
    if hold_lease("registrations.clocks", 300):
        try:
            services.run_clocks()
        finally:
            release_lease("registrations.clocks")
