"""Lines that are contested: while they are, their clocks stand still and only a ruling decides them.

The base knows no disputes; what knows them registers itself here at start-up.
"""

from collections.abc import Callable, Collection, Iterable

Provider = Callable[[Collection[int]], Iterable[int]]

_providers: dict[str, Provider] = {}


def register(key: str, provider: Provider) -> None:
    """Let ``provider(line ids)`` say which registration lines are contested; a second one of a key replaces it."""
    _providers[key] = provider


def contested_among(line_pks: Iterable[int]) -> frozenset[int]:
    """Return which of the registration lines (primary keys) are contested at present; one query a provider."""
    wanted = frozenset(line_pks)
    if not wanted:
        return frozenset()
    return frozenset(pk for provider in _providers.values() for pk in provider(wanted))
