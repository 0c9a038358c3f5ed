"""Which notices a person wants, and by which way."""

from collections.abc import Iterable

from django.db import transaction

from core.access.actor import Actor

from .models import Channel, Preference
from .registry import Kind, kinds


def kinds_for_person(actor: Actor) -> list[Kind]:
    """Return the kinds that the person's roles can get at all."""
    return [kind for kind in kinds().values() if kind.is_for(actor)]


def wanted_by(kind: Kind, user_ids: Iterable[int]) -> dict[int, set[str]]:
    """Return by which channels each of these people wants ``kind``."""
    user_ids = set(user_ids)
    default = {str(channel) for channel in Channel if kind.default(channel)}
    wanted = {user_id: set(default) for user_id in user_ids}
    for row in Preference.objects.filter(kind=kind.code, user_id__in=user_ids):
        (wanted[row.user_id].add if row.wanted else wanted[row.user_id].discard)(row.channel)
    return wanted


def choices_of(actor: Actor) -> dict[tuple[str, str], bool]:
    """Return the person's choice per (kind, channel), defaults filled in."""
    chosen = {(row.kind, row.channel): row.wanted for row in Preference.objects.filter(user_id=actor.user_id)}
    return {
        (kind.code, channel.value): chosen.get((kind.code, channel.value), kind.default(channel))
        for kind in kinds_for_person(actor)
        for channel in Channel
    }


def choose(actor: Actor, choices: dict[tuple[str, str], bool]) -> None:
    """Keep the person's choices; those equal to the default too, so that a new default changes nothing."""
    with transaction.atomic():
        for (kind, channel), wanted in choices.items():
            Preference.objects.update_or_create(
                user_id=actor.user_id, kind=kind, channel=channel, defaults={"wanted": wanted}
            )
