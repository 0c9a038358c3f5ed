"""Whose files are visible to whom: each app says so for its objects, in its ``files.py``."""

from collections.abc import Callable

from django.db.models import Q

from core.access.actor import Actor

Visible = Callable[[Actor], object]

_visible: dict[str, Visible] = {}


def register(object_type: str, visible: Visible) -> None:
    """Let the files of ``object_type`` (``app.model``) follow the scope ``visible(actor) -> queryset``."""
    _visible[object_type] = visible


def visible_files(files, actor: Actor):
    """Return those of ``files`` whose object ``actor`` may see; of an unregistered type, none."""
    if actor.sees_everything:
        return files
    allowed = Q(pk__in=())
    for object_type, visible in _visible.items():
        allowed |= Q(object_type=object_type, object_id__in=visible(actor).values("pk"))
    return files.filter(allowed)
