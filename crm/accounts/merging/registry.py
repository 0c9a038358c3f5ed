"""What the rooms above have to say about merging accounts: registered at start-up, from their ``merging.py``."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.functional import Promise

from .journal import Journal

Text = str | Promise


def _no_lock(account_ids: Collection[int]) -> None:
    """Lock nothing."""


def _nothing_against(survivor, loser, at: datetime) -> Text | None:
    """Have nothing against a merge."""
    return None


def _nothing_follows(account_ids: Collection[int], journal: Journal, event_pk: int, at: datetime) -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class Party:
    """What one app has to say.

    ``lock(account_ids)`` takes the locks that stand before rows in the house order; called first of all.
    ``refuse(survivor, loser, at)`` returns why the two can never be merged, ``hold`` why somebody has to rule first
    (both in words for people, None for no reason); called under the locks, before anything is changed.
    ``follow(account_ids, journal, event_pk, at)`` does what follows, after a merge and after its undoing.
    ``constraints`` are rules of the database that a merge or its undoing may meet, with what to tell people.
    """

    key: str
    lock: Callable = _no_lock
    refuse: Callable = _nothing_against
    hold: Callable = _nothing_against
    follow: Callable = _nothing_follows
    constraints: tuple[tuple[str, Text], ...] = ()


_parties: dict[str, Party] = {}


def register(party: Party) -> None:
    """Register a party; a second one of the same key replaces the first."""
    _parties[party.key] = party


def parties() -> list[Party]:
    """Return all parties in the order of their keys."""
    return [_parties[key] for key in sorted(_parties)]


def rule_met(error: Exception) -> Text | None:
    """Return the words of the registered database rule that ``error`` is about, or None."""
    return next(
        (words for party in parties() for name, words in party.constraints if name in str(error)), None
    )


Mover = Callable[[Journal, int, int], None]


@dataclass(frozen=True, slots=True)
class Relation:
    """How rows of one relation are treated: by ``mover(journal, before, after)``, or not at all for a ``reason``."""

    mover: Mover | None = None
    reason: str = ""


_relations: dict[str, Relation] = {}


def moves_by(relation: str, mover: Mover) -> None:
    """Let ``mover`` re-point a relation (``app.Model.field``) that a plain update could not, e.g. a unique one."""
    _relations[relation] = Relation(mover=mover)


def stays(relation: str, reason: str) -> None:
    """Leave a relation (``app.Model.field``) as it is, for a reason."""
    _relations[relation] = Relation(reason=reason)


def declared(relation: str) -> Relation | None:
    """Return what was declared of a relation, or None."""
    return _relations.get(relation)


# --- references without a foreign key


@dataclass(frozen=True, slots=True)
class Opaque:
    """Rows that name an object by type and id, without a foreign key.

    ``rows(label)`` returns the queryset of those that name objects of a model (``app.model``), or None where
    there can be none; ``field`` holds the id. With a ``reason`` they are left as they are.
    """

    field: str
    rows: Callable[[str], models.QuerySet | None] | None = None
    reason: str = ""


_opaque: dict[str, Opaque] = {}


def refers(column: str, *, rows: Callable[[str], models.QuerySet | None]) -> None:
    """Re-point the ids in ``column`` (``app.Model.field``) of the rows that ``rows(label)`` returns."""
    _opaque[column] = Opaque(column.rsplit(".", 1)[1], rows=rows)


def refers_but_stays(column: str, reason: str) -> None:
    """Leave the ids in ``column`` as they are, for a reason."""
    _opaque[column] = Opaque(column.rsplit(".", 1)[1], reason=reason)


def opaque() -> dict[str, Opaque]:
    """Return all declared columns of opaque ids."""
    return dict(_opaque)
