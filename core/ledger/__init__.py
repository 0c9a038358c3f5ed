"""What happened: events with salted commitments, seals, proofs, receipts and readers.

``declare`` event types at start-up, ``record`` an event in the transaction of its change, show a
``timeline``.
"""

from core.lazy import public_names

__getattr__ = public_names(
    __name__,
    {
        "declare": "registry",
        "event_type": "registry",
        "event_types": "registry",
        "record": "recording",
        "build_event": "recording",
        "commit": "recording",
        "bulk_record": "recording",
        "current_position": "recording",
        "timeline": "timelines",
        "facts_of": "timelines",
    },
)
