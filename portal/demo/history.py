"""The events of the demo: noted while it is generated, built and stored in order of time at the end.

Only what is needed to build an event is kept until then, so that a large demo fits in memory.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.ledger import build_event
from core.ledger.recording import Draft


@dataclass(slots=True)
class Noted:
    """One event to be. Where ``facts`` are a function, it is called when the event is built, to save memory."""

    type: str
    obj: Any
    at: datetime
    facts: dict | Callable[[], dict]
    actor: Any = None
    system: str = ""
    partner: Any = None
    personal: dict | Callable[[], dict] | None = None


@dataclass(slots=True)
class History:
    """What happened in the demo."""

    noted: list[Noted] = field(default_factory=list)

    def note(
        self, type: str, obj, at: datetime, facts: dict | Callable[[], dict] | None = None, **rest
    ) -> None:
        """Note an event about ``obj``: by ``actor`` (a user) or ``system``, concerning ``partner``."""
        self.noted.append(Noted(type, obj, at, facts or {}, **rest))

    def drafts(self) -> Iterator[Draft]:
        """Build the events, oldest first; at equal times in the order they were noted."""
        for event in sorted(self.noted, key=lambda noted: noted.at):
            yield build_event(
                event.type,
                object_type=event.obj._meta.label_lower,
                object_id=event.obj.pk,
                object_ref=str(getattr(event.obj, "ref", "")),
                actor_id=event.actor.pk if event.actor is not None else None,
                actor_system=event.system,
                at=event.at,
                partner_id=event.partner.pk if event.partner is not None else None,
                facts=event.facts() if callable(event.facts) else event.facts,
                personal=event.personal() if callable(event.personal) else event.personal,
            )
