"""Celery entries: sealing and the readers, every few seconds."""

from celery import shared_task

from . import readers, seals


@shared_task
def seal() -> None:
    """Seal what is settled."""
    seals.seal_due()


@shared_task
def follow() -> None:
    """Let every reader read on."""
    readers.follow_all()
