"""Builds the actor: staff from their scopes, dealers from their membership of a partner organisation."""

from core.access.actor import ORGANISATION_KEY, Actor, StaffScope
from core.access.defaults import ADMIN_PERMISSIONS
from crm.territories.models import StaffScope as StaffScopeRow

from .enums import PartnerState
from .models import Membership, Partner

SESSION_KEY = ORGANISATION_KEY


def build_actor(user, session=None) -> Actor:
    """Return the actor of an active, signed-in ``user``: at most three queries, whatever they hold.

    Staff hold each role within its scope; a role without a territory counts everywhere. Dealers act for one
    partner they belong to, chosen by ``session["partner"]`` where there are several. Somebody without any of
    that is an actor who may do nothing.
    """
    facts = {
        "user_id": user.pk,
        "name": user.get_full_name(),
        "language": user.language,
        "time_zone": user.time_zone,
        "is_staff": user.is_staff,
    }
    if user.is_staff:
        return _staff_actor(user, facts)
    return _dealer_actor(user, session, facts)


def _staff_actor(user, facts: dict) -> Actor:
    """Return the actor of a member of staff, from the scopes of their roles."""
    rows = (
        StaffScopeRow.objects.filter(user_id=user.pk)
        .select_related("role", "territory")
        .prefetch_related("lines")
        .order_by("pk")
    )
    scopes = tuple(
        StaffScope(
            role=row.role.code,
            permissions=frozenset(row.role.permissions),
            territory_path=row.territory.path if row.territory_id else "",
            line_ids=frozenset(line.pk for line in row.lines.all()) or None,
        )
        for row in rows
    )
    roles = frozenset(scope.role for scope in scopes)
    if user.is_superuser:  # made on the command line: enough to give roles to people, oneself included
        scopes = (*scopes, StaffScope(role="superuser", permissions=ADMIN_PERMISSIONS))
    return Actor(
        **facts,
        roles=roles,
        permissions=frozenset().union(*(scope.permissions for scope in scopes)),
        scopes=scopes,
    )


def _dealer_actor(user, session, facts: dict) -> Actor:
    """Return the actor of a partner's person; of a suspended partner one who may only look."""
    memberships = list(memberships_of(user))
    if not memberships:
        return Actor(**facts)
    chosen = str((session or {}).get(SESSION_KEY, ""))
    membership = next((row for row in memberships if str(row.partner_id) == chosen), memberships[0])
    partner, role = membership.partner, membership.role
    permissions = frozenset(role.permissions)
    if partner.state == PartnerState.SUSPENDED:
        permissions = frozenset(permission for permission in permissions if permission.endswith(".view"))
    return Actor(
        **facts,
        roles=frozenset({role.code}),
        permissions=permissions,
        organisation_id=partner.pk,
        organisation_ids=organisations_seen_by(partner),
    )


def memberships_of(user):
    """Return the memberships ``user`` may act under, oldest first: active ones of partners not terminated."""
    return (
        Membership.objects.filter(user_id=user.pk, is_active=True, role__side="partner")
        .exclude(partner__state=PartnerState.TERMINATED)
        .select_related("partner", "role")
        .order_by("pk")
    )


def organisations_seen_by(partner: Partner) -> frozenset[int]:
    """Return the ids of ``partner`` and of those below it that share with the one above, link by link.

    Whoever keeps its business to itself hides those below it as well.
    """
    seen = {partner.pk}
    if partner.path:  # an unplaced partner has nobody below it; an empty prefix would match everybody
        below = (
            Partner.objects.filter(path__startswith=partner.path)
            .exclude(pk=partner.pk)
            .order_by("path")
            .values_list("pk", "parent_id", "shares_with_parent", "path")
        )
        # Shorter paths first: a parent is judged before its children.
        for pk, parent_id, shares, _path in sorted(below, key=lambda row: len(row[3])):
            if shares and parent_id in seen:
                seen.add(pk)
    return frozenset(seen)
