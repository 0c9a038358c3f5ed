"""What time does to disputes: reminders, the end of statements, the next rung, the end of the appeal's time.

Each run finds what is due by an index and handles every dispute in a transaction of its own. A deadline that a party
misses never holds the ladder up; one that a decider misses moves the dispute to the next rung.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from core import clock
from core.calendars.business_time import business_seconds_between
from core.ledger import record
from core.retries import retry_on_collision
from crm.territories.selectors import calendar_for

from ..enums import WITH_A_DECIDER, DisputeState
from ..ladder import climb, somebody_decides, terms_of
from ..models import Dispute
from .case import LADDER, lock_dispute, protections_to_hold, tell
from .deliberating import HEARING, begin_deliberation, hear_newcomers, hold_protections, name_deciders
from .ruling import close

BATCH = 500


def run_clocks(*, at: datetime | None = None) -> dict[str, int]:
    """Do everything that is due at ``at`` (default: now); return how many of each."""
    at = at or clock.now()
    running = Dispute.objects.running()
    for pk in protections_to_hold(at):
        hold_protections(pk, at=at)
    return {
        "joined": sum(hear_newcomers(pk, at=at) for pk in _ids(running.filter(state__in=HEARING))),
        "reminded": _each(running.filter(state__in=HEARING, reminded=False), _remind, at),
        "begun": _each(running.filter(state=DisputeState.STATEMENTS, statements_due_at__lte=at), _begin, at),
        "escalated": _each(
            running.filter(state__in=WITH_A_DECIDER).filter(
                Q(rung__isnull=True) | Q(rung_due_at__lte=at, is_overdue=False)
            ),
            _escalate,
            at,
        ),
        "closed": _each(
            running.filter(state=DisputeState.RULED).filter(
                Q(appeal_until__isnull=True) | Q(appeal_until__lte=at)
            ),
            _close,
            at,
        ),
    }


def _ids(disputes) -> list[int]:
    """Return the ids of a batch of disputes, the oldest first."""
    return list(disputes.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _each(disputes, act: Callable[[Dispute, datetime], int], at: datetime) -> int:
    """Do ``act`` with each of the disputes that are still due once locked; return how often it did something."""
    return sum(_one(pk, disputes, act, at) for pk in _ids(disputes))


@retry_on_collision
def _one(pk: int, disputes, act: Callable[[Dispute, datetime], int], at: datetime) -> int:
    with transaction.atomic():
        try:
            dispute = lock_dispute(disputes, pk)
        except Dispute.DoesNotExist:
            return 0
        return act(dispute, at)


def _remind(dispute: Dispute, at: datetime) -> int:
    """Remind whoever the time runs for, once the programme's share of it has passed."""
    due = dispute.statements_due_at if dispute.state == DisputeState.STATEMENTS else dispute.rung_due_at
    if due is None or dispute.phase_began_at is None or not dispute.phase_began_at <= at < due:
        return 0
    calendar = calendar_for(dispute.territory)
    whole = business_seconds_between(dispute.phase_began_at, due, calendar)
    used = whole - business_seconds_between(at, due, calendar)
    if 100 * used < terms_of(dispute).dispute_reminder_percent * max(whole, 1):
        return 0
    dispute.reminded = True
    dispute.save(update_fields=["reminded", "updated_at"])
    facts = {"due_at": due.isoformat()}
    if dispute.state != DisputeState.STATEMENTS:
        record("dispute.decider_reminded", dispute, actor=LADDER, at=at, facts=facts)
        return 1
    for party in dispute.parties.filter(said_all_at=None).order_by("pk"):
        if not party.is_opener and not party.statements.exists():
            record(
                "dispute.told_reminder",
                dispute,
                actor=LADDER,
                at=at,
                partner_id=party.partner_id,
                facts=facts,
            )
    return 1


def _begin(dispute: Dispute, at: datetime) -> int:
    begin_deliberation(dispute, at)
    return 1


def _escalate(dispute: Dispute, at: datetime) -> int:
    """Move an overdue dispute to the next rung; on the highest, say once that it is overdue.

    A dispute that nobody may decide is tried again on every rung, until somebody may.
    """
    appealed = dispute.state == DisputeState.APPEALED
    first = dispute.rulings.first()
    lowest = first.rung + 1 if appealed and first else 0
    if dispute.rung is None:
        rung = climb(dispute, begin=lowest, at=at) if somebody_decides(dispute, begin=lowest) else None
        if rung is None:
            return 0
        _say(dispute, at)
        return 1
    if somebody_decides(dispute, begin=dispute.rung + 1):
        name_deciders(dispute, begin=dispute.rung + 1, at=at, told="escalated")
        return 1
    dispute.is_overdue = True
    dispute.save(update_fields=["is_overdue", "updated_at"])
    record(
        "dispute.overdue",
        dispute,
        actor=LADDER,
        at=at,
        facts={"due_at": dispute.rung_due_at.isoformat()},
    )
    return 1


def _say(dispute: Dispute, at: datetime) -> None:
    """Say that somebody decides now."""
    due = {"due_at": dispute.rung_due_at.isoformat()}
    record("dispute.escalated", dispute, actor=LADDER, at=at, facts=due)
    tell(dispute, "escalated", at=at, facts=lambda party: due)


def _close(dispute: Dispute, at: datetime) -> int:
    close(dispute, at)
    return 1
