"""From the statements to the decider; and what happens when another partner claims the scope meanwhile."""

from datetime import datetime

from django.db import transaction

from core import clock
from core.ledger import record
from core.retries import retry_on_collision
from core.workflow import move
from deal_registration import claims
from deal_registration.models import RegistrationLine
from deal_registration.sequence import lock_lines

from ..concerned import Concerned, concerned_by
from ..enums import DisputeState
from ..ladder import climb
from ..models import ContestedLine, Dispute
from ..workflow import DISPUTE_WORKFLOW
from .case import LADDER, Case, lock_case, lock_dispute, lock_registrations, stop_clocks, tell

HEARING = frozenset({DisputeState.STATEMENTS, DisputeState.DELIBERATION, DisputeState.APPEALED})


def begin_if_all_said(dispute: Dispute, at: datetime) -> None:
    """Give a locked dispute to the decider once every party said that this is all."""
    if dispute.state == DisputeState.STATEMENTS and not dispute.parties.filter(said_all_at=None).exists():
        begin_deliberation(dispute, at)


def begin_deliberation(dispute: Dispute, at: datetime) -> None:
    """Give a locked dispute to the lowest rung that has somebody who may decide."""
    move(DISPUTE_WORKFLOW, dispute, "deliberate", actor=LADDER, at=at)
    name_deciders(dispute, begin=0, at=at, told="deliberation")


def name_deciders(dispute: Dispute, *, begin: int, at: datetime, told: str) -> bool:
    """Name who decides from rung ``begin`` on, and tell; return whether there is anybody."""
    rung = climb(dispute, begin=begin, at=at)
    if rung is None:
        record("dispute.no_decider", dispute, actor=LADDER, at=at)
        return False
    due = dispute.rung_due_at.isoformat()
    # What tells the deciders: the first rung by the event of the transition, any other by this one.
    record("dispute.escalated", dispute, actor=LADDER, at=at, facts={"due_at": due, "rung": rung.number})
    tell(dispute, told, at=at, facts=lambda party: {"due_at": due})
    return True


def newcomers_of(dispute: Dispute) -> list[Concerned]:
    """Return the claims that stand in the way of the disputed lines by now, and that are not contested yet."""
    rows = ContestedLine.objects.filter(party__dispute=dispute)
    known = set(rows.values_list("registration_line_id", flat=True))
    subjects = RegistrationLine.objects.filter(
        pk__in=rows.filter(is_subject=True).values("registration_line_id")
    ).select_related("registration")
    return [one for one in concerned_by(subjects) if one.registration_line_id not in known]


@retry_on_collision
def hear_newcomers(dispute_pk: int, *, at: datetime) -> int:
    """Make partners who claim the scope by now parties and take statements again; return how many lines joined.

    Somebody may have been protected on a scope that was free while the dispute ran: no ruling passes over them.
    """
    from .opening import add_parties, statements_until, take_statements

    with transaction.atomic():
        seen = set(
            ContestedLine.objects.filter(party__dispute_id=dispute_pk).values_list(
                "registration_line__line_id", flat=True
            )
        )
        claims.expire_lapsed(lock_lines(seen), at=clock.deciding_time())
        found = newcomers_of(Dispute.objects.get(pk=dispute_pk))
        if not found:
            return 0
        known = ContestedLine.objects.filter(party__dispute_id=dispute_pk).values_list(
            "registration_line__registration_id", flat=True
        )
        registrations, lines = lock_registrations({*known, *(one.registration_id for one in found)})
        dispute = lock_dispute(Dispute.objects.all(), dispute_pk)
        if dispute.state not in HEARING:
            return 0
        add_parties(dispute, found, at)
        if dispute.state == DisputeState.DELIBERATION:
            take_statements(dispute, "hear", at)
        else:
            dispute.statements_due_at = statements_until(dispute, at)
            dispute.save(update_fields=["statements_due_at", "updated_at"])
            _tell_the_new(dispute, at)
        rows = list(
            ContestedLine.objects.filter(party__dispute=dispute).select_related("party", "registration_line")
        )
        stop_clocks(Case(dispute, rows, registrations, lines), at)
    return len(found)


def _tell_the_new(dispute: Dispute, at: datetime) -> None:
    """Tell those who joined while statements are taken anyway."""
    for party in dispute.parties.filter(joined_at=at):
        record(
            "dispute.told_concerned",
            dispute,
            actor=LADDER,
            at=at,
            partner_id=party.partner_id,
            facts={
                "due_at": dispute.statements_due_at.isoformat(),
                "lines": list(party.lines.values_list("registration_line__line__code", flat=True)),
            },
        )


@retry_on_collision
def hold_protections(dispute_pk: int, *, at: datetime) -> None:
    """Move the end of contested protections further, where a dispute outlasts its ladder."""
    with transaction.atomic():
        stop_clocks(lock_case(dispute_pk), at)
