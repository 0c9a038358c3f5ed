"""Placing, protecting and ending claims: the rows the conflict check reads. Called under the line's lock only."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from core import jobs
from core.access.actor import Actor, system_actor
from core.workflow import lock_all, move_all
from crm.opportunities.services import end_protection

from .enums import ENDED, ClaimKind, ClaimState, State
from .exceptions import StillBlocked
from .guards import CONSTRAINT
from .models import Claim, Registration, RegistrationLine

CLOCK = system_actor("clock")


def place_pending(line: RegistrationLine, registration: Registration) -> Claim:
    """Place (or put right) the pending claim of a line that waits: open-ended from when it was received."""
    claim, _created = Claim.objects.update_or_create(
        registration_line=line,
        defaults={
            "partner_id": registration.partner_id,
            "customer_id": registration.customer_id,
            "project_id": registration.project_id,
            "line_id": line.line_id,
            "kind": ClaimKind.REGISTRATION,
            "state": ClaimState.PENDING,
            "sequence_number": line.sequence_number,
            "starts_at": line.received_at,
            "ends_at": None,
        },
    )
    return claim


def protect(
    line: RegistrationLine, registration: Registration, *, starts_at: datetime, ends_at: datetime
) -> Claim:
    """Turn a line's claim into protection for a window.

    Raises ``StillBlocked`` where the database says that another protects the scope.
    """
    claim = place_pending(line, registration)
    claim.state, claim.starts_at, claim.ends_at = ClaimState.APPROVED, starts_at, ends_at
    try:
        with transaction.atomic():
            claim.save(update_fields=["state", "starts_at", "ends_at"])
    except IntegrityError as error:
        if CONSTRAINT in str(error):
            raise StillBlocked from error
        raise
    return claim


def end(line: RegistrationLine, at: datetime, *, won: bool = False) -> None:
    """End a line's claim at ``at`` (never later than its window); a won one is remembered by R10."""
    claim = Claim.objects.filter(registration_line=line).first()
    if claim is None:
        return
    claim.state = ClaimState.ENDED
    claim.ends_at = at if claim.ends_at is None else min(at, claim.ends_at)
    claim.won_at = at if won else claim.won_at
    claim.save(update_fields=["state", "ends_at", "won_at"])


def expire_lapsed(line_ids: Iterable[int], *, at: datetime) -> int:
    """Expire protections on the locked lines whose window has passed; return how many.

    A claim protects by its window; this lets the status follow. Filing calls it first, the clock from time to time.
    """
    from .summary import refresh
    from .workflow import LINE_WORKFLOW

    lapsed = list(
        RegistrationLine.objects.filter(
            line_id__in=list(line_ids), state=State.APPROVED, protected_until__lte=at
        ).values_list("registration_id", flat=True)
    )
    count = 0
    for registration in lock_all(Registration.objects.filter(pk__in=set(lapsed))):
        lines = lock_all(RegistrationLine.objects.filter(registration=registration).select_related("line"))
        over = [
            line
            for line in lines
            if line.line_id in set(line_ids) and line.state == State.APPROVED and line.protected_until <= at
        ]
        if not over:
            continue
        event = move_all(
            LINE_WORKFLOW,
            over,
            "expire",
            actor=CLOCK,
            at=at,
            changes=lambda line: {"ended_at": line.protected_until},
            event_obj=registration,
            partner_id=registration.partner_id,
            facts={"lines": [line.line.code for line in over]},
        )
        for line in over:
            end(line, line.protected_until)
        count += len(over)
        keep_in_step(registration, lines, actor=CLOCK, at=at)
        refresh(registration, lines, at)
        release_held(over, event.pk)
    return count


def keep_in_step(
    registration: Registration, lines: Iterable[RegistrationLine], *, actor: Actor, at: datetime
) -> None:
    """Let the opportunity carry the latest end of the lines still protected; none once no line is."""
    if registration.opportunity_id is None:
        return
    ends = [line.protected_until for line in lines if line.state == State.APPROVED]
    end_protection(registration.opportunity_id, actor=actor, at=at, ends_at=max(ends, default=None))


def release_held(lines: Iterable[RegistrationLine], event_pk: int) -> None:
    """Have what is held behind decided or ended lines screened again, in sequence order.

    Where protection has ended, everything held on the product line: who waits for the scope may have filed before
    whoever had it.
    """
    for line in lines:
        was_protected = line.protected_until is not None and line.state in ENDED
        place = 0 if was_protected else line.sequence_number
        release_behind(line.line_id, place, event_pk)


def release_behind(line_id: int, place: int, event_pk: int) -> None:
    """Have what is held on a product line behind a place screened again, once for the event that asks for it."""
    jobs.enqueue(
        "registrations.rescreen", f"rescreen:{line_id}:{place}:{event_pk}", {"line": line_id, "after": place}
    )
