"""Saying of a receipt whether it is genuine, and if not, what was changed.

The portal's signature over the leaf decides; the ledger is asked to name what differs, and whether it still
holds the event. A receipt that our key signed stays genuine even if somebody cut the ledger.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from core.ui.wording import listed

from .. import keys, merkle
from ..commitments import canonical, commitment, leaf_hash, stamp
from ..models import Event, SealedEvent
from ..registry import EventType, event_type
from ..seals import header, header_hash
from .issuing import PURPOSE
from .reading import Receipt

LONGEST_SHOWN = 60
MOST_NAMED = 20


class Status(StrEnum):
    """What can be said of a receipt."""

    GENUINE = "genuine"
    CHANGED = "changed"
    FOREIGN = "foreign"


@dataclass(slots=True)
class Outcome:
    """The answer.

    ``facts``: (label, value) pairs that the receipt itself opens, of a genuine one only. ``changed``: what
    was changed, in words. ``sealed_at`` is None while the event waits for its seal. ``is_lost``: the ledger
    no longer holds the event as the receipt proves it.
    """

    status: Status
    reference: str = ""
    what: str = ""
    at: datetime | None = None
    facts: list[tuple[str, Any]] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    sealed_at: datetime | None = None
    seal_number: int | None = None
    is_lost: bool = False


def is_known(reference: str, leaf: str) -> bool:
    """Tell whether an event with this reference and leaf hash (hex) is in the ledger, and nothing else."""
    try:
        wanted = bytes.fromhex(leaf)
    except ValueError:
        return False
    if len(wanted) != 32 or not reference or "\x00" in reference:
        return False
    leaves = Event.objects.filter(object_ref=reference).values_list("leaf_hash", flat=True)
    return any(bytes(known) == wanted for known in leaves[:1000])


def check_receipt(receipt: Receipt) -> Outcome:
    """Return what can be said of ``receipt``."""
    leaf = leaf_hash(canonical(receipt.header))
    event = Event.objects.filter(ref=receipt.event_ref).first()
    public = keys.trusted_keys().get(receipt.key_id)
    is_signed = public is not None and keys.is_signed(PURPOSE, leaf, receipt.signature, public)
    if not is_signed and event is None:
        return Outcome(Status.FOREIGN)
    kind = _kind(event.type if event else receipt.type)
    changed = _changed_facts(receipt, receipt.commitments if is_signed else event.commitments, kind)
    if not is_signed:
        changed = _changed_header(receipt, event) + changed
    changed += _changed_frame(receipt, leaf)
    if not is_signed and not changed:
        changed = [_("the signature")]
    if changed:
        return Outcome(Status.CHANGED, changed=list(dict.fromkeys(changed)))
    return _genuine(receipt, leaf, event, kind)


def _kind(code: str) -> EventType | None:
    """Return the event type; None for one that this version no longer knows."""
    try:
        return event_type(code)
    except LookupError:
        return None


def _label(name: str, kind: EventType | None) -> str:
    """Return a fact's name in words."""
    if kind and name in kind.labels:
        return str(kind.labels[name])
    shown = name.replace("_", " ").strip().capitalize() or "?"
    return shown[:LONGEST_SHOWN]


def _changed_facts(receipt: Receipt, expected: dict[str, str], kind: EventType | None) -> list[str]:
    """Name the facts that do not fit the commitments they were issued with."""
    changed = []
    for name in sorted(set(expected) | set(receipt.commitments) | set(receipt.facts)):
        fits = name in expected and receipt.commitments.get(name) == expected[name]
        if fits and name in receipt.facts:
            fits = _opens(expected[name], name, *receipt.facts[name])
        if not fits:
            named = name in receipt.facts or (kind is not None and name in kind.labels)
            changed.append(_label(name, kind) if named else _("a fact that this receipt does not show"))
    return changed[:MOST_NAMED]


def _opens(expected: str, name: str, value: Any, salt: str) -> bool:
    """Tell whether value and salt give the commitment."""
    try:
        return commitment(name, value, salt) == expected
    except (TypeError, ValueError):
        return False


def _changed_header(receipt: Receipt, event: Event) -> list[str]:
    """Name what differs between the receipt's header and the event."""
    changed = []
    if receipt.at != stamp(event.at):
        changed.append(_("the time"))
    if receipt.type != event.type:
        changed.append(_("what happened"))
    if receipt.object != [event.object_type, event.object_ref]:
        changed.append(_("the reference"))
    return changed


def _changed_frame(receipt: Receipt, leaf: bytes) -> list[str]:
    """Name what in the rest of the receipt does not fit its header."""
    changed = []
    if receipt.reference != receipt.object[1]:
        changed.append(_("the reference"))
    if receipt.leaf_hash != leaf:
        changed.append(_("the fingerprint"))
    if receipt.seal is not None and not _is_sealed(receipt, leaf):
        changed.append(_("the proof of the seal"))
    return changed


def _is_sealed(receipt: Receipt, leaf: bytes) -> bool:
    """Tell whether the seal part proves that the leaf stands under a seal that our key signed."""
    seal = receipt.seal
    public = keys.trusted_keys().get(seal.header["key_id"])
    return (
        public is not None
        and header_hash(header(**seal.header)) == seal.hash
        and keys.is_signed("seal", seal.hash, seal.signature, public)
        and merkle.is_included(leaf, seal.index, seal.header["size"], seal.path, seal.header["root"])
    )


def _genuine(receipt: Receipt, leaf: bytes, event: Event | None, kind: EventType | None) -> Outcome:
    """Return the answer for a genuine receipt, with the facts it opens and the seal as it stands now."""
    place = SealedEvent.objects.select_related("seal").filter(event__ref=receipt.event_ref).first()
    is_lost = (
        event is None
        or bytes(event.leaf_hash) != leaf
        or (receipt.seal is not None and place is None)
        or (place is not None and bytes(place.leaf_hash) != leaf)
    )
    sealed_at = place.seal.sealed_at if place else None
    if sealed_at is None and receipt.seal is not None:
        sealed_at = read_stamp(receipt.seal.header["sealed_at"])
    return Outcome(
        Status.GENUINE,
        reference=receipt.reference,
        what=str(kind.label) if kind else "",
        at=read_stamp(receipt.at),
        facts=_in_words({name: fact[0] for name, fact in receipt.facts.items()}, kind),
        sealed_at=sealed_at,
        seal_number=place.seal.number if place else receipt.seal.header["number"] if receipt.seal else None,
        is_lost=is_lost,
    )


def facts_in_words(receipt: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the facts that a receipt of our own opens as (label, value), in the language in force."""
    values = {name: fact["value"] for name, fact in receipt["facts"].items()}
    return _in_words(values, _kind(receipt["event"]["type"]))


def _in_words(values: dict[str, Any], kind: EventType | None) -> list[tuple[str, str]]:
    """Return opened facts of a genuine receipt in the order of the event type's labels."""
    labels = kind.labels if kind else sorted(values)
    shown = []
    for name in labels:
        value = values.get(name)
        if value in (None, "", [], {}):
            continue
        in_words = kind.words.get(name, _shown) if kind else _shown
        shown.append((_label(name, kind), in_words(value)))
    return shown


def read_stamp(text: str) -> datetime | None:
    """Return the time that ``commitments.stamp`` wrote; None for what is no time."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _shown(value: Any) -> str:
    """Return a fact's value as text."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return listed(_shown(each) for each in value)
    if isinstance(value, dict):
        return " · ".join(_shown(each) for each in value.values() if each not in (None, ""))
    return str(value)
