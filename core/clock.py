"""The one clock port. Labels and deadlines take ``now``; what decides asks ``deciding_time`` under its lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connection
from django.utils import timezone

_database_decides = True


def now() -> datetime:
    """Return the wall time, aware, in UTC."""
    return timezone.now()


def deciding_time() -> datetime:
    """Return the time that decides, asked *after* the lock is held.

    On PostgreSQL it is the database's own ``clock_timestamp()``, so that two web machines with different clocks
    agree; a transaction's ``now()`` or a time taken before the lock names the wrong winner. Elsewhere the wall time.
    """
    if _database_decides and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0].astimezone(UTC)
    return timezone.now()


@contextmanager
def wall_clock_decides() -> Iterator[None]:
    """Let the wall time decide, so that a test which fakes it is obeyed on PostgreSQL too."""
    global _database_decides
    before, _database_decides = _database_decides, False
    try:
        yield
    finally:
        _database_decides = before
