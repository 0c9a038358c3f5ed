"""What a reviewer sees beside one registration: likely customers, projects, claims on the scope, other filings.

The comparison reads across partners as the system; a name is a link only where the reader sees the row anyway.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q

from core.access.actor import Actor
from crm.accounts.models import Account
from crm.identity import Match, find_matches
from crm.projects.models import Project
from crm.territories.scopes import covers
from partners.models import Partner

from .contested import contested_among
from .enums import WAITING_FOR_DECISION, ClaimState
from .facts import candidate_of
from .models import Claim, MatchDecision, Registration, RegistrationLine


@dataclass(frozen=True, slots=True)
class CustomerMatch:
    """An organisation that may be the customer, beside what the dealer typed.

    ``decision``: "same", "another" or "". ``is_current``: what the registration stands for now. ``is_visible``:
    whether the reader may open the account. ``claims``: live claims of others on it, on any line.
    """

    account: Account
    match: Match
    decision: str
    is_current: bool
    is_visible: bool
    claims: int

    @property
    def is_doubtful(self) -> bool:
        """Whether a person should say something of it."""
        return not self.decision and not self.is_current and self.match.level != "L5"


@dataclass(frozen=True, slots=True)
class ProjectMatch:
    """Another project of the same customer on one of the lines."""

    project: Project
    decision: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ScopeClaim:
    """One claim on the customer (or one that may be it) and one of the lines."""

    claim: Claim
    partner_name: str
    partner_ref: str
    is_partner_visible: bool
    registration_ref: str
    is_own: bool
    is_doubtful: bool
    overlaps: bool
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """Everything the review page shows beside the registration itself."""

    customers: list[CustomerMatch] = field(default_factory=list)
    projects: list[ProjectMatch] = field(default_factory=list)
    claims: list[ScopeClaim] = field(default_factory=list)
    others: list[Registration] = field(default_factory=list)
    notes: list = field(default_factory=list)
    decidable: frozenset[int] = frozenset()


def decidable_line_ids(
    registration: Registration, lines: list[RegistrationLine], actor: Actor
) -> frozenset[int]:
    """Return the product lines (ids) of the registration that wait and that ``actor`` decides on.

    What is contested is decided by a ruling, not here.
    """
    waiting = [line for line in lines if line.state in WAITING_FOR_DECISION]
    stopped = contested_among(line.pk for line in waiting)
    return frozenset(
        line.line_id
        for line in waiting
        if line.pk not in stopped
        and covers(
            actor, "registrations.decide", territory_path=registration.territory.path, line_id=line.line_id
        )
    )


def lines_in_scope(registration: Registration, actor: Actor) -> list[RegistrationLine]:
    """Return the lines of the registration, in whatever state, on which ``actor`` decides."""
    return [
        line
        for line in registration.lines.all()
        if covers(
            actor, "registrations.decide", territory_path=registration.territory.path, line_id=line.line_id
        )
    ]


def review_facts(registration: Registration, actor: Actor) -> ReviewFacts:
    """Gather the review page of a registration that ``actor`` sees; a constant number of queries."""
    lines = list(registration.lines.all())
    decisions = list(MatchDecision.objects.filter(registration=registration))
    customers = _customers(registration, decisions, actor)
    return ReviewFacts(
        customers=customers,
        projects=_projects(registration, lines, decisions),
        claims=_claims(registration, lines, customers, actor),
        others=_others(registration, actor),
        notes=list(registration.internal_notes.select_related("written_by")),
        decidable=decidable_line_ids(registration, lines, actor),
    )


def _customers(registration, decisions: list[MatchDecision], actor: Actor) -> list[CustomerMatch]:
    """Return the likely customers with their evidence, the current one first, then by level and score."""
    said = {decision.customer_id: decision.verdict for decision in decisions if decision.customer_id}
    matches = {match.organisation_id: match for match in find_matches(candidate_of(registration))}
    accounts = Account.objects.filter(pk__in=matches).select_related("territory", "parent", "owner").in_bulk()
    visible = set(Account.objects.visible_to(actor).filter(pk__in=matches).values_list("pk", flat=True))
    counted = dict(
        Claim.objects.filter(customer_id__in=matches, state__in=(ClaimState.PENDING, ClaimState.APPROVED))
        .exclude(partner_id=registration.partner_id)
        .order_by()
        .values_list("customer_id")
        .annotate(count=Count("pk"))
    )
    rows = [
        CustomerMatch(
            account=accounts[pk],
            match=match,
            decision=said.get(pk, ""),
            is_current=pk == registration.customer_id,
            is_visible=pk in visible,
            claims=counted.get(pk, 0),
        )
        for pk, match in matches.items()
        # A prospect without a claim is only what somebody else once typed: nothing to compare with.
        if pk in accounts and (match.is_known or pk in counted or pk == registration.customer_id)
    ]
    return sorted(rows, key=lambda row: (not row.is_current, row.match.level, -row.match.score))


def _projects(registration, lines, decisions: list[MatchDecision]) -> list[ProjectMatch]:
    """Return the other projects of the customer on the registration's lines."""
    if registration.customer_id is None or registration.project_id is None:
        return []
    said = {decision.project_id: decision.verdict for decision in decisions if decision.project_id}
    line_ids = [line.line_id for line in lines]
    found = (
        Project.objects.filter(account_id=registration.customer_id)
        .filter(
            Q(claims__line_id__in=line_ids, claims__state__in=(ClaimState.PENDING, ClaimState.APPROVED))
            | Q(opportunities__lines__line_id__in=line_ids, opportunities__state="open")
            | Q(pk=registration.project_id)
        )
        .distinct()
        .order_by("name", "pk")
    )
    return [
        ProjectMatch(project, said.get(project.pk, ""), project.pk == registration.project_id)
        for project in found
    ]


