"""What honour learns from the ledger: decisions, promises missed, endings, rulings."""

from core.ledger.models import Event
from core.ledger.readers import register

from .history import RULINGS, TELLING


def count_cases(event: Event) -> None:
    """Count anew what an event is about, where it changes a figure."""
    from . import services

    if event.type in RULINGS:
        services.count_ruling(event)
    elif event.type in TELLING:
        services.count_registrations([event.object_id])


register("honour.cases", count_cases)
