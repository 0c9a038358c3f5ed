"""Months as a chart counts them: in the reader's time zone, the present one last."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format


def months_before(at: datetime, count: int) -> list[datetime]:
    """Return the beginnings of the last ``count`` months up to the one of ``at``, oldest first."""
    local = timezone.localtime(at)
    year, month = local.year, local.month
    begins = []
    for _step in range(count):
        begins.append(timezone.make_aware(datetime(year, month, 1)))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return begins[::-1]


def month_label(begin: datetime) -> str:
    """Return a month's short name in the reader's language."""
    return date_format(timezone.localtime(begin), "M")
