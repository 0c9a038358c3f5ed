"""Customers offered while a name is typed, besides the accounts one sees: rooms above bring their own.

A dealer's registrations bring the customers of their own filings, in the dealer's own words.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from core.access.actor import Actor


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A name to offer, what tells it from the next, why, and the form's fields it fills in."""

    name: str
    place: str
    reason: str
    fill: dict[str, str] = field(default_factory=dict)


Source = Callable[[Actor, str, int], Iterable[Suggestion]]
_sources: dict[str, Source] = {}


def register(key: str, source: Source) -> None:
    """Register a source: ``source(actor, query, limit)`` gives only what the actor may see."""
    _sources[key] = source


def suggestions_from_above(actor: Actor, query: str, limit: int) -> list[Suggestion]:
    """Return what the rooms above offer for ``query``, source by source."""
    return [found for _key, source in sorted(_sources.items()) for found in source(actor, query, limit)]
