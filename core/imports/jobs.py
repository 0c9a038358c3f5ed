"""The four jobs of an import. Each looks at the state again before it acts, and may run more than once."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from core import clock
from core.jobs import handler

from .enums import ImportState
from .models import Import
from .services.checking import check_file
from .services.reading import read_file, refuse
from .services.starting import CHECK, READ
from .services.undoing import UNDO, undo_file
from .services.writing import WRITE, write_file

ATTEMPTS = 4


def _work(job, state: str, work: Callable) -> None:
    """Do ``work`` if the import still waits for it in this round."""
    waiting = Import.objects.filter(pk=job.payload["import"], round=job.payload["round"], state=state)
    source = waiting.select_related("started_by").first()
    if source is None:
        return
    try:
        work(source, job=job, at=clock.now())
    except Exception:
        if job.attempts >= ATTEMPTS and state in (ImportState.READING, ImportState.CHECKING):
            refuse(source.pk, source.round, "stopped", {}, at=clock.now())
        raise


@handler(READ, label=_("Read a file to be imported"), lease_seconds=180, max_attempts=ATTEMPTS)
def read(job) -> None:
    """Read the file."""
    _work(job, ImportState.READING, read_file)


@handler(CHECK, label=_("Check the rows of an import"), lease_seconds=180, max_attempts=ATTEMPTS)
def check(job) -> None:
    """Check every row."""
    _work(job, ImportState.CHECKING, check_file)


@handler(WRITE, label=_("Import the rows of a file"), lease_seconds=180, max_attempts=12)
def write(job) -> None:
    """Write the rows."""
    _work(job, ImportState.WRITING, write_file)


@handler(UNDO, label=_("Undo an import"), lease_seconds=180, max_attempts=12)
def undo(job) -> None:
    """Take back what was written."""
    _work(job, ImportState.UNDOING, undo_file)
