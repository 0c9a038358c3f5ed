"""Open opportunities go along with their account when it is transferred."""

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import ledger
from core.access.actor import Actor
from core.workflow import lock_all
from crm.accounts.transferring import ChangedSince, Companion, Handover, Moved, register
from crm.territories.models import Territory
from crm.territories.scopes import within_scopes

from .enums import OpportunityState
from .models import Opportunity, OpportunityShare

SAME_OWNER = Q(owner_id=F("account__owner_id")) | Q(owner__isnull=True, account__owner__isnull=True)


def workable_by(actor: Actor) -> QuerySet[Opportunity]:
    """Return the opportunities ``actor`` may work on, as a queryset; the same as the rule says of one."""
    if actor.sees_everything:
        return Opportunity.objects.all()
    if actor.is_dealer or not actor.may("opportunities.work"):
        return Opportunity.objects.none()
    inside = Opportunity.objects.filter(
        within_scopes(actor, "opportunities.work", territory="territory__path", line="lines__line_id")
    )
    shared = OpportunityShare.objects.filter(
        user_id=actor.user_id, can_write=True, ends_on__gte=timezone.localdate()
    )
    return Opportunity.objects.filter(
        Q(pk__in=inside.order_by().values("pk"))
        | Q(owner_id=actor.user_id)
        | Q(pk__in=shared.values("opportunity_id"))
    )


def _count(accounts: QuerySet, actor: Actor) -> int:
    return workable_by(actor).open().filter(SAME_OWNER, account__in=accounts.order_by().values("pk")).count()


def _move(handover: Handover) -> Moved:
    """Give the open opportunities of the old owner to the new one; direct ones follow to the new territory.

    One that came by a partner keeps its territory: that of its registration.
    """
    mine = (
        workable_by(handover.actor)
        .open()
        .filter(account_id=handover.account_id, owner_id=handover.old_owner_id)
    )
    moved = []
    for opportunity in lock_all(Opportunity.objects.filter(pk__in=mine.order_by().values("pk"))):
        before = {"owner": opportunity.owner_id, "territory": opportunity.territory_id}
        opportunity.owner_id = handover.new_owner_id
        follows = opportunity.partner_account_id is None and handover.new_territory_id is not None
        if follows and opportunity.territory_id == handover.old_territory_id:
            opportunity.territory_id = handover.new_territory_id
        after = {"owner": opportunity.owner_id, "territory": opportunity.territory_id}
        if after != before:
            _save(opportunity, before, after, handover)
            moved.append({"id": opportunity.pk, "before": before, "after": after})
    return moved


def _put_back(handover: Handover, moved: Moved) -> None:
    """Put opportunities back; raises ``ChangedSince`` if one has another owner, territory or state by now."""
    wanted = {row["id"]: row for row in moved}
    rows = lock_all(Opportunity.objects.filter(pk__in=wanted))
    for opportunity in rows:
        row = wanted.pop(opportunity.pk)
        now = {"owner": opportunity.owner_id, "territory": opportunity.territory_id}
        if now != row["after"] or opportunity.state != OpportunityState.OPEN:
            raise ChangedSince
        opportunity.owner_id, opportunity.territory_id = row["before"]["owner"], row["before"]["territory"]
        _save(opportunity, row["after"], row["before"], handover)
    if wanted:
        raise ChangedSince


def _save(opportunity: Opportunity, before: dict, after: dict, handover: Handover) -> None:
    """Save owner and territory, and write the event; the partner concerned is not told of either."""
    opportunity.save(update_fields=["owner", "territory"])
    changed = sorted(name for name in after if after[name] != before[name])
    codes = dict(
        Territory.objects.filter(pk__in=[before["territory"], after["territory"]]).values_list("pk", "code")
    )
    ledger.record(
        "opportunity.changed",
        opportunity,
        actor=handover.actor,
        at=handover.at,
        partner_id=opportunity.partner_account_id,
        facts={
            "changed": changed,
            "values": {
                "owner": [before["owner"], after["owner"]],
                "territory": [codes.get(before["territory"]), codes.get(after["territory"])],
            },
            "transfer": handover.transfer,
        },
    )


register(
    Companion(
        "opportunities",
        _("Open opportunities of the present owner"),
        _count,
        _move,
        _put_back,
        text=_("Direct ones follow to the new territory; one that came by a partner keeps its own."),
        order=10,
    )
)
