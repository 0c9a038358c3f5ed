"""How a registration ends by its dealer: withdrawn, won, lost."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from djmoney.money import Money

from core import clock
from core.access.actor import Actor, system_actor
from core.access.guards import require
from core.retries import retry_on_collision
from core.workflow import TransitionRefused, lock, lock_all, move_all
from crm.opportunities.services import set_outcome

from .. import claims
from ..enums import PENDING, LossReason, State
from ..exceptions import RegistrationError
from ..models import InformationRequest, Registration, RegistrationLine
from ..sequence import lock_lines
from ..summary import refresh
from ..workflow import LINE_WORKFLOW
from .preparing import money_text

# The dealer has no right to the opportunity of the CRM core; the registration carries its end over.
CRM = system_actor("registration")


def _closable_by(actor: Actor):
    """Return the registrations ``actor`` may end: those of their own organisation; a process of the portal, all."""
    if actor.sees_everything:
        return Registration.objects.all()
    return Registration.objects.filter(partner_id=actor.organisation_id)


@retry_on_collision
def _close(
    registration_pk: int,
    transition: str,
    *,
    actor: Actor,
    at: datetime,
    line_ids: Iterable[int] | None,
    changes: dict,
    facts: dict,
) -> Registration:
    """Pass lines of the actor's own registration through a closing transition and tell the CRM core.

    ``line_ids`` None: every line that can. Raises ``TransitionRefused`` where none, or a named one, can.
    """
    require(actor, LINE_WORKFLOW[transition].permission)
    with transaction.atomic():
        seen = set(
            RegistrationLine.objects.filter(registration_id=registration_pk).values_list("line_id", flat=True)
        )
        sequences = lock_lines(seen)
        claims.expire_lapsed(sequences, at=clock.deciding_time())
        registration = lock(
            _closable_by(actor).select_related("territory", "opportunity", "partner__programme"),
            pk=registration_pk,
        )
        lines = lock_all(RegistrationLine.objects.filter(registration=registration).select_related("line"))
        if line_ids is None:
            chosen = [line for line in lines if line.state in LINE_WORKFLOW[transition].sources]
        else:
            wanted = set(line_ids)
            chosen = [line for line in lines if line.line_id in wanted]
        if not chosen or {line.line_id for line in lines} != seen:
            raise TransitionRefused(state=registration.state)
        event = move_all(
            LINE_WORKFLOW,
            chosen,
            transition,
            actor=actor,
            at=at,
            changes={"ended_at": at, **changes},
            event_obj=registration,
            permission_obj=registration,
            partner_id=registration.partner_id,
            facts={"lines": [line.line.code for line in chosen], **facts},
        )
        for line in chosen:
            claims.end(line, at, won=transition == "win")
        if not any(line.state in PENDING for line in lines):
            InformationRequest.objects.filter(registration=registration, answered_at__isnull=True).update(
                answered_at=at
            )
        _tell_crm(
            registration,
            lines,
            at=at,
            reason=facts.get("explanation") or facts.get("reason", ""),
        )
        refresh(registration, lines, at)
        claims.release_held(chosen, event.pk)
    return registration


def _tell_crm(registration, lines, *, at: datetime, reason: str) -> None:
    """Carry the end over to the opportunity: its outcome once nothing is live, its protection while it is not."""
    if registration.opportunity is None:
        return
    states = {line.state for line in lines}
    if State.APPROVED in states:
        claims.keep_in_step(registration, lines, actor=CRM, at=at)
    elif State.WON in states:
        set_outcome(registration.opportunity_id, state="won", reason=reason, actor=CRM, at=at)
    elif State.LOST in states and not states & PENDING:
        set_outcome(registration.opportunity_id, state="lost", reason=reason, actor=CRM, at=at)
    else:
        claims.keep_in_step(registration, lines, actor=CRM, at=at)


def withdraw(
    registration_pk: int,
    *,
    actor: Actor,
    at: datetime,
    line_ids: Iterable[int] | None = None,
    reason: str = "",
) -> Registration:
    """Withdraw some or all live lines; their scopes are free at once."""
    return _close(
        registration_pk,
        "withdraw",
        actor=actor,
        at=at,
        line_ids=line_ids,
        changes={"reason_text": reason},
        facts={"explanation": reason},
    )


@retry_on_collision
def mark_won(
    registration_pk: int,
    *,
    actor: Actor,
    at: datetime,
    line_ids: Iterable[int] | None = None,
    order_number: str = "",
    value_won: Money | None = None,
) -> Registration:
    """Report approved lines as won; the claim ends and the order is remembered.

    ``value_won`` is that of this order; a second order for other lines of the registration adds to the first, where
    it is in the same currency.
    """
    with transaction.atomic():
        registration = _close(
            registration_pk,
            "win",
            actor=actor,
            at=at,
            line_ids=line_ids,
            changes={"order_number": order_number.strip()},
            facts={
                "order_number": order_number.strip(),
                "value_won": money_text(value_won),
            },
        )
        if value_won is not None:
            so_far = registration.value_won
            same = so_far is not None and so_far.currency == value_won.currency
            registration.value_won = so_far + value_won if same else value_won
            registration.save(update_fields=["value_won", "value_won_currency", "updated_at"])
    return registration


def mark_lost(
    registration_pk: int,
    *,
    actor: Actor,
    at: datetime,
    reason: str,
    text: str = "",
    line_ids: Iterable[int] | None = None,
) -> Registration:
    """Report approved lines as lost, with a reason of the list."""
    if reason not in LossReason.values:
        raise RegistrationError
    return _close(
        registration_pk,
        "lose",
        actor=actor,
        at=at,
        line_ids=line_ids,
        changes={"loss_reason": reason, "reason_text": text},
        facts={"reason": reason, "explanation": text},
    )
