"""What people change about themselves: profile, language, appearance."""

from django.conf import settings

from core.access.actor import Actor
from core.access.exceptions import ReadOnlyActor

from .models import Theme, User

PROFILE_FIELDS = ("full_name", "phone", "language", "time_zone", "theme")


def _refuse_read_only(actor: Actor) -> None:
    if actor.read_only:
        raise ReadOnlyActor(ReadOnlyActor.message)


def update_profile(*, actor: Actor, data: dict) -> User:
    """Save what ``actor`` changed about themselves; ``data`` holds some of PROFILE_FIELDS.

    Raises ReadOnlyActor while somebody else views as this person.
    """
    _refuse_read_only(actor)
    user = User.objects.get(pk=actor.user_id)
    changed = [name for name in PROFILE_FIELDS if name in data and getattr(user, name) != data[name]]
    for name in changed:
        setattr(user, name, data[name])
    if changed:
        user.save(update_fields=changed)
    return user


def set_language(*, actor: Actor, language: str) -> bool:
    """Keep the language of a person; tell whether it is one the portal speaks."""
    if language not in dict(settings.LANGUAGES):
        return False
    if actor.user_id is not None:
        update_profile(actor=actor, data={"language": language})
    return True


def set_theme(*, actor: Actor, theme: str) -> bool:
    """Keep the appearance a person chose; tell whether it is one there is."""
    if theme not in Theme.values:
        return False
    update_profile(actor=actor, data={"theme": theme})
    return True
