"""The quick look at one event: sound beyond doubt, or to be looked at closely (``event_checks``).

Nearly every event is sound, so this takes what can be taken for granted of values that come out of JSON and
builds the hashed bytes by hand. It never words a finding: whatever is not exactly as it should be is left to
the careful check, which says what is wrong, or that nothing is. What it calls sound, that check must find
nothing in (a test compares them).
"""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from hashlib import sha256
from json.encoder import encode_basestring as quoted
from typing import Any

from ..commitments import IDS, LEAF_PREFIX, LEAF_VERSION

MOST_KEPT = 4096
NO_OFFSET = timedelta(0)
DOUBTFUL = (AttributeError, IndexError, KeyError, RecursionError, StopIteration, TypeError, ValueError)

_parse = json.JSONDecoder().raw_decode
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class _Shapes(dict):
    """How the names of an event's facts are written: few kinds of events, many events of each.

    Maps the names to (name, quoted) pairs in the order of the leaf, and in that of PostgreSQL's ``jsonb``.
    """

    def __missing__(self, names: tuple[str, ...]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        if len(self) >= MOST_KEPT:
            self.clear()
        in_leaf = [(name, f'{quoted(name)}:"') for name in sorted(names)]
        by_length = sorted(names, key=lambda name: (len(name.encode()), name.encode()))
        stored = [(name, f'{quoted(name)}: "') for name in by_length]
        shape = self[names] = (in_leaf, stored)
        return shape


_shapes = _Shapes()


def sound_leaf(row: Sequence[Any], fact_sets: Iterable[tuple[str, str]]) -> bytes | None:
    """Return the leaf hash of an event that is sound with all its facts; None where that needs a closer look.

    ``row``: the columns of ``rows.EVENT_COLUMNS``. ``fact_sets``: (subject, facts as JSON text) pairs.
    """
    try:
        return _sound_leaf(row, fact_sets)
    except DOUBTFUL:
        return None


def _sound_leaf(row: Sequence[Any], fact_sets: Iterable[tuple[str, str]]) -> bytes | None:
    _pk, ref, kind, at, object_type, object_id, object_ref, partner_id, actor_id, actor_system = row[:10]
    commitments: dict[str, str] = {}
    owners: dict[str, str] = {}
    numbers = None
    count = 0
    for subject, text in fact_sets:
        facts = _parse(text)[0]
        if not facts:
            return None
        count += len(facts)
        for name, (value, salt) in facts.items():
            written = quoted(value) if type(value) is str else _written(value)
            opened = f"[{quoted(name)},{written}]".encode()
            commitments[name] = sha256(bytes.fromhex(salt) + opened).hexdigest()
            if name == IDS:
                numbers = value
        if subject:
            owners.update(dict.fromkeys(facts, subject))
    # From here on: do the columns say what the facts give?
    if count != len(commitments) or numbers is None:
        return None
    in_leaf, stored = _shapes[tuple(commitments)]
    spelled = "{" + '", '.join([key + commitments[name] for name, key in stored]) + '"}'
    if spelled != row[10] and _parse(row[10])[0] != commitments:
        return None
    owned = numbers[4]
    if numbers != [object_id, partner_id, actor_id, actor_system, owned]:
        return None
    if owners != {name: subject for subject, names in owned.items() for name in names}:
        return None
    if at.utcoffset() != NO_OFFSET:
        return None
    listed = '",'.join([key + commitments[name] for name, key in in_leaf])
    body = (
        f'{{"at":"{at.isoformat(timespec="microseconds")[:26]}Z","commitments":{{{listed}"}},'
        f'"object":[{quoted(object_type)},{quoted(object_ref)}],'
        f'"ref":"{ref}","type":{quoted(kind)},"v":{LEAF_VERSION}}}'
    )
    leaf = sha256(LEAF_PREFIX + body.encode()).digest()
    return leaf if leaf == row[11] else None


def _written(value: Any) -> str:
    """Return the canonical spelling of a value that was read from JSON."""
    kind = type(value)
    if kind is str:
        return quoted(value)
    if kind is int:
        return str(value)
    if value is None:
        return "null"
    if kind is list:
        return f"[{','.join([_written(each) for each in value])}]"
    return "{}" if value == {} else _encode(value)
