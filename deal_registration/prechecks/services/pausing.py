"""Probing noticed and reported, and a pause lifted by a person."""

from datetime import datetime

from django.db import transaction

from core.access.actor import Actor, system_actor
from core.access.guards import require
from core.retries import retry_on_collision
from core.workflow import lock, move
from partners.terms import ProgrammeTerms

from ..enums import Level
from ..models import Standing
from ..probing import score
from ..selectors import asked_by_partner
from ..workflow import STANDING_WORKFLOW

WATCH = system_actor("prechecks")


def watch(standing: Standing, terms: ProgrammeTerms, *, at: datetime) -> None:
    """Score the partner's questions anew; slow the answers down or stop them where the signs say so.

    ``standing`` is locked. The question just asked keeps its answer: what follows is for the next.
    """
    found = score(asked_by_partner(standing, at=at), at=at)
    standing.score, standing.scored_at = found.points, at
    standing.reasons = [reason.to_json() for reason in found.reasons]
    standing.save(update_fields=["score", "reasons", "scored_at"])
    target = ""
    if found.points >= terms.precheck_stop_score and standing.level != Level.STOPPED:
        target = "stop"
    elif found.points >= terms.precheck_slow_score and standing.level == Level.NORMAL:
        target = "slow"
    if target:
        move(
            STANDING_WORKFLOW,
            standing,
            target,
            actor=WATCH,
            at=at,
            changes={"level_since": at},
            partner_id=standing.partner_id,
            facts={"score": found.points, "reasons": standing.reasons},
        )


@retry_on_collision
def lift(standing_pk: int, *, actor: Actor, at: datetime, reason: str) -> Standing:
    """Let the partner ask freely again, for a reason that it is told; what it asked before counts no more.

    Raises ``TransitionRefused`` where nothing is paused, ``NotAllowed`` outside the partner's home territory.
    """
    require(actor, "registrations.decide")
    with transaction.atomic():
        standing = lock(Standing.objects.select_related("partner__account__territory"), pk=standing_pk)
        move(
            STANDING_WORKFLOW,
            standing,
            "lift",
            actor=actor,
            at=at,
            changes={"level_since": at, "counted_from": at, "score": 0, "reasons": []},
            partner_id=standing.partner_id,
            facts={"explanation": reason},
        )
    return standing
