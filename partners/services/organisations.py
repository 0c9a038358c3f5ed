"""Partner organisations: creating, placing in the tree, and their states."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor
from core.access.exceptions import NotAllowed
from core.access.guards import require
from core.calendars.models import BusinessCalendar
from core.ledger import record
from core.people.models import User
from core.workflow import lock, lock_all, move
from crm.accounts.models import Account, Kind, Lifecycle
from crm.territories.scopes import covers

from ..enums import PartnerState, PartnerType
from ..exceptions import PartnerError
from ..models import Partner, Programme, Tier
from ..workflow import PARTNER
from .rights import place_tier

_PATH_LENGTH = Partner._meta.get_field("path").max_length


def create_partner(
    *,
    account: Account,
    programme: Programme,
    type: str = PartnerType.DEALER,
    parent: Partner | None = None,
    tier: Tier | None = None,
    calendar: BusinessCalendar | None = None,
    shares_with_parent: bool = True,
    state: str = PartnerState.ACTIVE,
    actor: Actor,
    at: datetime,
) -> Partner:
    """Make the organisation ``account`` a partner and return it.

    Raises ``NotAllowed`` outside the actor's scope, ``PartnerError`` if it is a partner already, is not a known
    account, or lies too deep in the tree.
    """
    require(actor, "partners.manage")
    territory = account.territory
    if not actor.system and not covers(
        actor, "partners.manage", territory_path=territory.path if territory else ""
    ):
        raise NotAllowed
    with transaction.atomic():
        account = lock(Account.objects.all(), pk=account.pk)
        if Partner.objects.filter(pk=account.pk).exists():
            raise PartnerError(_("This organisation is a partner already."), field="account")
        if account.lifecycle != Lifecycle.ACCOUNT:
            raise PartnerError(_("Choose an organisation that is known as an account."), field="account")
        above = lock(Partner.objects.all(), pk=parent.pk) if parent else None
        account.kind = Kind.PARTNER
        account.save(update_fields=["kind"])
        partner = Partner.objects.create(
            account=account,
            type=type,
            state=state,
            parent=above,
            path=_path_below(above, account.pk),
            shares_with_parent=shares_with_parent,
            programme=programme,
            calendar=calendar,
            created_at=at,
        )
        record(
            "partner.created",
            partner,
            actor=actor,
            at=at,
            partner_id=partner.pk,
            facts={
                "name": account.name,
                "type": str(type),
                "programme": programme.code,
                "parent": above.account.name if above else None,
            },
        )
        if tier is not None:
            place_tier(partner, tier, actor=actor, at=at)
    return partner


def change_partner(
    partner_pk: int,
    *,
    actor: Actor,
    at: datetime,
    type: str,
    programme: Programme,
    calendar: BusinessCalendar | None,
    shares_with_parent: bool,
) -> Partner:
    """Change what kind of partner it is, its programme, its calendar and whether the one above sees its business."""
    with transaction.atomic():
        partner = lock(Partner.objects.select_related("account__territory", "programme"), pk=partner_pk)
        require(actor, "partners.manage", partner)
        facts = {}
        if partner.type != type:
            facts["type"] = str(type)
        if partner.programme_id != programme.pk:
            facts["programme"] = programme.code
        if partner.shares_with_parent != shares_with_parent:
            facts["shares_with_parent"] = shares_with_parent
        if not facts and partner.calendar_id == (calendar.pk if calendar else None):
            return partner
        partner.type, partner.programme, partner.calendar = type, programme, calendar
        partner.shares_with_parent = shares_with_parent
        partner.save(update_fields=["type", "programme", "calendar", "shares_with_parent"])
        record("partner.changed", partner, actor=actor, at=at, partner_id=partner.pk, facts=facts)
    return partner


def set_parent(partner_pk: int, *, parent_pk: int | None, actor: Actor, at: datetime) -> Partner:
    """Place a partner, with all below it, under another (None: at the top).

    Locks the partner, those below it, the new parent and all above that one, so that two moves at once cannot make
    a ring. Raises ``PartnerError`` for a ring or a tree too deep.
    """
    with transaction.atomic():
        partner = Partner.objects.get(pk=partner_pk)
        parent = Partner.objects.get(pk=parent_pk) if parent_pk is not None else None
        above = {int(pk) for pk in parent.path.split("/") if pk} if parent else set()
        below = set(Partner.objects.filter(path__startswith=partner.path).values_list("pk", flat=True))
        wanted = above | below | {partner_pk}
        rows = {row.pk: row for row in lock_all(Partner.objects.filter(pk__in=wanted))}
        partner, parent = rows[partner_pk], rows.get(parent_pk)
        require(
            actor, "partners.manage", Partner.objects.select_related("account__territory").get(pk=partner_pk)
        )
        if parent is not None and _is_below(parent, partner):
            raise PartnerError(_("A partner cannot lie below itself."), field="parent")
        if parent is not None and not {int(pk) for pk in parent.path.split("/") if pk} <= set(rows):
            raise PartnerError(_("The partner tree has changed meanwhile. Please try again."), field="parent")
        if partner.parent_id == parent_pk:
            return partner
        old = partner.path
        new = _path_below(parent, partner_pk)
        moved = [row for row in rows.values() if row.path.startswith(old)]
        for row in moved:
            row.path = new + row.path[len(old) :]
            if len(row.path) > _PATH_LENGTH:
                raise PartnerError(_("The partner tree would become too deep."), field="parent")
        partner.parent = parent
        Partner.objects.bulk_update(moved, ["path"])
        partner.save(update_fields=["parent"])
        record(
            "partner.moved",
            partner,
            actor=actor,
            at=at,
            partner_id=partner.pk,
            facts={"parent": parent.account.name if parent else None},
        )
    return partner


def activate(partner_pk: int, *, actor: Actor, at: datetime) -> Partner:
    """End the onboarding: the partner may work."""
    return _change_state(partner_pk, "activate", actor=actor, at=at)


def suspend(partner_pk: int, *, reason: str, actor: Actor, at: datetime) -> Partner:
    """Suspend a partner: its people may look, not act; their sessions end."""
    return _change_state(partner_pk, "suspend", reason=reason, actor=actor, at=at)


def reinstate(partner_pk: int, *, reason: str = "", actor: Actor, at: datetime) -> Partner:
    """End a suspension."""
    return _change_state(partner_pk, "reinstate", reason=reason, actor=actor, at=at)


def terminate(partner_pk: int, *, reason: str, actor: Actor, at: datetime) -> Partner:
    """End a partnership for good: its people see nothing any more; their sessions end."""
    return _change_state(partner_pk, "terminate", reason=reason, actor=actor, at=at)


def _change_state(
    partner_pk: int, name: str, *, actor: Actor, at: datetime, reason: str | None = None
) -> Partner:
    """Pass the gate and end the sessions of the partner's people."""
    reason = reason.strip() if reason is not None else None
    if name in {"suspend", "terminate"} and not reason:
        raise PartnerError(_("Say why: the partner will read it."), field="reason")
    with transaction.atomic():
        partner = lock(Partner.objects.select_related("account__territory"), pk=partner_pk)
        move(
            PARTNER,
            partner,
            name,
            actor=actor,
            at=at,
            partner_id=partner.pk,
            facts={"reason": reason} if reason else {},
        )
        for user in User.objects.filter(
            memberships__partner_id=partner.pk, memberships__is_active=True
        ).order_by("pk"):
            user.end_sessions()
    return partner


def _is_below(partner: Partner, other: Partner) -> bool:
    """Tell whether ``partner`` is ``other`` or lies below it."""
    return f"/{other.pk}/" in f"/{partner.path}"


def _path_below(parent: Partner | None, pk: int) -> str:
    """Return the path of the partner ``pk`` under ``parent``: the ids from the top down, each with a slash."""
    path = f"{parent.path if parent else ''}{pk}/"
    if len(path) > _PATH_LENGTH:
        raise PartnerError(_("The partner tree would become too deep."), field="parent")
    return path
