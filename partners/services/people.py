"""Who works for which partner, in which role."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor
from core.access.guards import require
from core.access.models import Role, Side
from core.ledger import record
from core.people.models import User
from core.workflow import lock

from ..exceptions import PartnerError
from ..models import Membership, Partner


def add_membership(*, user: User, partner: Partner, role: Role, actor: Actor, at: datetime) -> Membership:
    """Make ``user`` one of the partner's people in ``role`` and return the membership.

    A membership that had ended begins again. Raises ``PartnerError`` for staff, for a role of the other side, and
    for somebody who is in the team already.
    """
    _may_manage_people(actor, partner)
    if user.is_staff:
        raise PartnerError(_("Staff cannot work for a partner."), field="user")
    _check_side(role)
    with transaction.atomic():
        lock(Partner.objects.all(), pk=partner.pk)
        membership = Membership.objects.filter(user=user, partner=partner).first()
        if membership is not None and membership.is_active:
            raise PartnerError(_("This person is in the team already."), field="user")
        if membership is None:
            membership = Membership(user=user, partner=partner, created_at=at)
        membership.role, membership.is_active = role, True
        membership.save()
        _record("partner.member_added", membership, actor, at)
        user.end_sessions()
    return membership


def change_membership_role(membership_pk: int, *, role: Role, actor: Actor, at: datetime) -> Membership:
    """Give a person of a team another role; their sessions end."""
    _check_side(role)
    with transaction.atomic():
        membership = _locked(membership_pk)
        _may_manage_people(actor, membership.partner)
        if membership.role_id == role.pk:
            return membership
        membership.role = role
        membership.save(update_fields=["role"])
        _record("partner.member_role_changed", membership, actor, at)
        membership.user.end_sessions()
    return membership


def end_membership(membership_pk: int, *, actor: Actor, at: datetime) -> Membership:
    """Take a person out of a team; their sessions end at once. What has ended already stays ended."""
    with transaction.atomic():
        membership = _locked(membership_pk)
        _may_manage_people(actor, membership.partner)
        if not membership.is_active:
            return membership
        membership.is_active = False
        membership.save(update_fields=["is_active"])
        _record("partner.member_removed", membership, actor, at)
        membership.user.end_sessions()
    return membership


def _locked(membership_pk: int) -> Membership:
    """Return the membership, locked, with what its checks read."""
    return lock(
        Membership.objects.select_related("user", "role", "partner__account__territory"), pk=membership_pk
    )


def _may_manage_people(actor: Actor, partner: Partner) -> None:
    """Raise ``NotAllowed`` unless the actor manages people everywhere, or this partner."""
    if actor.may("people.manage"):
        require(actor, "people.manage")
    else:
        require(actor, "partners.manage", partner)


def _check_side(role: Role) -> None:
    """Raise ``PartnerError`` for a role only staff hold."""
    if role.side != Side.PARTNER:
        raise PartnerError(_("This role is for staff."), field="role")


def _record(event: str, membership: Membership, actor: Actor, at: datetime) -> None:
    """Write the event; the person's name can be erased."""
    record(
        event,
        membership.partner,
        actor=actor,
        at=at,
        partner_id=membership.partner_id,
        facts={"role": membership.role.code},
        personal={f"user:{membership.user_id}": {"person": membership.user.get_full_name()}},
    )
