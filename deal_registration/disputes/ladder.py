"""Who decides a dispute: the rungs of the ladder, who stands on them, and who is barred from deciding.

Barred are the people of the parties, the owners of what the check hit and of the customer, whoever made the disputed
decision or the ruling appealed against, and everybody who holds a role the programme bars (the head of sales).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.calendars.business_time import add_business_days
from core.people.models import User
from crm.accounts.models import Account
from crm.territories.models import StaffScope
from crm.territories.selectors import calendar_for
from partners.models import Membership
from partners.selectors import terms_at
from partners.terms import ProgrammeTerms

from .models import ContestedLine, Decider, Dispute

DECIDE = "registrations.decide"


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: the role that decides there, or named people by territory; and their time in business days."""

    number: int
    business_days: int
    role: str = ""
    users: dict[str, list[str]] = field(default_factory=dict)


def terms_of(dispute: Dispute) -> ProgrammeTerms:
    """Return the terms in force when the dispute was opened; they hold for all of it."""
    return terms_at(dispute.partner, dispute.opened_at)


def rungs_of(terms: ProgrammeTerms) -> list[Rung]:
    """Return the rungs, lowest first."""
    return [
        Rung(number, int(rung["business_days"]), rung.get("role", ""), dict(rung.get("users") or {}))
        for number, rung in enumerate(terms.dispute_rungs)
    ]


def contested_rows(dispute: Dispute) -> list[ContestedLine]:
    """Return the contested lines with everything that deciding rests on."""
    return list(
        ContestedLine.objects.filter(party__dispute=dispute)
        .select_related(
            "party__partner__account",
            "party__registration",
            "registration_line__line",
            "registration_line__registration__customer",
            "registration_line__registration__opportunity",
        )
        .order_by("registration_line__line__order", "pk")
    )


def barred_from(dispute: Dispute, terms: ProgrammeTerms, rows: Iterable[ContestedLine]) -> frozenset[int]:
    """Return the users who may not decide this dispute, whatever their role."""
    barred: set[int | None] = set(
        Membership.objects.filter(partner__in=dispute.parties.values("partner_id")).values_list(
            "user_id", flat=True
        )
    )
    organisations: set[int] = set()
    for row in rows:
        line = row.registration_line
        barred |= {hit_owner for hit in _hits(line) for hit_owner in hit.get("owners", ())}
        organisations |= {pk for hit in _hits(line) for pk in hit.get("organisations", ())}
        registration = line.registration
        if registration.customer is not None:
            barred.add(registration.customer.owner_id)
        if registration.opportunity is not None:
            barred.add(registration.opportunity.owner_id)
        if row.is_subject:
            barred.add(line.decided_by_id)
    barred |= set(Account.objects.filter(pk__in=organisations).values_list("owner_id", flat=True))
    barred |= set(
        StaffScope.objects.filter(role__code__in=terms.dispute_barred_roles).values_list("user_id", flat=True)
    )
    barred |= set(dispute.rulings.values_list("decided_by_id", flat=True))
    return frozenset(user for user in barred if user is not None)


def _hits(line) -> list[dict[str, Any]]:
    """Return the evidence of every hit of a line's verdict."""
    return [hit["evidence"] for hit in (line.verdict or {}).get("hits", ())]


def who_decides(
    dispute: Dispute, rung: Rung, rows: Iterable[ContestedLine], barred: frozenset[int]
) -> frozenset[int]:
    """Return the users who may decide on a rung: nearest in the territory tree, for all contested product lines."""
    path = dispute.territory.path
    lines = {row.registration_line.line_id for row in rows}
    named = _named(rung, dispute) if rung.users else None
    found: list[tuple[int, int]] = []
    scopes = (
        StaffScope.objects.filter(user__is_active=True, user__is_staff=True)
        .exclude(user_id__in=barred)
        .select_related("role", "territory", "user")
        .prefetch_related("lines")
    )
    for scope in scopes:
        inside = scope.territory.path if scope.territory else ""
        covered = {line.pk for line in scope.lines.all()}
        if DECIDE not in scope.role.permissions or not path.startswith(inside):
            continue
        if covered and not lines <= covered:
            continue
        if named is None and scope.role.code == rung.role:
            found.append((len(inside), scope.user_id))
        elif named is not None and scope.user.email.lower() in named:
            found.append((0, scope.user_id))
    nearest = max((depth for depth, _user in found), default=0)
    return frozenset(user for depth, user in found if depth == nearest)


def _named(rung: Rung, dispute: Dispute) -> frozenset[str]:
    """Return the addresses named for the dispute's territory, or the nearest above it; "" is everywhere."""
    from crm.territories.models import Territory

    above = list(
        Territory.objects.covering(dispute.territory.path).order_by("-path").values_list("code", flat=True)
    )
    for code in (*above, ""):
        if rung.users.get(code):
            return frozenset(address.lower() for address in rung.users[code])
    return frozenset()


def climb(dispute: Dispute, *, begin: int, at: datetime) -> Rung | None:
    """Name the deciders of the first rung from ``begin`` on that has any, and start their time; return the rung.

    Where nobody is left the dispute has no rung, and None is returned. The dispute is locked by the caller.
    """
    terms = terms_of(dispute)
    rows = contested_rows(dispute)
    barred = barred_from(dispute, terms, rows)
    for rung in rungs_of(terms)[begin:]:
        users = who_decides(dispute, rung, rows, barred)
        if not users:
            continue
        Decider.objects.bulk_create(
            [Decider(dispute=dispute, user_id=pk, rung=rung.number, named_at=at) for pk in sorted(users)],
            ignore_conflicts=True,
        )
        dispute.rung = rung.number
        dispute.rung_due_at = add_business_days(at, rung.business_days, calendar_for(dispute.territory))
        break
    else:
        rung = None
        dispute.rung = dispute.rung_due_at = None
    dispute.phase_began_at, dispute.reminded, dispute.is_overdue = at, False, False
    dispute.save(
        update_fields=["rung", "rung_due_at", "phase_began_at", "reminded", "is_overdue", "updated_at"]
    )
    return rung


def somebody_decides(dispute: Dispute, *, begin: int) -> bool:
    """Tell whether anybody may decide from rung ``begin`` on."""
    terms, rows = terms_of(dispute), contested_rows(dispute)
    barred = barred_from(dispute, terms, rows)
    return any(who_decides(dispute, rung, rows, barred) for rung in rungs_of(terms)[begin:])


def has_higher_rung(dispute: Dispute) -> bool:
    """Tell whether anybody above the present rung could decide an appeal."""
    return somebody_decides(dispute, begin=(dispute.rung or 0) + 1)


def may_rule(dispute: Dispute, user_id: int | None) -> bool:
    """Tell whether somebody is to decide this dispute now: named on the present rung, and not barred since."""
    if user_id is None or dispute.rung is None:
        return False
    named = Decider.objects.filter(dispute=dispute, rung=dispute.rung, user_id=user_id).exists()
    return named and user_id not in barred_from(dispute, terms_of(dispute), contested_rows(dispute))


def deciders_now(dispute: Dispute) -> list[User]:
    """Return who is named on the present rung."""
    if dispute.rung is None:
        return []
    named = Decider.objects.filter(dispute=dispute, rung=dispute.rung).values("user_id")
    return list(User.objects.filter(pk__in=named).order_by("full_name", "pk"))
