"""Checking one event against its commitments and its facts (no queries). An event is a row with its columns."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .commitments import IDS, commitment, ids, leaf_hash_of
from .findings import Report


@dataclass(frozen=True, slots=True)
class Facts:
    """One fact set as stored."""

    subject: str
    facts: Any


def leaf_of(event: Any) -> bytes | None:
    """Return the leaf hash of the row's columns; None where they are not even well formed."""
    try:
        return leaf_hash_of(event)
    except (AttributeError, TypeError, ValueError):
        return None


def where(event: Any) -> dict:
    """Return how a finding names ``event``."""
    return {"event_id": event.pk, "event_ref": str(event.ref)}


def check_event(
    event: Any, fact_sets: Iterable[Facts], erased: set[tuple[str, str]], report: Report, seal: int | None
) -> bytes | None:
    """Check an event's own consistency and return the leaf hash its columns give.

    ``erased``: (event reference, subject) pairs whose facts were erased with a record of it.
    """
    leaf = leaf_of(event)
    named = {**where(event), "seal": seal}
    if leaf is None:
        report.add("event_changed", "the event is not well formed", **named)
        return None
    if bytes(event.leaf_hash) != leaf:
        report.add("event_changed", "what, when, object or commitments do not fit its leaf hash", **named)
    if not isinstance(event.commitments, dict):
        report.add("event_changed", "the commitments are not well formed", **named)
        return leaf
    _check_facts(event, fact_sets, erased, report, named)
    return leaf


def _check_facts(event: Any, fact_sets, erased, report: Report, named: dict) -> None:
    """Check every stored fact against its commitment, and that none is missing without a record."""
    opened: dict[str, tuple[str, Any]] = {}
    broken: set[str] = set()
    for fact_set in fact_sets:
        if not isinstance(fact_set.facts, dict) or not fact_set.facts:
            report.add(
                "fact_changed", f"the facts about {fact_set.subject or 'the deal'} are not facts", **named
            )
            continue
        for name, pair in fact_set.facts.items():
            if name not in event.commitments:
                report.add("fact_inserted", f"the fact {name!r} was added", **named)
            elif not _opens(event.commitments[name], name, pair):
                broken.add(name)
                report.add("fact_changed", f"the fact {name!r} was changed", **named)
            else:
                opened[name] = (fact_set.subject, pair[0])
    owners = _check_ids(event, opened, report, named)
    for name, (subject, _value) in opened.items():
        if owners is not None and owners.get(name, "") != subject:
            report.add("fact_changed", f"the fact {name!r} was moved to another person", **named)
    lost = set(event.commitments) - set(opened) - broken
    for name in sorted(lost):
        owner = (owners or {}).get(name, "")
        if owner and (str(event.ref), owner) in erased:
            report.erased += 1
        else:
            report.add("fact_missing", f"the fact {name!r} was deleted without a record of it", **named)


def _opens(expected: Any, name: str, pair: Any) -> bool:
    """Tell whether value and salt give the commitment."""
    try:
        value, salt = pair
        return commitment(name, value, salt) == expected
    except (TypeError, ValueError):
        return False


def _check_ids(event: Any, opened: dict, report: Report, named: dict) -> dict[str, str] | None:
    """Compare the event's serial numbers with their commitment; return whose each personal fact is."""
    if IDS not in opened:
        return None
    kept = opened[IDS][1]
    try:
        subjects = kept[4]
        owners = {name: subject for subject, names in subjects.items() for name in names}
    except (AttributeError, IndexError, KeyError, TypeError):
        report.add("event_changed", "its serial numbers are not well formed", **named)
        return None
    own = ids(
        object_id=event.object_id,
        partner_id=event.partner_id,
        actor_id=event.actor_id,
        actor_system=event.actor_system,
        subjects=subjects,
    )
    if own != kept:
        report.add("event_changed", "object, partner or who did it was changed", **named)
    return owners
