"""What a person says of rows that look known, one by one or many at once. Nothing is written yet."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor
from core.access.exceptions import ReadOnlyActor
from core.workflow import TransitionRefused

from ..enums import Action, Choice, ImportState
from ..exceptions import ImportRefused
from ..models import Import, ImportRow
from ..registry import resource_class
from .starting import locked


def _waiting(pk: int, actor: Actor) -> Import:
    """Return the import, locked, if rows may still be decided."""
    if actor.read_only:
        raise ReadOnlyActor(ReadOnlyActor.message)
    source = locked(pk, actor)
    if source.state != ImportState.PREVIEW:
        raise TransitionRefused(state=source.state)
    return source


@transaction.atomic
def decide(pk: int, *, number: int, choice: str, twin: int | None = None, actor: Actor) -> ImportRow:
    """Say of one row that it is a known one, is new, or is left out.

    ``twin``: the place of the one meant among those found; None: the likeliest that the actor sees.

    Raises ``ImportRefused`` for a choice the row does not offer, ``ImportRow.DoesNotExist``.
    """
    source = _waiting(pk, actor)
    row = source.rows.select_for_update().get(number=number, action=Action.TWIN)
    resource = resource_class(source.resource)(actor)
    visible = resource.cards(_targets([row]))
    if not _choose(row, choice, twin, visible=visible, offers_same=resource.offers_same):
        raise ImportRefused(_("This row does not offer that."))
    row.save(update_fields=["choice", "target_id"])
    return row


@transaction.atomic
def decide_many(
    pk: int, *, choice: str, numbers: Iterable[int] | None = None, only_sure: bool = False, actor: Actor
) -> int:
    """Say the same of many rows: those of ``numbers``, else all not decided yet; return of how many.

    ``only_sure``: of those that are likely, not perhaps, the same. A row that does not offer the choice is passed by.
    """
    source = _waiting(pk, actor)
    rows = source.rows.filter(action=Action.TWIN)
    rows = rows.filter(choice="") if numbers is None else rows.filter(number__in=list(numbers))
    if only_sure:
        rows = rows.filter(is_sure=True)
    if choice in (Choice.CREATE, Choice.SKIP):
        return rows.update(choice=choice, target_id=None)
    found = list(rows.order_by("number").select_for_update())
    resource = resource_class(source.resource)(actor)
    visible = resource.cards(_targets(found))
    same = resource.offers_same
    chosen = [row for row in found if _choose(row, choice, None, visible=visible, offers_same=same)]
    ImportRow.objects.bulk_update(chosen, ["choice", "target_id"], batch_size=200)
    return len(chosen)


def _targets(rows: Iterable[ImportRow]) -> set[int]:
    return {twin.pk for row in rows for twin in row.twins}


def _choose(row: ImportRow, choice: str, twin: int | None, *, visible, offers_same: bool) -> bool:
    """Put a choice on a row; False where the row does not offer it."""
    if choice not in Choice.values:
        return False
    row.choice, row.target_id = choice, None
    if choice != Choice.SAME:
        return True
    if not offers_same:
        return False
    found = row.twins if twin is None else row.twins[twin : twin + 1]
    row.target_id = next((one.pk for one in found if one.pk in visible), None)
    return row.target_id is not None or (twin is None and row.same_as_row is not None)
