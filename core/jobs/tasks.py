"""Celery entries: hints and the sweep."""

from celery import shared_task

from . import services


@shared_task
def run(job_id: int) -> None:
    """Do one job that was hinted at."""
    services.run_job(job_id)


@shared_task
def sweep() -> None:
    """Do what is due and was not hinted at, or whose worker died."""
    services.sweep()
