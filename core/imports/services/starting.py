"""Starting an import, reading its file in another way, naming its columns, giving it up."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor
from core.access.exceptions import NotAllowed
from core.access.guards import require
from core.documents import UploadRefused, check, store
from core.jobs import enqueue
from core.ledger import record
from core.workflow import lock

from ..exceptions import ImportRefused, MappingRefused
from ..models import Import
from ..reading.child import DELIMITERS, ENCODINGS
from ..registry import may_import, resource_class
from ..workflow import PERMISSION, move_import

READ, CHECK = "imports.read", "imports.check"
KIND = "original"
FORMATS = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/csv": "csv",
    "text/plain": "csv",
}


def format_of(upload) -> str:
    """Return how an upload is read: ``csv`` or ``xlsx``; raises ``UploadRefused`` for anything else."""
    checked = check(upload)
    try:
        return FORMATS[checked.content_type]
    except KeyError:
        raise UploadRefused(
            _("“%(name)s” is no table. Take an Excel file (.xlsx) or a CSV file.") % {"name": checked.name}
        ) from None


@transaction.atomic
def start_import(*, resource: str, upload, actor: Actor, at: datetime) -> Import:
    """Keep the file and have it read; returns the import. Raises ``NotAllowed``, ``UploadRefused``."""
    require(actor, PERMISSION)
    if not may_import(actor, resource):
        raise NotAllowed
    form = format_of(upload)
    source = Import.objects.create(
        resource=resource,
        file_name=upload.name,
        format=form,
        started_by_id=actor.user_id,
        organisation_id=actor.organisation_id,
        created_at=at,
    )
    stored = store(upload, obj=source, kind=KIND, actor=actor, at=at)
    source.file_name = stored.name
    source.save(update_fields=["file_name"])
    record(
        "import.started",
        source,
        actor=actor,
        at=at,
        partner_id=source.organisation_id,
        facts={"file": stored.name},
    )
    hand_to_job(source, READ, actor)
    return source


def hand_to_job(source: Import, kind: str, actor: Actor) -> None:
    """Have a job do the next piece of work; one of an earlier round does nothing."""
    payload = {"import": source.pk, "round": source.round}
    enqueue(kind, source.job_key(kind), payload, started_by=actor.user_id)


def locked(pk: int, actor: Actor) -> Import:
    """Return the import, locked; raises ``DoesNotExist`` for one the actor does not see."""
    return lock(Import.objects.visible_to(actor), pk=pk)


@transaction.atomic
def read_again(
    pk: int, *, encoding: str = "", delimiter: str = "", sheet: str = "", actor: Actor, at: datetime
) -> Import:
    """Read the file anew with this encoding, delimiter and sheet; what is empty is found out again."""
    source = locked(pk, actor)
    if encoding not in ("", *ENCODINGS) or delimiter not in ("", *DELIMITERS):
        raise ImportRefused(_("This is not a way to read the file."))
    move_import(
        source,
        "read_again",
        actor=actor,
        at=at,
        changes={
            "round": source.round + 1,
            "encoding": encoding,
            "delimiter": delimiter,
            "sheet": sheet[:100],
            "problem": [],
            "done_count": 0,
        },
    )
    hand_to_job(source, READ, actor)
    return source


@transaction.atomic
def check_rows(pk: int, *, mapping: Sequence[str], actor: Actor, at: datetime) -> Import:
    """Say which column holds what (a field's name by column, "" for none) and have every row checked.

    Raises ``MappingRefused`` where a field is named twice or a needed one is missing, ``NotAllowed``.
    """
    source = locked(pk, actor)
    if not may_import(actor, source.resource):
        raise NotAllowed
    check_mapping(source, mapping, actor)
    move_import(
        source,
        "check",
        actor=actor,
        at=at,
        changes={"mapping": list(mapping), "round": source.round + 1, "done_count": 0, "counts": {}},
    )
    hand_to_job(source, CHECK, actor)
    return source


def go_on(source: Import, actor: Actor, *, at: datetime) -> None:
    """Have the rows of a locked import checked as its columns stand; for a file that leaves no doubt about them."""
    changes = {"round": source.round + 1, "done_count": 0, "counts": {}}
    move_import(source, "check", actor=actor, at=at, changes=changes)
    hand_to_job(source, CHECK, actor)


def check_mapping(source: Import, mapping: Sequence[str], actor: Actor) -> None:
    """Raise ``MappingRefused`` unless each column named is one the actor may fill, once, and none needed is missing."""
    resource = resource_class(source.resource)(actor)
    known = {column.field: column for column in resource.columns}
    named = [field for field in mapping if field]
    if len(mapping) != len(source.headings) or not set(named) <= known.keys():
        raise MappingRefused
    for field, column in known.items():
        if named.count(field) > 1:
            raise MappingRefused(_("“%(field)s” is chosen for two columns.") % {"field": column.label})
    if not named:
        raise MappingRefused(_("Choose at least one column."))
    if problem := resource.mapping_problem(named):
        raise MappingRefused(problem)


@transaction.atomic
def cancel(pk: int, *, actor: Actor, at: datetime) -> Import:
    """Give an import up before anything is written: its rows go, the original stays."""
    source = locked(pk, actor)
    move_import(
        source,
        "cancel",
        actor=actor,
        at=at,
        changes={"finished_at": at, "round": source.round + 1},
    )
    source.rows.all().delete()
    return source
