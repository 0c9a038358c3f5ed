"""The job that checks every row and stores the preview. Nothing of the business is written here."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from core.jobs import report
from core.workflow import lock

from ..acting import actor_of
from ..enums import Action, ImportState
from ..judging import Judged, Problem
from ..models import Import, ImportRow
from ..registry import resource_class
from ..resources import ImportResource
from ..workflow import move_import
from .reading import SYSTEM

ROWS_PER_BATCH = 250
MOST_ROWS = 10_000_000  # more than any sheet has: turns in writing are parted by it


def check_file(source: Import, *, job, at: datetime) -> None:
    """Judge every row of ``source`` as the person who started it, then show the preview.

    A worker that died leaves nothing that counts: the next begins at the first row.
    """
    resource = resource_class(source.resource)(actor_of(source))
    resource.prepare()
    counts: Counter[str] = Counter()
    numbers = list(source.rows.order_by("number").values_list("number", flat=True))
    for start in range(0, len(numbers), ROWS_PER_BATCH):
        batch = numbers[start : start + ROWS_PER_BATCH]
        rows = list(source.rows.filter(number__gte=batch[0], number__lte=batch[-1]).order_by("number"))
        judged = [resource.clean(row.number, row.cells, row.flags, source.mapping) for row in rows]
        resource.judge(judged)
        counts.update(str(one.action) for one in judged)
        with transaction.atomic():
            report(job, start * 100 // len(numbers))
            if not _note_progress(source, start + len(batch)):
                return
            _keep(rows, judged)
    _finish(source, resource, counts, job=job, at=at)


def _note_progress(source: Import, done: int) -> bool:
    """Note how many rows are checked; False where this round no longer counts."""
    waiting = Import.objects.filter(pk=source.pk, round=source.round, state=ImportState.CHECKING)
    return bool(waiting.update(done_count=done))


def _keep(rows: list[ImportRow], judged: list[Judged]) -> None:
    """Store what was found out. Written anew: that is many times quicker than changing each."""
    source_id = rows[0].source_id
    numbers = [row.number for row in rows]
    ImportRow.objects.filter(source_id=source_id, number__gte=numbers[0], number__lte=numbers[-1]).delete()
    ImportRow.objects.bulk_create(
        [_row_of(row, one) for row, one in zip(rows, judged, strict=True)], batch_size=500
    )


def _row_of(row: ImportRow, judged: Judged) -> ImportRow:
    """Return the unsaved row with what was found out about it."""
    return ImportRow(
        source_id=row.source_id,
        number=row.number,
        place=row.number,
        cells=row.cells,
        flags=row.flags,
        action=judged.action,
        is_sure=bool(judged.twins and judged.twins[0].is_sure),
        target_id=judged.target,
        judgement={
            "problems": [problem.kept() for problem in judged.problems],
            "twins": [[twin.pk, twin.level, list(twin.reasons)] for twin in judged.twins],
            "same_as_row": judged.same_as_row,
            "changes": {field: list(pair) for field, pair in judged.changes.items()},
        },
    )


def _finish(source: Import, resource: ImportResource, counts: Counter, *, job, at: datetime) -> None:
    """Apply what only the whole file shows, and present the preview."""
    with transaction.atomic():
        report(job, 99)
        fresh = lock(Import.objects.all(), pk=source.pk)
        if fresh.state != ImportState.CHECKING or fresh.round != source.round:
            return
        for number, found in sorted(resource.finish_judging().items()):
            row = fresh.rows.get(number=number)
            if isinstance(found, Problem):
                counts[row.action] -= 1
                counts[Action.ERROR.value] += 1
                row.action = Action.ERROR
                row.judgement["problems"].append(replace(found).kept())
            else:
                row.place = min(found, 200) * MOST_ROWS + number
            row.save(update_fields=["action", "judgement", "place"])
        kept = {action: counts[action] for action in Action.values}
        move_import(
            fresh,
            "present",
            actor=SYSTEM,
            at=at,
            changes={"counts": kept, "done_count": fresh.row_count},
            facts={"file": fresh.file_name, "rows": fresh.row_count, "actions": kept},
        )