def _claims(registration, lines, customers: list[CustomerMatch], actor: Actor) -> list[ScopeClaim]:
    """Return the claims on the lines of the customer and of those that may be it, in sequence order."""
    others = {row.account.pk: row for row in customers if row.decision != "another"}
    ids = {registration.customer_id, *others} - {None}
    found = list(
        Claim.objects.filter(customer_id__in=ids, line_id__in=[line.line_id for line in lines])
        .select_related(
            "partner__account", "line__family", "project", "customer", "registration_line__registration"
        )
        .order_by("line__order", "line_id", "sequence_number")[:200]
    )
    visible = set(
        Partner.objects.visible_to(actor)
        .filter(pk__in={claim.partner_id for claim in found})
        .values_list("pk", flat=True)
    )
    return [
        ScopeClaim(
            claim=claim,
            partner_name=claim.partner.account.name,
            partner_ref=claim.partner.ref,
            is_partner_visible=claim.partner_id in visible,
            registration_ref=claim.registration_line.registration.ref if claim.registration_line else "",
            is_own=bool(claim.registration_line)
            and claim.registration_line.registration_id == registration.pk,
            is_doubtful=claim.customer_id != registration.customer_id
            and others.get(claim.customer_id) is not None
            and others[claim.customer_id].decision != "same",
            overlaps=registration.project_id is None
            or claim.project_id is None
            or claim.project_id == registration.project_id,
            starts_at=claim.starts_at,
            ends_at=claim.ends_at,
        )
        for claim in found
    ]


def _others(registration: Registration, actor: Actor) -> list[Registration]:
    """Return other registrations of the same customer that the reader sees, newest first."""
    if registration.customer_id is None:
        return []
    return list(
        Registration.objects.visible_to(actor)
        .filter(customer_id=registration.customer_id)
        .exclude(pk=registration.pk)
        .select_related("partner__account")
        .prefetch_related("lines__line")
        .order_by("-received_at", "-pk")[:10]
    )
