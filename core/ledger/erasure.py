"""Erasing what the ledger holds about a person; events and commitments stay, so the chain still fits."""

from datetime import datetime

from django.db import transaction

from core.access.actor import Actor

from .events import FACTS_ERASED
from .models import FactSet
from .recording import build_event, bulk_record

REFS_PER_EVENT = 500


def erase(subject: str, *, actor: Actor, at: datetime) -> int:
    """Delete the facts about ``subject`` (``user:12``) and leave an event that says from which events.

    Returns how many events lost facts. Raises ``ValueError`` for the facts of the business, which are
    nobody's. Without such an event a missing fact is a finding of ``verification``.
    """
    if not subject:
        raise ValueError("facts of the business are about nobody and are not erased")
    with transaction.atomic():
        sets = FactSet.objects.filter(subject=subject)
        refs = [str(ref) for ref in sets.order_by("pk").values_list("event__ref", flat=True)]
        kind, _colon, number = subject.partition(":")
        bulk_record(
            build_event(
                FACTS_ERASED,
                object_type=f"ledger.{kind}"[:60],
                object_id=int(number) if number.isdecimal() else 0,
                actor_id=actor.user_id,
                actor_system=actor.system,
                at=at,
                facts={"subject": subject, "events": refs[start : start + REFS_PER_EVENT]},
            )
            for start in range(0, len(refs), REFS_PER_EVENT)
        )
        sets.delete()
    return len(refs)
