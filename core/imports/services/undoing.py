"""Taking a whole import back, row by row from the last to the first; what cannot be is listed with the reason."""

from collections import Counter
from datetime import datetime

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor
from core.access.exceptions import NotAllowed
from core.documents.models import StoredFile
from core.jobs import report
from core.retries import retry_on_collision
from core.workflow import lock

from ..acting import actor_of
from ..enums import ImportState, Outcome, Undo
from ..exceptions import ImportRefused
from ..judging import RowRefused, Written
from ..models import Import, ImportRow
from ..registry import may_import, resource_class
from ..resources import ImportResource
from ..workflow import move_import
from .reading import SYSTEM
from .starting import hand_to_job, locked
from .writing import last_event_on, problem_of

log = structlog.get_logger(__name__)

UNDO = "imports.undo"
ROWS_PER_BATCH = 25
UNDOABLE = (Outcome.CREATED, Outcome.UPDATED)


@transaction.atomic
def undo_import(pk: int, *, actor: Actor, at: datetime) -> Import:
    """Have everything the import wrote taken back, as far as nothing happened to it since."""
    source = locked(pk, actor)
    if not may_import(actor, source.resource):
        raise NotAllowed
    if not resource_class(source.resource).can_undo:
        raise ImportRefused(_("What was written here cannot be undone as a whole."))
    changes = {"round": source.round + 1, "done_count": 0}
    facts = {"file": source.file_name}
    move_import(source, "undo", actor=actor, at=at, changes=changes, facts=facts)
    hand_to_job(source, UNDO, actor)
    return source


def undo_file(source: Import, *, job, at: datetime) -> None:
    """Take back what is left to take back, batch by batch."""
    resource = resource_class(source.resource)(actor_of(source))
    resource.prepare()
    while _undo_batch(source, resource, job=job, at=at):
        pass


@retry_on_collision
def _undo_batch(source: Import, resource: ImportResource, *, job, at: datetime) -> bool:
    """Take the next rows back; False when there is nothing left to do."""
    with transaction.atomic():
        report(job, source.done_count * 100 // max(source.row_count, 1))
        fresh = lock(Import.objects.all(), pk=source.pk)
        if fresh.state != ImportState.UNDOING or fresh.round != source.round:
            return False
        rows = list(
            fresh.rows.filter(outcome__in=UNDOABLE, undo="").order_by("-place", "-number")[:ROWS_PER_BATCH]
        )
        if not rows:
            _finish(fresh, at=at)
            return False
        for row in rows:
            row.refresh_from_db(fields=["result"])  # one taken back before it may have handed something on
            _undo_row(fresh, row, resource, at=at)
        source.done_count = fresh.done_count + len(rows)
        Import.objects.filter(pk=fresh.pk).update(done_count=source.done_count)
    return True


def _finish(source: Import, *, at: datetime) -> None:
    """Close the import with what was taken back and what was not."""
    counts = Counter(source.rows.exclude(undo="").order_by().values_list("undo", flat=True))
    kept = {outcome: counts[outcome] for outcome in Undo.values}
    facts = {"file": source.file_name, **kept}
    changes = {"counts": {**source.counts, **kept}, "finished_at": at}
    move_import(source, "finish_undo", actor=SYSTEM, at=at, changes=changes, facts=facts)


def _undo_row(source: Import, row: ImportRow, resource: ImportResource, *, at: datetime) -> None:
    """Take one row back, in a savepoint of its own, and save what became of it."""
    try:
        with transaction.atomic():
            left = _taken_back(source, row, resource, at=at)
    except (OperationalError, InterfaceError):
        raise
    except ProtectedError:
        row.undo = Undo.KEPT
        row.result["undo_problem"] = RowRefused(_("Other records depend on it now.")).problem.kept()
    except Exception as error:
        row.undo = Undo.KEPT
        row.result["undo_problem"] = problem_of(error, source, row).kept()
    else:
        row.undo = Undo.KEPT if left else Undo.UNDONE
        if left:
            labels = [resource.label_of(field) for field in left]
            problem = RowRefused(_("Changed since, and left as it is: %(fields)s."), fields=labels).problem
            row.result["undo_problem"] = problem.kept()
    row.save(update_fields=["undo", "result"])


def _taken_back(source: Import, row: ImportRow, resource: ImportResource, *, at: datetime) -> list[str]:
    """Take a row back; return the fields that were left because they changed since."""
    result = row.result
    written = Written(
        row.target_id,
        row.outcome == Outcome.CREATED,
        result.get("before", {}),
        result.get("after", {}),
        result.get("alias", ""),
    )
    newest = last_event_on(resource, written.pk)
    if not written.created:
        left = resource.put_back(written, at=at)
        if newest == result.get("last_event"):
            _hand_on(source, row, last_event_on(resource, written.pk))
        return left
    if not resource.model._base_manager.filter(pk=written.pk).exists():
        raise RowRefused(_("It is gone already."))
    if newest != result.get("last_event"):
        raise RowRefused(_("It was changed since."))
    hanging = resource.hanging_on(written.pk)
    label = resource.model._meta.label_lower
    if StoredFile.objects.filter(object_type=label, object_id=written.pk).exists():
        hanging.append(StoredFile._meta.verbose_name)
    if hanging:
        raise RowRefused(_("Other records depend on it now: %(things)s."), things=hanging)
    resource.take_back(written, at=at)
    return []


def _hand_on(source: Import, row: ImportRow, newest: int) -> None:
    """Let earlier rows of this import on the same object know the event of taking this one back as the import's own."""
    earlier = source.rows.filter(target_id=row.target_id, outcome__in=UNDOABLE, undo="").exclude(pk=row.pk)
    for other in earlier.order_by("-place", "-number")[:1]:
        other.result["last_event"] = newest
        other.save(update_fields=["result"])
