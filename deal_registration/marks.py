"""Marks on the rows of the lists of registrations, brought by what stands above the base: unread messages.

The base never imports who brings it. A page of a list asks once for all its rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.access.actor import Actor

from .models import Registration


@dataclass(frozen=True, slots=True)
class Mark:
    """A small sign at a row: icon, what stands beside it, and the words for who cannot see it."""

    icon: str
    text: str
    words: str


Provider = Callable[[Sequence[Registration], Actor], dict[int, Mark]]

_providers: dict[str, Provider] = {}


def register(key: str, provider: Provider) -> None:
    """Let ``provider(rows, actor)`` say by primary key how rows are marked, in a constant number of queries."""
    _providers[key] = provider


def mark(rows: Sequence[Registration], actor: Actor) -> None:
    """Put what is to be marked on ``rows``, as ``marks``."""
    found = [provider(rows, actor) for provider in _providers.values()] if rows else []
    for row in rows:
        row.marks = [marks[row.pk] for marks in found if row.pk in marks]
