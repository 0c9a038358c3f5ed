"""From an actor's staff scopes to a filter on rows with a territory and product lines."""

from django.db.models import Q

NOTHING = Q(pk__in=())


def within_scopes(actor, permission: str, *, territory: str, line: str | None) -> Q:
    """Return the filter for rows inside any of ``actor``'s staff scopes.

    ``territory``: lookup to the row's territory path, e.g. ``"territory__path"``.
    ``line``: lookup to the row's product line id(s), or None where rows have none.
    A scope counts only if its own role grants ``permission``.
    """
    condition = NOTHING
    for scope in actor.scopes:
        if permission not in scope.permissions:
            continue
        part = Q(**{f"{territory}__startswith": scope.territory_path}) if scope.territory_path else ~NOTHING
        if line is not None and scope.line_ids is not None:
            part &= Q(**{f"{line}__in": scope.line_ids})
        condition |= part
    return condition


def covers(actor, permission: str, *, territory_path: str, line_id: int | None = None) -> bool:
    """Tell whether ``actor`` holds ``permission`` in a scope that covers this place and line."""
    return any(
        permission in scope.permissions
        and territory_path.startswith(scope.territory_path)
        and (line_id is None or scope.line_ids is None or line_id in scope.line_ids)
        for scope in actor.scopes
    )


def covers_everything(actor, permission: str) -> bool:
    """Tell whether ``actor`` holds ``permission`` in a scope without limits."""
    return any(not scope.territory_path and scope.line_ids is None for scope in _granting(actor, permission))


def limits_lines(actor, permission: str) -> bool:
    """Tell whether any scope in which ``actor`` holds ``permission`` is limited to product lines."""
    return any(scope.line_ids is not None for scope in _granting(actor, permission))


def _granting(actor, permission: str):
    return [scope for scope in actor.scopes if permission in scope.permissions]
