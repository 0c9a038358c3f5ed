"""What is shown beside a hit of the check, brought by what stands above the base: rulings on cases like it.

The base never imports who brings it. A note is worded for its reader and holds nothing that this reader may not see.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.access.actor import Actor


@dataclass(frozen=True, slots=True)
class Note:
    """One line beside a hit: its words, and the page that tells more ("" for none)."""

    text: str
    url: str = ""


Case = tuple[str, int]  # code of the hit, id of the product line
Provider = Callable[[frozenset[Case], Actor], dict[Case, list[Note]]]

_providers: dict[str, Provider] = {}


def register(key: str, provider: Provider) -> None:
    """Let ``provider(cases, actor)`` say what to show beside hits; a second one of a key replaces the first."""
    _providers[key] = provider


def notes_for(cases: Iterable[Case], actor: Actor) -> dict[Case, list[Note]]:
    """Return what ``actor`` is shown beside the hits; a constant number of queries a provider."""
    wanted = frozenset(cases)
    found: dict[Case, list[Note]] = {case: [] for case in wanted}
    if wanted:
        for provider in _providers.values():
            for case, notes in provider(wanted, actor).items():
                found[case] += notes
    return found
