"""What the pages about partners show, read in a constant number of queries."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import OuterRef, Subquery
from djmoney.money import Money

from core.access.actor import Actor
from crm.catalog.models import ProductLine

from .models import (
    Agreement,
    Authorisation,
    Certificate,
    Membership,
    Partner,
    PartnerTier,
    ProgrammeVersion,
    Tier,
)
from .selectors import (
    BAR_MESSAGES,
    agreement_in_force,
    authorisations_at,
    may_file,
    tier_at,
    tree_of,
    version_at,
)
from .terms import Benefits, ProgrammeTerms


def partner_rows(actor: Actor, at: datetime):
    """Return the partners ``actor`` sees, with the tier held and the end of the agreement, for the list."""
    held = PartnerTier.objects.filter(partner=OuterRef("pk")).in_force(at).order_by("-valid_from")
    agreement = Agreement.objects.filter(partner=OuterRef("pk")).in_force(at).order_by("-valid_from")
    return (
        Partner.objects.visible_to(actor)
        .select_related("account__territory", "parent__account")
        .annotate(
            held_tier_id=Subquery(held.values("tier_id")[:1]),
            tier_rank=Subquery(held.values("tier__rank")[:1]),
            agreement_until=Subquery(agreement.values("valid_until")[:1]),
        )
    )


@dataclass(frozen=True, slots=True)
class TeamMember:
    """One of a partner's people as their manager and channel managers see them."""

    name: str
    email: str
    role: str
    last_login: datetime | None
    has_second_factor: bool
    may_sign_in: bool


def team_of(partner: Partner) -> list[TeamMember]:
    """Return the people of ``partner``, by name, in two queries."""
    rows = list(
        Membership.objects.filter(partner_id=partner.pk, is_active=True)
        .select_related("user", "role")
        .order_by("user__full_name", "user_id")
    )
    secured = set(
        Authenticator.objects.filter(user_id__in=[row.user_id for row in rows])
        .exclude(type=Authenticator.Type.RECOVERY_CODES)
        .values_list("user_id", flat=True)
    )
    return [
        TeamMember(
            name=row.user.get_full_name(),
            email=row.user.email,
            role=str(row.role),
            last_login=row.user.last_login,
            has_second_factor=row.user_id in secured,
            may_sign_in=row.user.is_active,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class PartnerPage:
    """All that the page of a partner shows."""

    partner: Partner
    version: ProgrammeVersion | None
    terms: ProgrammeTerms
    tier: Tier | None
    benefits: Benefits
    agreement: Agreement | None
    authorisations: list[tuple[ProductLine, list[Authorisation]]]
    certificates: list[Certificate]
    tree: list[tuple[Partner, int]]
    team: list[TeamMember]
    bars: list

    @property
    def days_of_protection(self) -> int:
        """How long a deal approved now is protected."""
        return self.terms.protection_days + self.benefits.extra_protection_days

    @property
    def ceilings(self) -> list[Money]:
        """Up to which values the check alone approves; none where the programme asks a person anyway."""
        if not self.terms.auto_approve:
            return []
        return [Money(value, currency) for currency, value in self.benefits.auto_approval_ceiling.items()]


def partner_page(actor: Actor, ref: str, at: datetime) -> PartnerPage:
    """Return the page of the partner with ``ref``; raises ``Http404`` if ``actor`` does not see it."""
    visible = Partner.objects.visible_to(actor)
    rows = Partner.objects.select_related(
        "account__territory", "programme", "parent__account", "calendar", "account__owner"
    )
    partner = rows.get_visible(actor, ref=ref)
    version = version_at(partner, at)
    tier = tier_at(partner, at)
    by_line: dict[ProductLine, list[Authorisation]] = {}
    for row in authorisations_at(partner, None, at).order_by("line__order", "line__code", "territory__path"):
        by_line.setdefault(row.line, []).append(row)
    tree = list(tree_of(partner, visible))
    least = min((row.path.count("/") for row in tree), default=1)
    return PartnerPage(
        partner=partner,
        version=version,
        terms=ProgrammeTerms.from_json(version.settings) if version else ProgrammeTerms(),
        tier=tier,
        benefits=Benefits.from_json(tier.benefits) if tier else Benefits(),
        agreement=agreement_in_force(partner, at),
        authorisations=list(by_line.items()),
        certificates=list(
            Certificate.objects.filter(partner_id=partner.pk).in_force(at).order_by("code", "pk")
        ),
        tree=[(row, min(row.path.count("/") - least, 3)) for row in tree],
        team=team_of(partner),
        bars=[BAR_MESSAGES[bar] for bar in may_file(partner, at)],
    )
