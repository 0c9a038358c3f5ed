"""The job that reads a file: the child process, then its rows into the table in batches."""

import tempfile
from datetime import datetime

import structlog
from django.db import transaction

from core.access.actor import system_actor
from core.documents import files_of
from core.jobs import report
from core.workflow import lock

from ..acting import actor_of
from ..enums import ImportState
from ..headings import guess
from ..judging import LONGEST_VALUE
from ..models import Import, ImportRow
from ..reading.parent import Asked, NotReadable, Sheet, read
from ..registry import resource_class
from ..resources import ImportResource
from ..workflow import move_import
from .starting import go_on

log = structlog.get_logger(__name__)

ROWS_PER_BATCH = 1000
SYSTEM = system_actor("imports")


def read_file(source: Import, *, job, at: datetime) -> None:
    """Read the file of ``source`` and wait for its columns to be named, or say why it cannot be read."""
    resource = resource_class(source.resource)(actor_of(source))
    try:
        sheet, mapping = _sheet_of(source, resource)
    except NotReadable as problem:
        refuse(source.pk, source.round, problem.code, dict(problem.params), at=at)
        return
    if not _keep_rows(source, sheet, job):
        return
    with transaction.atomic():
        fresh = _still(source)
        if fresh is None:
            return
        changes = {
            "offers": sheet.head,
            "encoding": sheet.head.get("encoding", ""),
            "delimiter": sheet.head.get("delimiter", ""),
            "sheet": sheet.head.get("sheet", "")[:100],
            "heading_row": sheet.heading_row,
            "headings": sheet.headings,
            "mapping": mapping or _mapping_for(fresh, resource, sheet.headings),
            "row_count": len(sheet.rows),
            "counts": {},
        }
        facts = {"rows": len(sheet.rows), "file": fresh.file_name}
        move_import(fresh, "read", actor=SYSTEM, at=at, changes=changes, facts=facts)
        if mapping is not None:
            go_on(fresh, resource.actor, at=at)


def _sheet_of(source: Import, resource: ImportResource) -> tuple[Sheet, list[str] | None]:
    """Return the file's rows, read from a copy on this machine, and their columns where the resource knows them.

    Raises ``NotReadable``.
    """
    original = files_of(source).order_by("-pk").first()
    if original is None:
        raise NotReadable("lost")
    with tempfile.TemporaryFile() as copy:
        try:
            with original.content.open("rb") as kept:
                for chunk in iter(lambda: kept.read(1 << 20), b""):
                    copy.write(chunk)
        except OSError as error:
            log.error("import_file_lost", ref=source.ref)
            raise NotReadable("lost") from error
        copy.flush()
        copy.seek(0)
        asked = Asked(source.format, source.encoding, source.delimiter, source.sheet)
        asked = resource.way_to_read(copy, asked)
        copy.seek(0)
        sheet = read(copy, asked, resource.limits())
        return sheet, resource.mapping_of(sheet, asked)


def _still(source: Import, state: str = ImportState.READING) -> Import | None:
    """Return the import, locked, if it still waits for this round's work."""
    fresh = lock(Import.objects.all(), pk=source.pk)
    return fresh if fresh.state == state and fresh.round == source.round else None


def _keep_rows(source: Import, sheet: Sheet, job) -> bool:
    """Put the rows into the table in place of any there, batch by batch; return whether the round still counts."""
    for start in range(0, len(sheet.rows), ROWS_PER_BATCH):
        with transaction.atomic():
            report(job, start * 100 // len(sheet.rows))
            if _still(source) is None:
                return False
            if start == 0:
                source.rows.all().delete()
            ImportRow.objects.bulk_create(
                [
                    ImportRow(
                        source=source, number=row.number, place=row.number, cells=row.cells, flags=row.flags
                    )
                    for row in sheet.rows[start : start + ROWS_PER_BATCH]
                ],
                batch_size=500,
            )
    return True


def _mapping_for(source: Import, resource: ImportResource, headings: list[str]) -> list[str]:
    """Return the columns as this person named them for the same headings, else as guessed."""
    allowed = {column.field for column in resource.columns}
    earlier = (
        Import.objects.filter(
            resource=source.resource,
            started_by_id=source.started_by_id,
            state__in=(ImportState.WRITTEN, ImportState.UNDONE),
        )
        .order_by("-pk")
        .only("headings", "mapping")[:20]
    )
    for other in earlier:
        if other.headings == headings:
            return [field if field in allowed else "" for field in other.mapping]
    return guess(headings, {column.field: column.all_names() for column in resource.columns})


def refuse(pk: int, round_: int, code: str, params: dict, *, at: datetime) -> None:
    """Note why a file cannot be read, or its rows not checked."""
    with transaction.atomic():
        source = lock(Import.objects.all(), pk=pk)
        if source.round != round_ or source.state not in (ImportState.READING, ImportState.CHECKING):
            return
        params = {name: str(value)[:LONGEST_VALUE] for name, value in params.items()}
        changes = {"problem": [code, params]}
        move_import(source, "refuse", actor=SYSTEM, at=at, changes=changes, facts={"file": source.file_name})
