"""What kinds of events there are: declared by the apps at start-up, from their ``events.py``."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class EventType:
    """One kind of event.

    ``partner_facts``: names of the facts that the partner concerned may see; no other is shown to them.
    ``partner_sees``: whether the partner sees the event at all. ``labels``: words for facts, by name.
    ``words``: how a fact's value is put in words for people, where it is a code.
    """

    code: str
    label: str | Promise
    partner_facts: frozenset[str] = frozenset()
    partner_sees: bool = True
    tone: str = "info"
    icon: str = "history"
    labels: dict[str, str | Promise] = field(default_factory=dict)
    words: dict[str, Callable[[Any], str]] = field(default_factory=dict)


_types: dict[str, EventType] = {}


def declare(
    code: str,
    *,
    label,
    partner_facts: Iterable[str] = (),
    partner_sees: bool = True,
    tone: str = "info",
    icon: str = "history",
    labels: dict | None = None,
    words: dict[str, Callable[[Any], str]] | None = None,
) -> EventType:
    """Declare an event type: ``declare("x.filed", label=_("Filed"), partner_facts={"value"})``."""
    declared = EventType(
        code,
        label,
        frozenset(partner_facts),
        partner_sees,
        tone,
        icon,
        dict(labels or {}),
        dict(words or {}),
    )
    _types[code] = declared
    return declared


def event_type(code: str) -> EventType:
    """Return the declared type; raises ``LookupError`` for one nobody declared."""
    try:
        return _types[code]
    except KeyError:
        raise LookupError(f"nobody declared the event type {code!r}") from None


def event_types() -> dict[str, EventType]:
    """Return all declared types by code."""
    return dict(_types)
