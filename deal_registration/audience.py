"""Who is told about a registration: the partner's people concerned, and the staff who decide.

Wide on purpose: whoever no longer sees the registration is left out when the notice is stored, shown and mailed.
"""

from collections.abc import Iterable

from django.db.models import Q

from crm.territories.models import StaffScope
from partners.models import Membership

from .enums import WAITING_FOR_DECISION
from .models import Registration, RegistrationLine

DECIDE = "registrations.decide"
MANAGE_TEAM = "team.manage"


def partner_people(registration: Registration) -> set[int]:
    """Return who filed it and who leads the partner's team; where nobody of them is left, everybody there."""
    members = [
        (row.user_id, row.role.permissions)
        for row in Membership.objects.filter(
            partner_id=registration.partner_id, is_active=True, user__is_active=True
        ).select_related("role")
    ]
    told = {
        user_id
        for user_id, permissions in members
        if user_id == registration.created_by_id or MANAGE_TEAM in permissions
    }
    return told or {user_id for user_id, _permissions in members}


def deciders(registration: Registration, line_ids: Iterable[int], *, everyone: bool = False) -> set[int]:
    """Return the staff who decide on these lines in this territory.

    Those with the nearest scope in the territory tree; with ``everyone`` (an escalation) also those further up.
    """
    if registration.territory is None:
        return set()
    wanted = set(line_ids)
    found: list[tuple[int, int]] = []
    scopes = (
        StaffScope.objects.filter(user__is_active=True)
        .select_related("role", "territory")
        .prefetch_related("lines")
    )
    for scope in scopes:
        path = scope.territory.path if scope.territory else ""
        lines = {line.pk for line in scope.lines.all()}
        if (
            DECIDE in scope.role.permissions
            and registration.territory.path.startswith(path)
            and (not lines or lines & wanted)
        ):
            found.append((len(path), scope.user_id))
    nearest = max((depth for depth, _user in found), default=0)
    return {user_id for depth, user_id in found if everyone or depth == nearest}


def waiting_lines():
    """Return the lines that wait for a decision."""
    return RegistrationLine.objects.filter(state__in=WAITING_FOR_DECISION)


def nearest_to(actor) -> Q:
    """Return the filter for registrations that ``actor`` decides first of all, as ``deciders`` names them.

    A scope of somebody else that lies deeper in the territory tree is nearer; one limited to product lines, only for
    registrations of those lines. One query, however many registrations there are.
    """
    others = [
        scope
        for scope in StaffScope.objects.filter(user__is_active=True, territory__isnull=False)
        .exclude(user_id=actor.user_id)
        .select_related("role", "territory")
        .prefetch_related("lines")
        if DECIDE in scope.role.permissions
    ]
    condition = Q(pk__in=())
    for own in actor.scopes:
        if DECIDE not in own.permissions:
            continue
        part = Q(territory__path__startswith=own.territory_path)
        if own.line_ids is not None:
            part &= Q(
                pk__in=RegistrationLine.objects.filter(line_id__in=own.line_ids).values("registration_id")
            )
        for other in others:
            path = other.territory.path
            if len(path) > len(own.territory_path) and path.startswith(own.territory_path):
                nearer = Q(territory__path__startswith=path)
                if lines := [line.pk for line in other.lines.all()]:
                    nearer &= Q(
                        pk__in=RegistrationLine.objects.filter(line_id__in=lines).values("registration_id")
                    )
                part &= ~nearer
        condition |= part
    return condition
