"""The one appeal: on new evidence, within its time, to a higher rung."""

from datetime import datetime

from django.db import transaction

from core.access.actor import Actor
from core.access.guards import require
from core.retries import retry_on_collision
from core.workflow import TransitionRefused, move

from ..enums import DisputeState
from ..exceptions import NothingSaid, TooLate
from ..models import Dispute, DisputeParty, Statement
from ..workflow import DISPUTE_WORKFLOW
from .case import lock_case, party_of, stop_clocks, tell
from .deliberating import name_deciders
from .opening import statements_until

LEAST_WORDS = 40  # characters: what is new has to be said


def may_appeal(dispute: Dispute, party: DisputeParty, at: datetime) -> bool:
    """Tell whether a party may appeal now: ruled once, within the time, not accepted by it."""
    return (
        dispute.state == DisputeState.RULED
        and dispute.appeal_until is not None
        and at < dispute.appeal_until
        and party.accepted_at is None
    )


@retry_on_collision
def appeal(dispute_pk: int, *, actor: Actor, at: datetime, text: str) -> Statement:
    """Appeal against a ruling with what is new; a higher rung decides it. Returns the statement, for its evidence.

    Clocks stop again, and the other parties may answer. Raises ``Dispute.DoesNotExist`` for a stranger, ``TooLate``,
    ``NothingSaid`` where nothing new is said, ``TransitionRefused`` where it is not ruled or appealed already.
    """
    require(actor, "registrations.file")
    text = text.strip()
    with transaction.atomic():
        case = lock_case(dispute_pk)
        dispute = case.dispute
        party = party_of(dispute, actor)
        if dispute.state != DisputeState.RULED:
            raise TransitionRefused(state=dispute.state)
        if not may_appeal(dispute, party, at):
            raise TooLate
        if len(text) < LEAST_WORDS:
            raise NothingSaid
        due = statements_until(dispute, at)
        move(
            DISPUTE_WORKFLOW,
            dispute,
            "appeal",
            actor=actor,
            at=at,
            changes={"statements_due_at": due, "appeal_until": None},
            permission_obj=party,
            facts={"due_at": due.isoformat(), "party": party.pk, "text": text},
        )
        party.appealed_at = at
        party.save(update_fields=["appealed_at"])
        dispute.parties.update(said_all_at=None, accepted_at=None)
        statement = Statement.objects.create(
            party=party, text=text, is_appeal=True, written_by_id=actor.user_id, written_at=at
        )
        stop_clocks(case, at)
        tell(dispute, "appeal", at=at, facts=lambda party: {"due_at": due.isoformat()})
        name_deciders(dispute, begin=(dispute.rung or 0) + 1, at=at, told="escalated")
    return statement
