"""Writing events: in the service's own transaction, inserts only."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from core.access.actor import Actor
from core.search.bulk import load_instances

from .commitments import IDS, commitment, ids, leaf_hash_of, new_salt
from .models import Era, Event, FactSet
from .registry import event_type

Facts = Mapping[str, Any]


@dataclass(slots=True)
class Draft:
    """An event and its fact sets, built but not yet stored."""

    event: Event
    fact_sets: list[FactSet]


def build_event(
    type: str,
    *,
    object_type: str,
    object_id: int,
    object_ref: str = "",
    actor_id: int | None,
    actor_system: str = "",
    at: datetime,
    partner_id: int | None = None,
    facts: Facts | None = None,
    personal: Mapping[str, Facts] | None = None,
    ref: uuid.UUID | None = None,
    era: int = 0,
    transaction_id: int = 0,
) -> Draft:
    """Return the unsaved event with its commitments and leaf hash. Names of facts are unique within an event.

    ``facts`` are of the business; ``personal`` maps a subject (``user:12``) to the facts about that person.
    """
    event_type(type)
    commitments, stored = commit(
        object_id=object_id,
        partner_id=partner_id,
        actor_id=actor_id,
        actor_system=actor_system,
        facts=facts,
        personal=personal,
    )
    event = Event(
        ref=ref or uuid.uuid4(),
        type=type,
        at=at,
        object_type=object_type,
        object_id=object_id,
        object_ref=object_ref,
        partner_id=partner_id,
        actor_id=actor_id,
        actor_system=actor_system,
        commitments=commitments,
        era=era,
        transaction_id=transaction_id,
    )
    event.leaf_hash = leaf_hash_of(event)
    return Draft(event, [FactSet(subject=subject, facts=values) for subject, values in stored])


def commit(
    *,
    object_id: int,
    partner_id: int | None,
    actor_id: int | None,
    actor_system: str,
    facts: Facts | None,
    personal: Mapping[str, Facts] | None = None,
) -> tuple[dict[str, str], list[tuple[str, dict[str, list]]]]:
    """Return the sorted commitments of an event's facts, and (subject, facts with their salts) of each fact set.

    Raises ``ValueError`` for a fact named twice.
    """
    commitments: dict[str, str] = {}
    fact_sets = []
    numbers = ids(
        object_id=object_id,
        partner_id=partner_id,
        actor_id=actor_id,
        actor_system=actor_system,
        subjects={subject: sorted(values) for subject, values in (personal or {}).items() if values},
    )
    for subject, values in [("", {IDS: numbers, **(facts or {})}), *(personal or {}).items()]:
        if not values:
            continue
        stored = {}
        for name, value in values.items():
            if name in commitments:
                raise ValueError(f"fact {name!r} stands twice in one event")
            salt = new_salt()
            stored[name] = [value, salt]
            commitments[name] = commitment(name, value, salt)
        fact_sets.append((subject, stored))
    return dict(sorted(commitments.items())), fact_sets


def record(
    type: str,
    obj,
    *,
    actor: Actor,
    at: datetime,
    partner_id: int | None = None,
    facts: Facts | None = None,
    personal: Mapping[str, Facts] | None = None,
    position: tuple[int, int] | None = None,
) -> Event:
    """Write one event about ``obj`` in the transaction at hand and return it.

    ``position``: what ``current_position`` said earlier in this transaction, where it is not to be asked under a lock.
    Raises ``TransactionManagementError`` outside a transaction: an event without its change is a lie.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an event is written in the transaction of its change")
    era, transaction_id = position or current_position()
    draft = build_event(
        type,
        object_type=obj._meta.label_lower,
        object_id=obj.pk,
        object_ref=str(getattr(obj, "ref", "")),
        actor_id=actor.user_id,
        actor_system=actor.system,
        at=at,
        partner_id=partner_id,
        facts=facts,
        personal=personal,
        era=era,
        transaction_id=transaction_id,
    )
    draft.event.save(force_insert=True)
    for fact_set in draft.fact_sets:
        fact_set.event = draft.event
    FactSet.objects.bulk_create(draft.fact_sets)
    return draft.event


def bulk_record(drafts: Iterable[Draft], *, batch_size: int = 2000) -> int:
    """Store many built events in the transaction at hand, in their order; for loads. Returns how many."""
    era, transaction_id = current_position()
    count = 0
    batch: list[Draft] = []

    def flush() -> None:
        events = [draft.event for draft in batch]
        Event.objects.bulk_create(events, batch_size=500)
        sets = []
        for draft in batch:
            for fact_set in draft.fact_sets:
                fact_set.event_id = draft.event.pk
                sets.append(fact_set)
        load_instances(FactSet, sets)
        batch.clear()

    for draft in drafts:
        draft.event.era, draft.event.transaction_id = era, transaction_id
        batch.append(draft)
        count += 1
        if len(batch) >= batch_size:
            flush()
    if batch:
        flush()
    return count


def current_position() -> tuple[int, int]:
    """Return (era, transaction id) that events written now carry; the id is 0 where there is one writer."""
    era = Era.objects.values_list("number", flat=True).first() or 0
    if connection.vendor != "postgresql":
        return era, 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        return era, cursor.fetchone()[0]
