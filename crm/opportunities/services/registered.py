"""Opportunities that came by a partner. Called by what lies above, which has asked for leave already."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from djmoney.money import Money

from core import ledger
from core.access.actor import Actor, system_actor
from core.workflow import lock, move
from crm.accounts.models import Account
from crm.projects.models import Project
from crm.territories.models import Territory

from ..enums import OpportunityState, OpportunityType
from ..models import Opportunity
from ..selectors import owner_for
from ..workflow import OPPORTUNITY
from .terms import first_stage, keep_in_step, set_lines


@transaction.atomic
def open_registered(
    *,
    account: Account,
    project: Project | None,
    name: str,
    value: Money,
    territory: Territory,
    line_ids: Iterable[int],
    partner_account_id: int,
    source: str,
    protection_ends_at: datetime,
    actor: Actor,
    at: datetime,
    type: str = OpportunityType.NEW,
    expected_close_on: date | None = None,
    opportunity: Opportunity | None = None,
) -> Opportunity:
    """Open the opportunity of an approved registration, or add to the one it has already.

    ``source`` says in words where it came from; a second approval of the same source and partner adds its product
    lines and moves the end of protection to the later one. The owner is whose scope covers the place and lines most
    narrowly.
    """
    line_ids = list(line_ids)
    existing = Opportunity.objects.filter(
        **{"pk": opportunity.pk} if opportunity is not None else {"source": source[:80]},
        partner_account_id=partner_account_id,
    ).order_by("pk")
    first = existing.first()
    if first is not None:
        return _add(first.pk, line_ids, protection_ends_at, source, actor, at)
    opened = Opportunity(
        account=account,
        project=project,
        name=name.strip()[:200] or account.name[:200],
        type=type,
        stage=first_stage(),
        value=value,
        expected_close_on=expected_close_on,
        territory=territory,
        owner_id=owner_for(territory, line_ids),
        partner_account_id=partner_account_id,
        protection_ends_at=protection_ends_at,
        source=source[:80],
        created_at=at,
    )
    opened.save(force_insert=True)
    set_lines(opened, line_ids)
    keep_in_step(opened)
    _record("opportunity.registered", opened, actor, at, line_ids)
    return opened


def _add(
    pk: int, line_ids: list[int], protection_ends_at: datetime, source: str, actor: Actor, at: datetime
) -> Opportunity:
    """Add lines and protection to an opportunity that is there already; a closed one opens again."""
    opportunity = lock(Opportunity.objects.select_related("account", "territory"), pk=pk)
    ends = max(protection_ends_at, opportunity.protection_ends_at or protection_ends_at)
    opportunity.protection_ends_at = ends
    opportunity.source = source[:80]
    opportunity.state, opportunity.closed_at, opportunity.close_reason = OpportunityState.OPEN, None, ""
    opportunity.save(update_fields=["protection_ends_at", "source", "state", "closed_at", "close_reason"])
    set_lines(opportunity, line_ids, keep=True)
    keep_in_step(opportunity)
    _record("opportunity.line_registered", opportunity, actor, at, line_ids)
    return opportunity


def _record(event: str, opportunity: Opportunity, actor: Actor, at: datetime, line_ids: list[int]) -> None:
    ends = opportunity.protection_ends_at
    ledger.record(
        event,
        opportunity,
        actor=actor,
        at=at,
        partner_id=opportunity.partner_account_id,
        facts={
            "source": opportunity.source,
            "protection_ends_at": ends.isoformat() if ends else None,
            "lines": sorted(line_ids),
            "owner_id": opportunity.owner_id,
        },
    )


@transaction.atomic
def extend_protection(pk: int, *, ends_at: datetime, actor: Actor, at: datetime) -> Opportunity:
    """Move the end of an opportunity's protection to ``ends_at``; never to an earlier one."""
    opportunity = lock(Opportunity.objects.all(), pk=pk)
    before = opportunity.protection_ends_at
    if before is not None and before >= ends_at:
        return opportunity
    opportunity.protection_ends_at = ends_at
    opportunity.save(update_fields=["protection_ends_at"])
    ledger.record(
        "opportunity.protection_extended",
        opportunity,
        actor=actor,
        at=at,
        partner_id=opportunity.partner_account_id,
        facts={
            "protection_ends_at": ends_at.isoformat(),
            "protection_ended_before": before.isoformat() if before else None,
        },
    )
    return opportunity


@transaction.atomic
def end_protection(
    pk: int, *, actor: Actor, at: datetime, reason: str = "", ends_at: datetime | None = None
) -> Opportunity:
    """Take the protection off an opportunity, or shorten it to ``ends_at`` where another line is still protected.

    The partner stays named: it is where the business came from.
    """
    opportunity = lock(Opportunity.objects.all(), pk=pk)
    if opportunity.protection_ends_at == ends_at:
        return opportunity
    before = opportunity.protection_ends_at
    opportunity.protection_ends_at = ends_at
    opportunity.save(update_fields=["protection_ends_at"])
    ledger.record(
        "opportunity.protection_ended",
        opportunity,
        actor=actor,
        at=at,
        partner_id=opportunity.partner_account_id,
        facts={
            "reason": reason[:300],
            "protection_ends_at": ends_at.isoformat() if ends_at else None,
            "protection_ended_before": before.isoformat() if before else None,
        },
    )
    return opportunity


@transaction.atomic
def set_outcome(pk: int, *, state: str, actor: Actor, at: datetime, reason: str = "") -> Opportunity:
    """Close the opportunity of a registration that was won or lost; one closed already stays as it is.

    Who won or lost it stands in the registration's own event; here the system follows.
    """
    opportunity = lock(Opportunity.objects.all(), pk=pk)
    if opportunity.state != OpportunityState.OPEN:
        return opportunity
    move(
        OPPORTUNITY,
        opportunity,
        "settle",
        to=OpportunityState(state),
        actor=actor if actor.system else system_actor("registrations"),
        at=at,
        changes={"closed_at": at, "close_reason": reason[:300], "protection_ends_at": None},
        facts={"reason": reason[:300], "source": opportunity.source},
        partner_id=opportunity.partner_account_id,
    )
    return opportunity
