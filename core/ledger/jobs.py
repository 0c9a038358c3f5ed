"""Jobs of the ledger."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.jobs import handler

from .models import Event
from .readers import JOB_KIND, handler_of


@handler(JOB_KIND, label=_("Follow up an event"))
def read_again(job) -> None:
    """Give one event to the reader that failed on it."""
    event = Event.objects.prefetch_related("fact_sets").get(pk=job.payload["event"])
    with transaction.atomic():
        handler_of(job.payload["reader"])(event)
