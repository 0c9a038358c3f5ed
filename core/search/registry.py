"""What can be searched: each app registers its source at start-up, from its ``search.py``."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from core.access.actor import Actor


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found. ``status`` is (state, words) for a badge, or None."""

    title: str
    subtitle: str
    url: str
    status: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class SearchSource:
    """One kind of thing. ``find(actor, query, limit)`` returns hits the actor may see, the best first.

    ``list_url(query)`` leads to all of that kind, where there is a list that takes the query; "" otherwise.
    """

    key: str
    label: str | Promise
    icon: str
    find: Callable[[Actor, str, int], list[Hit]]
    list_url: Callable[[str], str] = lambda query: ""
    order: int = 50


@dataclass(frozen=True, slots=True)
class Group:
    """What one source found; ``more``: there is more than is shown."""

    source: SearchSource
    hits: list[Hit]
    more: bool
    url: str


_sources: dict[str, SearchSource] = {}


def register(source: SearchSource) -> None:
    """Register a kind of thing to search; a second one of the same key replaces the first."""
    _sources[source.key] = source


def sources() -> list[SearchSource]:
    """Return all sources in the order in which they are shown."""
    return sorted(_sources.values(), key=lambda source: (source.order, source.key))


def search_everything(actor: Actor, query: str, *, limit: int = 8) -> list[Group]:
    """Return what ``actor`` may see of each kind that ``query`` finds; kinds without a hit are left out."""
    if not query.strip():
        return []
    groups = []
    for source in sources():
        hits = source.find(actor, query[:200], limit + 1)
        if hits:
            groups.append(Group(source, hits[:limit], len(hits) > limit, source.list_url(query)))
    return groups
