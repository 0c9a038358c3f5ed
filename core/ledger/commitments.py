"""Salted commitments and the hash of an event's leaf (pure).

A commitment hides a fact until its salt is shown: ``sha256(salt || canonical([name, value]))``. The leaf is
the RFC 6962 leaf hash over the event's header and its sorted commitments, so that erasing facts leaves it
valid and a receipt opens only the facts it holds.

A receipt shows the whole header, so the header names the object by its random reference alone. The serial
numbers (object, partner, actor) would show rivals' volume: they stand behind a commitment, ``IDS``, together
with which facts are about which person.
"""

import hashlib
import json
import os
from datetime import UTC, datetime
from typing import Any

SALT_BYTES = 16
LEAF_PREFIX = b"\x00"
LEAF_VERSION = 1
IDS = "@ids"

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(value: Any) -> bytes:
    """Return the one JSON spelling of ``value``: sorted keys, no spaces, UTF-8, no floats.

    Raises ``TypeError`` for what JSON cannot hold exactly (floats, dates …).
    """
    _refuse_inexact(value)
    return _ENCODER.encode(value).encode()


def _refuse_inexact(value: Any) -> None:
    """Raise ``TypeError`` where a value is not exactly JSON."""
    if value is None or isinstance(value, (str, bool, int)):
        return
    if isinstance(value, (list, tuple)):
        for item in value:
            if not isinstance(item, str):
                _refuse_inexact(item)
        return
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"fact keys are text, not {type(key).__name__}")
            if not isinstance(item, str):
                _refuse_inexact(item)
        return
    raise TypeError(f"a fact is exact JSON, not {type(value).__name__}")


def new_salt() -> str:
    """Return a fresh salt as hex."""
    return os.urandom(SALT_BYTES).hex()


def commitment(name: str, value: Any, salt: str) -> str:
    """Return the commitment of one fact as hex; ``salt`` is hex."""
    return hashlib.sha256(bytes.fromhex(salt) + canonical([name, value])).hexdigest()


def stamp(at: datetime) -> str:
    """Return an aware time as written into leaves: UTC, microseconds, ``Z``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def ids(
    *,
    object_id: int,
    partner_id: int | None,
    actor_id: int | None,
    actor_system: str,
    subjects: dict[str, list[str]],
) -> list:
    """Return the value of the fact ``IDS``; ``subjects`` maps a person to the names of facts about them."""
    return [object_id, partner_id, actor_id, actor_system, subjects]


def leaf_data(
    *,
    ref: str,
    type: str,
    at: datetime | str,
    object_type: str,
    object_ref: str,
    commitments: dict[str, str],
) -> bytes:
    """Return the bytes that an event's leaf hash is taken over."""
    return canonical(
        {
            "v": LEAF_VERSION,
            "ref": str(ref),
            "type": type,
            "at": at if isinstance(at, str) else stamp(at),
            "object": [object_type, object_ref],
            "commitments": commitments,
        }
    )


def leaf_hash(data: bytes) -> bytes:
    """Return the RFC 6962 leaf hash of ``data``."""
    return hashlib.sha256(LEAF_PREFIX + data).digest()


def leaf_hash_of(event: Any) -> bytes:
    """Return the leaf hash that an event row's own columns give."""
    return leaf_hash(
        leaf_data(
            ref=event.ref,
            type=event.type,
            at=event.at,
            object_type=event.object_type,
            object_ref=event.object_ref,
            commitments=event.commitments,
        )
    )
