"""As whom an import is worked on: the person who started it, for the organisation it was started for."""

from core.access.actor import ANONYMOUS, ORGANISATION_KEY, Actor, actor_for

from .models import Import


def actor_of(source: Import) -> Actor:
    """Return the actor of an import, with the rights held now; one who may do nothing once that membership ended."""
    actor = actor_for(source.started_by, {ORGANISATION_KEY: source.organisation_id})
    return actor if actor.organisation_id == source.organisation_id else ANONYMOUS
