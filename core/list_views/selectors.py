"""What is kept about one list for one reader: two queries, however many views there are."""

from dataclasses import dataclass, field

from core.access.actor import Actor

from .models import Arrangement, SavedView

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """The reader's own arrangement of a list (not stored yet: an empty one), and the views they may open."""

    arrangement: Arrangement = field(default_factory=Arrangement)
    views: tuple[SavedView, ...] = ()


def kept_for(actor: Actor, list_name: str) -> Kept:
    """Return what is kept about the list ``list_name`` for ``actor``; nothing for who is nobody."""
    if not list_name or actor.user_id is None:
        return Kept()
    arrangement = Arrangement.objects.filter(user_id=actor.user_id, list=list_name).first()
    views = (
        SavedView.objects.visible_to(actor)
        .filter(list=list_name)
        .select_related("owner", "role")
        .order_by("pk")
    )
    return Kept(arrangement or Arrangement(list=list_name), tuple(views[:MOST_SHOWN]))
