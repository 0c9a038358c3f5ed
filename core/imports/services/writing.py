"""Confirming an import, and the job that writes its rows: in batches, each row once, whoever dies on the way.

A batch is one transaction: the job's lease is held in it, what a row wrote and that it was written are saved together.
A worker that dies leaves a batch undone; one that lost its lease writes nothing more.
"""

from collections import Counter
from datetime import datetime

import structlog
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, transaction
from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor
from core.access.exceptions import NotAllowed
from core.jobs import report
from core.ledger.models import Event
from core.retries import retry_on_collision
from core.workflow import lock

from ..acting import actor_of
from ..enums import Action, Choice, ImportState, Outcome
from ..judging import Problem, RowRefused, Written
from ..models import Import, ImportRow
from ..registry import may_import, resource_class
from ..resources import ImportResource
from ..workflow import move_import
from .reading import SYSTEM
from .starting import hand_to_job, locked

log = structlog.get_logger(__name__)

WRITE = "imports.write"


@transaction.atomic
def confirm(pk: int, *, actor: Actor, at: datetime) -> Import:
    """Have the rows written. Rows with errors, and those that look known and are not decided, are left out.

    Raises ``NotAllowed``, ``TransitionRefused`` where it was confirmed before.
    """
    source = locked(pk, actor)
    if not may_import(actor, source.resource):
        raise NotAllowed
    changes = {"round": source.round + 1, "done_count": 0}
    facts = {"file": source.file_name, "rows": source.row_count, "actions": source.counts}
    move_import(source, "confirm", actor=actor, at=at, changes=changes, facts=facts)
    hand_to_job(source, WRITE, actor)
    return source


def write_file(source: Import, *, job, at: datetime) -> None:
    """Write what is left to write, batch by batch, as the person who confirmed it, with the rights held now."""
    resource = resource_class(source.resource)(actor_of(source))
    resource.source_ref = source.ref
    resource.prepare()
    while _write_batch(source, resource, job=job, at=at):
        pass


@retry_on_collision
def _write_batch(source: Import, resource: ImportResource, *, job, at: datetime) -> bool:
    """Write the next rows; False when there is nothing left to do."""
    with transaction.atomic():
        report(job, source.done_count * 100 // max(source.row_count, 1))
        fresh = lock(Import.objects.all(), pk=source.pk)
        if fresh.state != ImportState.WRITING or fresh.round != source.round:
            return False
        rows = list(fresh.rows.filter(outcome="").order_by("place", "number")[: resource.rows_at_once])
        if not rows:
            _finish(fresh, at=at)
            return False
        for row in rows:
            _write_row(fresh, row, resource, rows, at=at)
        keep_outcomes(rows)
        source.done_count = fresh.done_count + len(rows)
        Import.objects.filter(pk=fresh.pk).update(done_count=source.done_count)
    return True


def keep_outcomes(rows: list[ImportRow]) -> None:
    """Save that rows were written, in the transaction that wrote them: this is what keeps each to once."""
    ImportRow.objects.bulk_update(rows, ["outcome", "result", "target_id"])


def _finish(source: Import, *, at: datetime) -> None:
    """Close the import with what became of its rows."""
    counts = Counter(source.rows.order_by().values_list("outcome", flat=True))
    kept = {outcome: counts[outcome] for outcome in Outcome.values}
    facts = {"file": source.file_name, **{name: number for name, number in kept.items() if number}}
    changes = {"counts": {**source.counts, **kept}, "finished_at": at}
    move_import(source, "finish", actor=SYSTEM, at=at, changes=changes, facts=facts)


def _write_row(
    source: Import, row: ImportRow, resource: ImportResource, batch: list[ImportRow], *, at: datetime
) -> None:
    """Write one row of a batch, in a savepoint of its own, and put on it what became of it."""
    if row.action == Action.UNCHANGED:
        row.outcome = Outcome.UNCHANGED
        return
    left_out = row.action == Action.TWIN and row.choice in ("", Choice.SKIP)
    if left_out or row.action == Action.ERROR:
        row.outcome = Outcome.SKIPPED
        return
    try:
        with transaction.atomic():
            written = _written(source, row, resource, batch, at=at)
    except (OperationalError, InterfaceError):
        raise  # the database, not the row
    except Exception as error:
        row.outcome, row.result = Outcome.FAILED, {"problem": problem_of(error, source, row).kept()}
        return
    row.target_id = written.pk
    row.result = {"before": written.before, "after": written.after, "alias": written.alias}
    if written.created:
        row.outcome = Outcome.CREATED
    else:
        row.outcome = Outcome.UPDATED if written.after or written.alias else Outcome.UNCHANGED
    row.result["last_event"] = last_event_on(resource, written.pk)


def _written(
    source: Import, row: ImportRow, resource: ImportResource, batch: list[ImportRow], *, at: datetime
) -> Written:
    """Clean the row anew, as of now, and hand it to the resource."""
    if not may_import(resource.actor, source.resource):
        raise NotAllowed
    judged = resource.clean(row.number, row.cells, row.flags, source.mapping)
    if judged.problems:
        problem = judged.problems[0]
        raise RowRefused(problem.message, field=problem.field, value=problem.value, **problem.params)
    is_decided = row.action == Action.TWIN and row.choice == Choice.SAME
    target = row.target_id if row.action == Action.UPDATE or is_decided else None
    if is_decided and target is None:
        beside = {other.number: other for other in batch}.get(row.same_as_row)
        earlier = beside or source.rows.filter(number=row.same_as_row).first()
        target = earlier.target_id if earlier else None
        if target is None:
            raise RowRefused(_("The row it was said to be was not written."))
    return resource.write(judged, target=target, is_decided=is_decided, at=at)


def problem_of(error: Exception, source: Import, row: ImportRow) -> Problem:
    """Return why a row was not written, in words; what nobody foresaw is logged and said plainly."""
    if isinstance(error, RowRefused):
        return error.problem
    if isinstance(error, ValidationError):
        return Problem.from_error(error)
    if isinstance(error, NotAllowed):
        return Problem.of(_("You may not do this where the row belongs."))
    if isinstance(error, ObjectDoesNotExist):
        return Problem.of(_("What this row changes is no longer there."))
    if isinstance(error, IntegrityError):
        return Problem.of(_("Something with this number or name came in meanwhile."))
    if hasattr(error, "message") and not isinstance(error, DatabaseError):
        return Problem.from_error(error)
    log.exception("import_row_failed", ref=source.ref, row=row.number)
    return Problem.of(_("This row could not be written."))


def last_event_on(resource: ImportResource, pk: int) -> int:
    """Return the id of the newest event about an object; 0 for none."""
    events = Event.objects.filter(object_type=resource.model._meta.label_lower, object_id=pk)
    return events.order_by("-pk").values_list("pk", flat=True).first() or 0
