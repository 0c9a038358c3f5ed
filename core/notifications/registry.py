"""Kinds of notices: registered by the apps at start-up, from their ``notifications.py``."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.apps import apps
from django.utils.functional import Promise

from core.access.actor import ORGANISATION_KEY, Actor, actor_for
from core.ledger.models import Event

from .models import Channel


def _object_id(event: Event) -> int:
    return event.object_id


def _no_context(event: Event) -> dict:
    return {}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice.

    ``about``: the model (``app.model``) whose ``visible_to`` decides whether a recipient still sees what
    the notice is about ("": about no object); ``about_id`` finds its primary key. ``recipients`` may be
    wide: each is asked again when the notice is stored, shown and mailed. ``side`` ("partner" or "staff")
    and ``permission`` say who can get it at all. The words are in ``templates/notifications/<code>.txt``:
    the first line is the title. ``action``: what the mail's button says, where it is more than opening the portal.
    """

    code: str
    label: str | Promise
    event_types: tuple[str, ...]
    recipients: Callable[[Event], Iterable[int]]
    url: Callable[[Event], str]
    about: str = ""
    about_id: Callable[[Event], int] = _object_id
    context: Callable[[Event], dict] = _no_context
    side: str = ""
    permission: str = ""
    default_portal: bool = True
    default_mail: bool = True
    action: str | Promise = ""

    @property
    def template(self) -> str:
        """The template of its words."""
        return f"notifications/{self.code}.txt"

    def default(self, channel: str) -> bool:
        """Tell whether a person who chose nothing gets it by ``channel``."""
        return self.default_portal if channel == Channel.PORTAL else self.default_mail

    def is_for(self, actor: Actor) -> bool:
        """Tell whether ``actor`` can get this kind at all."""
        if self.side and (self.side == "partner") != actor.is_dealer:
            return False
        return not self.permission or actor.may(self.permission)

    def reader(self, person, event: Event) -> Actor:
        """Return the actor that ``person`` is towards ``event``: for the organisation concerned, if theirs."""
        return actor_for(person, {ORGANISATION_KEY: event.partner_id})

    def visible_objects(self, actor: Actor):
        """Return the objects of ``about`` that ``actor`` may see."""
        return apps.get_model(self.about)._default_manager.visible_to(actor)

    def is_visible(self, actor: Actor, object_id: int | None) -> bool:
        """Tell whether ``actor`` may see what a notice is about."""
        return not self.about or self.visible_objects(actor).filter(pk=object_id).exists()


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Register a kind of notice."""
    _kinds[kind.code] = kind
    return kind


def kinds() -> dict[str, Kind]:
    """Return all kinds by code."""
    return dict(_kinds)


def kinds_for(event_type: str) -> list[Kind]:
    """Return the kinds that follow an event type."""
    return [kind for kind in _kinds.values() if event_type in kind.event_types]
