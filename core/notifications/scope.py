"""Which notices a person may still see: those about objects in their scope today."""

from collections import defaultdict

from django.db.models import Exists, OuterRef, Q

from core.access.actor import Actor

from .registry import kinds


def still_visible(notices, actor: Actor):
    """Return those of ``notices`` whose object ``actor`` may see; of an unknown kind, none."""
    by_model = defaultdict(list)
    for kind in kinds().values():
        by_model[kind.about].append(kind)
    allowed = Q(kind__in=[kind.code for kind in by_model.pop("", ())])
    for same in by_model.values():
        visible = same[0].visible_objects(actor).filter(pk=OuterRef("object_id"))
        allowed |= Q(kind__in=[kind.code for kind in same]) & Q(Exists(visible))
    return notices.filter(allowed)
