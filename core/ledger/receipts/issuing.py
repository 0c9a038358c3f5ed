"""Making a receipt of an event: what its partner may see, opened; everything else as commitments."""

import json
from typing import Any

from django.conf import settings

from .. import keys, merkle
from ..commitments import LEAF_VERSION, leaf_hash_of, stamp
from ..models import Event, SealedEvent
from ..registry import event_type
from ..seals import SEAL_VERSION

FORMAT = "partner-portal-receipt"
VERSION = 1
PURPOSE = "receipt"


def receipt_for(event: Event) -> dict[str, Any]:
    """Return the receipt of ``event`` as plain JSON.

    It opens the facts that the event type declares for the partner concerned, as far as they were not
    erased. Once the event is sealed it also holds the proof of its place and the seal; one issued before
    stays good.
    """
    shown = event_type(event.type).partner_facts
    facts = {
        name: {"value": value, "salt": salt}
        for fact_set in event.fact_sets.all()
        for name, (value, salt) in fact_set.facts.items()
        if name in shown
    }
    key = keys.signing_key()
    leaf = leaf_hash_of(event)
    return {
        "format": FORMAT,
        "version": VERSION,
        "issuer": {"name": settings.WAGTAIL_SITE_NAME, "origin": settings.PORTAL_ORIGIN},
        "reference": event.object_ref,
        "event": {
            "v": LEAF_VERSION,
            "ref": str(event.ref),
            "type": event.type,
            "at": stamp(event.at),
            "object": [event.object_type, event.object_ref],
        },
        "facts": dict(sorted(facts.items())),
        "commitments": dict(sorted(event.commitments.items())),
        "leaf_hash": leaf.hex(),
        "signature": {
            "key": key.key_id,
            "public_key": key.public.hex(),
            "value": key.sign(PURPOSE, leaf).hex(),
        },
        "seal": _seal_of(event),
    }


def _seal_of(event: Event) -> dict[str, Any] | None:
    """Return the seal above an event and the path to its root; None while it waits for one."""
    place = SealedEvent.objects.select_related("seal").filter(pk=event.pk).first()
    if place is None:
        return None
    seal = place.seal
    leaves = [
        bytes(leaf)
        for leaf in SealedEvent.objects.filter(seal=seal)
        .order_by("index")
        .values_list("leaf_hash", flat=True)
    ]
    public = keys.trusted_keys().get(seal.key_id, b"")
    return {
        "v": SEAL_VERSION,
        "number": seal.number,
        "size": seal.size,
        "root": bytes(seal.root).hex(),
        "previous": bytes(seal.previous_hash).hex(),
        "sealed_at": stamp(seal.sealed_at),
        "key": seal.key_id,
        "hash": bytes(seal.hash).hex(),
        "signature": bytes(seal.signature).hex(),
        "public_key": public.hex(),
        "index": place.index,
        "path": [step.hex() for step in merkle.inclusion_path(leaves, place.index)],
    }


def as_text(receipt: dict[str, Any]) -> str:
    """Return a receipt as the text that is downloaded."""
    return json.dumps(receipt, ensure_ascii=False, indent=2) + "\n"
