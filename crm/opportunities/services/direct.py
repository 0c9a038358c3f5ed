"""The manufacturer's own opportunities: creating and changing them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import ledger
from core.access.actor import Actor
from core.access.exceptions import NotAllowed
from core.access.fields import field_access
from core.access.guards import require
from core.workflow import lock
from crm.accounts.models import Account
from crm.territories.scopes import covers

from ..exceptions import OpportunityError
from ..models import Opportunity
from .terms import first_stage, keep_in_step, set_lines

EDITABLE = ("name", "project", "type", "stage", "value", "expected_close_on", "territory", "owner")


def _check(actor: Actor, opportunity: Opportunity, line_ids: Iterable[int]) -> None:
    """Refuse what lies outside the actor's scope, and a project of another customer."""
    if opportunity.project is not None and opportunity.project.account_id != opportunity.account_id:
        raise OpportunityError(_("This project belongs to another customer."))
    if actor.sees_everything:
        return
    path = opportunity.territory.path
    lines = list(line_ids) or [None]
    if not any(covers(actor, "opportunities.work", territory_path=path, line_id=line) for line in lines):
        raise NotAllowed(_("This territory or product line is not yours."))


@transaction.atomic
def create_direct(
    *, data: dict[str, Any], line_ids: Iterable[int], actor: Actor, at: datetime
) -> Opportunity:
    """Create a direct opportunity on an account the actor sees; it begins in the first stage, owned by the actor.

    ``data``: account, name, value (Money), territory, and optionally project, type, stage, expected_close_on, owner.
    Raises ``NotAllowed``, ``OpportunityError``, ``ValidationError`` by field, ``Account.DoesNotExist``.
    """
    require(actor, "opportunities.work")
    line_ids = list(line_ids)
    account = Account.objects.visible_to(actor).known().get(pk=data["account"].pk)
    opportunity = Opportunity(account=account, created_at=at, owner_id=actor.user_id)
    for field in EDITABLE:
        if data.get(field) is not None:
            setattr(opportunity, field, data[field])
    if opportunity.stage_id is None:
        opportunity.stage = first_stage()
    opportunity.clean_fields(exclude={"account", "stage", "owner", "project", "territory", "partner_account"})
    _check(actor, opportunity, line_ids)
    opportunity.save(force_insert=True)
    set_lines(opportunity, line_ids)
    keep_in_step(opportunity)
    _read_back(actor, opportunity)
    facts = {"value": str(opportunity.value), "stage": opportunity.stage.code, "lines": sorted(line_ids)}
    ledger.record("opportunity.created", opportunity, actor=actor, at=at, facts=facts)
    return opportunity


@transaction.atomic
def update_opportunity(
    pk: int, *, data: dict[str, Any], line_ids: Iterable[int] | None = None, actor: Actor, at: datetime
) -> Opportunity:
    """Change fields (and product lines) of an opportunity; no event where nothing differs.

    Protection, partner and source are not edited here: they follow the registration.
    """
    opportunity = lock(
        Opportunity.objects.select_related("account", "territory", "project", "stage", "owner"), pk=pk
    )
    require(actor, "opportunities.work", opportunity)
    access = field_access(actor, Opportunity)
    changed: dict[str, list] = {}
    for field, value in data.items():
        if field not in EDITABLE:
            raise KeyError(field)
        before = getattr(opportunity, field)
        if before != value:
            if not access.writable(field):
                raise NotAllowed(_("You may not change one of these fields."))
            changed[field] = [str(before or ""), str(value or "")]
            setattr(opportunity, field, value)
    opportunity.clean_fields(exclude={"account", "stage", "owner", "project", "territory", "partner_account"})
    lines = list(line_ids) if line_ids is not None else [line.line_id for line in opportunity.lines.all()]
    if changed or line_ids is not None:
        _check(actor, opportunity, lines)
    columns = [*changed, "value_currency"] if "value" in changed else list(changed)
    if changed:
        opportunity.save(update_fields=columns)
    if line_ids is not None and set_lines(opportunity, lines):
        changed["lines"] = ["", sorted(lines)]
    if not changed:
        return opportunity
    keep_in_step(opportunity)
    _read_back(actor, opportunity)
    ledger.record(
        "opportunity.changed",
        opportunity,
        actor=actor,
        at=at,
        partner_id=opportunity.partner_account_id,
        facts={"changed": sorted(changed), "values": changed},
    )
    return opportunity


def _read_back(actor: Actor, opportunity: Opportunity) -> None:
    """Refuse a change by which the actor would lose sight of the opportunity."""
    if not Opportunity.objects.visible_to(actor).filter(pk=opportunity.pk).exists():
        raise NotAllowed
