"""Celery entries of the site."""

from celery import shared_task
from django.core.management import call_command


@shared_task(name="content.tasks.publish_scheduled")
def publish_scheduled() -> None:
    """Publish what is due and take down what has expired."""
    call_command("publish_scheduled", verbosity=0)
