"""What happened to one object, as its readers may see it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from core.access.actor import Actor

from .commitments import IDS
from .models import Event
from .registry import EventType, event_type


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of a timeline. ``facts`` are (label, value) pairs that the reader may see."""

    event: Event
    type: EventType
    label: str
    at: datetime
    by: str
    facts: list[tuple[str, Any]]

    @property
    def tone(self) -> str:
        """The colour of the dot."""
        return self.type.tone

    @property
    def icon(self) -> str:
        """The icon's name."""
        return self.type.icon


def facts_of(event: Event) -> dict[str, Any]:
    """Return the facts of an event that were not erased, by name."""
    return {
        name: value
        for fact_set in event.fact_sets.all()
        for name, (value, _salt) in fact_set.facts.items()
        if name != IDS
    }


def timeline(obj, actor: Actor, *, limit: int = 100, also: Collection[int] = ()) -> list[TimelineEntry]:
    """Return the newest ``limit`` events about ``obj`` that ``actor`` may see, newest first; four queries.

    The caller has asked for ``obj`` through ``visible_to``. A dealer sees only events and facts declared for
    the partner concerned, and only their own people by name. ``also``: ids of others of its kind whose events are
    part of this one's, e.g. of accounts that were merged into it.
    """
    events = list(
        Event.objects.filter(object_type=obj._meta.label_lower, object_id__in=[obj.pk, *also])
        .order_by("-pk")
        .prefetch_related("fact_sets")[:limit]
    )
    people = get_user_model().objects.in_bulk({event.actor_id for event in events if event.actor_id})
    outside = actor.is_dealer
    entries = []
    for event in events:
        kind = event_type(event.type)
        if outside and (not kind.partner_sees or event.partner_id not in actor.organisation_ids):
            continue
        shown = [
            (str(kind.labels[name]), value)
            for name, value in facts_of(event).items()
            if name in kind.labels and value not in (None, "", [])
            if not outside or name in kind.partner_facts
        ]
        entries.append(
            TimelineEntry(event, kind, str(kind.label), event.at, _name(event, people, actor), shown)
        )
    return entries


def _name(event: Event, people: dict, actor: Actor) -> str:
    """Return who did it, as the reader may know them."""
    if event.actor_system:
        return _("Automatic")
    person = people.get(event.actor_id)
    if person is None:
        return _("A person since removed")
    if actor.is_dealer and person.is_staff:
        return _("The manufacturer's team")
    return person.full_name or person.email
