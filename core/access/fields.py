"""Field permissions: the one function that says which fields of a model an actor may read or write."""

from dataclasses import dataclass

from .models import FieldLevel, FieldPermission


@dataclass(frozen=True, slots=True)
class FieldAccess:
    """Levels by field name; a field not named may be read and written.

    Of several roles the most generous level counts.
    """

    levels: dict[str, str]

    def readable(self, field: str) -> bool:
        """Tell whether the field may be shown."""
        return self.levels.get(field) != FieldLevel.HIDDEN

    def writable(self, field: str) -> bool:
        """Tell whether the field may be edited."""
        return self.levels.get(field, FieldLevel.WRITE) == FieldLevel.WRITE


_ORDER = {FieldLevel.HIDDEN: 0, FieldLevel.READ: 1, FieldLevel.WRITE: 2}


def field_access(actor, model) -> FieldAccess:
    """Return what ``actor`` may do with each field of ``model`` (a class or ``app.model``).

    Applied alike in forms, tables, detail pages, exports and the API.
    """
    label = model if isinstance(model, str) else model._meta.label_lower
    if actor.sees_everything:
        return FieldAccess({})
    rows = FieldPermission.objects.filter(model=label, role__code__in=actor.roles).values_list(
        "field", "level", "role__code"
    )
    by_field: dict[str, dict[str, str]] = {}
    for field, level, role in rows:
        by_field.setdefault(field, {})[role] = level
    # A role without a row for the field grants writing, so only fields restricted for every role held count.
    levels = {
        field: max(roles.values(), key=_ORDER.__getitem__)
        for field, roles in by_field.items()
        if len(roles) == len(actor.roles)
    }
    return FieldAccess(levels)
