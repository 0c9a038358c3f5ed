"""Everything that points at a row, found by looking at every model: so that nothing new can be forgotten.

A plain foreign key is re-pointed by an update. One that takes part in a unique constraint, a one-to-one or a
many-to-many relation could collide: such a relation must be declared (``registry.moves_by`` or ``stays``), or a
system check and a test fail.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from .journal import Journal
from .registry import declared, opaque

Reference = tuple[str, type[models.Model], models.Field]


def references_to(target: type[models.Model]) -> list[Reference]:
    """Return (``app.Model.field``, model, field) of every relation that points at ``target``, sorted."""
    return sorted(_references(target), key=lambda row: row[0])


def _references(target: type[models.Model]) -> Iterator[Reference]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy:
            continue
        for field in model._meta.local_fields:
            if field.is_relation and field.related_model is target:
                yield f"{model._meta.label}.{field.name}", model, field


def needs_a_word(model: type[models.Model], field: models.Field) -> bool:
    """Tell whether re-pointing a relation may collide, so that its app has to say how."""
    if field.unique or field.primary_key or model._meta.auto_created:
        return True
    together = [set(names) for names in model._meta.unique_together]
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.CheckConstraint):
            continue
        names = set(getattr(constraint, "fields", ()))
        expressions = getattr(constraint, "expressions", ()) or ()
        if not names and expressions:
            names = {field.name}  # an expression may be about anything: its app has to say
        together.append(names)
    return any(field.name in names for names in together)


def unhandled(target: type[models.Model]) -> list[str]:
    """Return the relations to ``target`` that nobody says how to re-point."""
    return [
        name
        for name, model, field in references_to(target)
        if declared(name) is None and needs_a_word(model, field)
    ]


def repoint(target: type[models.Model], journal: Journal, before: int, after: int) -> dict[str, int]:
    """Let everything that points at row ``before`` of ``target`` point at ``after``; return how much moved, by name."""
    moved: dict[str, int] = {}
    for name, model, field in references_to(target):
        relation = declared(name)
        if relation is not None and relation.mover is None:
            continue
        count_before = _entries_of(journal, model, field)
        if relation is not None:
            relation.mover(journal, before, after)
        else:
            journal.move(model, field.attname, model._base_manager.filter(**{field.attname: before}), after)
        count = _entries_of(journal, model, field) - count_before
        if count:
            moved[name] = count
    label = target._meta.label_lower
    for column, kind in sorted(opaque().items()):
        rows = kind.rows(label) if kind.rows is not None else None
        if rows is None:
            continue
        count = journal.move(rows.model, kind.field, rows.filter(**{kind.field: before}), after)
        if count:
            moved[column] = count
    return moved


def _entries_of(journal: Journal, model: type[models.Model], field: models.Field) -> int:
    return len(journal.ids(model._meta.label_lower, field.attname))


def counts_on(target: type[models.Model], pk: int) -> dict[str, int]:
    """Return how many rows of each relation point at a row and would be re-pointed, by name; nothing is changed."""
    counts: dict[str, int] = {}
    for name, model, field in references_to(target):
        relation = declared(name)
        if relation is not None and relation.mover is None:
            continue
        count = model._base_manager.filter(**{field.attname: pk}).count()
        if count:
            counts[name] = count
    for column, kind in sorted(opaque().items()):
        rows = kind.rows(target._meta.label_lower) if kind.rows is not None else None
        if rows is not None and (count := rows.filter(**{kind.field: pk}).count()):
            counts[column] = count
    return counts


def marks_of(target: type[models.Model]) -> dict[str, int]:
    """Return the highest id of every kind of row that can point at ``target``: what is higher came later."""
    return {
        name: model._base_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
        for name, model, _field in references_to(target)
    }


def added_since(target: type[models.Model], pk: int, marks: dict[str, int]) -> dict[str, int]:
    """Return how many rows were added to a row since ``marks`` were taken, by relation."""
    counts: dict[str, int] = {}
    for name, model, field in references_to(target):
        if name not in marks or (declared(name) is not None and declared(name).mover is None):
            continue
        count = model._base_manager.filter(**{field.attname: pk}, pk__gt=marks[name]).count()
        if count:
            counts[name] = count
    return counts
