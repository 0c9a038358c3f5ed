"""Gathering the facts of the conflict check: claims and CRM facts on the scope, read under the line's lock.

Reads across partners as the system; only the verdict leaves, worded by ``disclosure``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Q

from core.documents import files_of
from crm.accounts.models import Account, HouseListing
from crm.identity import Candidate, Match, find_matches
from crm.opportunities.models import Opportunity
from crm.projects.models import Project
from crm.territories.selectors import calendar_for
from partners.enums import PartnerState
from partners.selectors import (
    agreement_in_force,
    authorisations_at,
    certificates_at,
    covers_territory,
    who_holds,
)
from partners.terms import ProgrammeTerms

from .conflicts import ClaimFact, DirectFact, Facts, HouseFact, MatchFact, Region, Sameness
from .enums import ClaimState, MatchVerdict, State
from .holding import holding_of
from .in_force import terms_of
from .models import Claim, MatchDecision, Registration, RegistrationLine
from .telling import hidden_codes

SURE_LEVELS = frozenset({"L1", "L3"})
GROUP_LEVEL = "L5"
NOBODY = 0  # an id that no row has: of a customer or project nobody knows, of a question that is no filing


@dataclass(frozen=True, slots=True)
class Known:
    """Who the filed customer is, or may be: organisation ids by how they relate, and the engine's matches."""

    customer_id: int
    same: frozenset[int]
    doubtful: dict[int, Match]
    group: dict[int, Match]
    parted_projects: frozenset[int]

    def sameness(self, organisation_id: int) -> Sameness | None:
        """Return how an organisation relates to the customer; None: not at all."""
        if organisation_id in self.same:
            return Sameness.SAME
        if organisation_id in self.doubtful:
            return Sameness.DOUBTFUL
        return Sameness.GROUP if organisation_id in self.group else None


def candidate_of(registration: Registration) -> Candidate:
    """Return the customer as typed, for the identity engine."""
    website = registration.customer_website
    return Candidate(
        name=registration.customer_name,
        registry_id=registration.customer_registry_id,
        website="" if "@" in website else website,
        email=website if "@" in website else "",
        phone=registration.customer_phone,
        country=registration.customer_country,
        city=registration.customer_city,
        address=registration.customer_address,
    )


def customer_matches(registration: Registration) -> list[Match]:
    """Return the organisations that may be the typed customer, without those a person said are others."""
    parted = set(
        MatchDecision.objects.filter(
            registration=registration, customer__isnull=False, verdict=MatchVerdict.ANOTHER
        ).values_list("customer_id", flat=True)
    )
    return [
        match for match in find_matches(candidate_of(registration)) if match.organisation_id not in parted
    ]


def surest(matches: Iterable[Match], *, chosen: int | None = None) -> int | None:
    """Return the organisation that the engine's matches say the typed customer is for sure; None if nobody knows it.

    ``chosen``: the known customer picked while typing, which counts when it is among the matches.
    """
    found = list(matches)
    if chosen is not None and any(match.organisation_id == chosen for match in found):
        return chosen
    best = min(
        (match for match in found if match.level in SURE_LEVELS),
        key=lambda match: (match.level, not match.is_known, -match.score, match.organisation_id),
        default=None,
    )
    return best.organisation_id if best else None


def relate(registration: Registration, customer_id: int, matches: Iterable[Match]) -> Known:
    """Sort the engine's matches by how they relate to the customer decided on.

    What a person said is the same counts as the customer too. A second organisation at a sure level is a likely
    twin: doubtful until a person has said. What is merely possible is shown to whoever reviews, and holds nothing.
    """
    same = {customer_id} | set(
        MatchDecision.objects.filter(
            registration=registration, customer__isnull=False, verdict=MatchVerdict.SAME
        ).values_list("customer_id", flat=True)
    )
    doubtful, group = {}, {}
    for match in matches:
        if match.organisation_id in same:
            continue
        if match.level == GROUP_LEVEL:
            group[match.organisation_id] = match
        elif match.holds:
            doubtful[match.organisation_id] = match
    parted_projects = frozenset(
        MatchDecision.objects.filter(
            registration=registration, project__isnull=False, verdict=MatchVerdict.ANOTHER
        ).values_list("project_id", flat=True)
    )
    return Known(customer_id, frozenset(same), doubtful, group, parted_projects)


def gather(registration: Registration, line: RegistrationLine, known: Known, *, judged_at: datetime) -> Facts:
    """Return the facts of the check of one line.

    Lists, authorisations and settings are those in force when the line was received; claims must overlap at
    ``judged_at``. ``registration`` has its partner and territory loaded.
    """
    partner, at = registration.partner, line.received_at
    terms = terms_of(registration, at)
    held = holding_of(partner.pk, terms, at, without=registration.pk)
    published = _published_on(registration)
    certificate = terms.required_certificates.get(line.line.code, "")
    amount = registration.value.amount if registration.value is not None else None
    currency = registration.value.currency.code if registration.value is not None else ""
    authorised, region = _authorisation(registration, line, at)
    return Facts(
        partner_id=partner.pk,
        line_id=line.line_id,
        sequence_number=line.sequence_number,
        received_at=at,
        judged_at=judged_at,
        project_id=registration.project_id,
        partner_active=partner.state == PartnerState.ACTIVE,
        agreement_in_force=agreement_in_force(partner, at) is not None,
        missing_certificate=(
            certificate if certificate and certificate not in certificates_at(partner, at) else ""
        ),
        line_authorised=authorised,
        region=region,
        value=amount,
        currency=currency,
        minimum_value=_minimum(terms, currency),
        missing_documents=_missing_documents(registration, terms),
        claims=tuple(_claims(line, known, since=at - timedelta(days=terms.cool_down_days))),
        matches=tuple(
            MatchFact(match.organisation_id, match.level, sameness, match.is_known)
            for sameness, found in ((Sameness.DOUBTFUL, known.doubtful), (Sameness.GROUP, known.group))
            for match in found.values()
        ),
        house=tuple(_house(known, at)),
        direct=tuple(_direct(line, known, at)),
        other_projects=_other_projects(registration, line, known),
        parted_projects=known.parted_projects,
        group_has_account=any(match.is_known for match in known.group.values()),
        tender_published_on=published,
        received_on=_day_at_site(registration, at) if published else None,
        open_registrations=held.open + 1,
        idle_registrations=held.idle,
        slots=held.slots,
        direct_activity_days=terms.direct_activity_days,
        repeat_order_days=terms.repeat_order_days,
        idle_days=terms.idle_days,
        idle_percent=terms.idle_percent,
        idle_least_open=terms.idle_least_open,
        cool_down_days=terms.cool_down_days,
        undisclosed=hidden_codes(terms),
    )


def _published_on(registration: Registration) -> date | None:
    """Return the day the tender was published: the earlier of what its dealer and the project say."""
    project = registration.project if registration.project_id else None
    days = [registration.tender_published_on, project.tender_published_on if project else None]
    return min((day for day in days if day is not None), default=None)


def _day_at_site(registration: Registration, at: datetime) -> date:
    """Return the calendar day of ``at`` in the time zone of the territory's calendar."""
    return at.astimezone(ZoneInfo(calendar_for(registration.territory).time_zone)).date()


def _minimum(terms: ProgrammeTerms, currency: str) -> Decimal | None:
    """Return the programme's minimum value in ``currency``, if it sets one."""
    minimum = terms.minimum_value.get(currency)
    return Decimal(str(minimum)) if minimum else None


def _missing_documents(registration: Registration, terms: ProgrammeTerms) -> tuple[str, ...]:
    """Return the kinds of documents that the programme requires and the registration lacks."""
    if not terms.required_documents:
        return ()
    present = set(files_of(registration).values_list("kind", flat=True))
    return tuple(kind for kind in terms.required_documents if kind not in present)


def _authorisation(registration: Registration, line: RegistrationLine, at: datetime) -> tuple[bool, Region]:
    """Return whether the partner may sell the line at all, and how it stands in the territory."""
    authorisations = authorisations_at(registration.partner, line.line, at)
    if not authorisations:
        return False, Region.AUTHORISED
    path = registration.territory.path
    if any(path.startswith(authorisation.territory.path) for authorisation in authorisations):
        return True, Region.AUTHORISED
    holders = {
        held.partner_id
        for held in who_holds(registration.territory, line.line, at)
        if covers_territory(held, registration.territory)
    } - {registration.partner_id}
    return True, Region.EXCLUSIVE_TO_ANOTHER if holders else Region.UNCLAIMED


def _claims(line: RegistrationLine, known: Known, *, since: datetime) -> Iterable[ClaimFact]:
    """Yield the claims on the line whose customer is, may be, or is grouped with the one filed.

    Of those that have ended, the won ones and what ended after ``since``.
    """
    customers = [*known.same, *known.doubtful, *known.group]
    rows = (
        Claim.objects.filter(customer_id__in=customers, line_id=line.line_id)
        .exclude(registration_line=line)
        .filter(
            Q(state__in=(ClaimState.PENDING, ClaimState.APPROVED))
            | Q(won_at__isnull=False)
            | Q(state=ClaimState.ENDED, ends_at__gt=since)
        )
        .values(
            "pk",
            "partner_id",
            "customer_id",
            "project_id",
            "kind",
            "state",
            "sequence_number",
            "starts_at",
            "ends_at",
            "won_at",
            "registration_line__registration_id",
            "registration_line__received_at",
            "registration_line__state",
        )
        .order_by("sequence_number")
    )
    for row in rows:
        yield ClaimFact(
            claim_id=row["pk"],
            partner_id=row["partner_id"],
            sameness=known.sameness(row["customer_id"]),
            kind=row["kind"],
            state=row["state"],
            sequence_number=row["sequence_number"],
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            project_id=row["project_id"],
            outlived=row["registration_line__state"] == State.EXPIRED,
            won_at=row["won_at"],
            registration_id=row["registration_line__registration_id"],
            received_at=row["registration_line__received_at"],
        )


def _house(known: Known, at: datetime) -> Iterable[HouseFact]:
    """Yield the house listings in force at ``at`` for the customer, or for its whole group."""
    group_root = Account.objects.filter(pk=known.customer_id).values_list("group_root_id", flat=True).first()
    root = group_root or known.customer_id
    relatives = set(
        Account.objects.filter(Q(pk=root) | Q(group_root_id=root)).values_list("pk", flat=True)
    ) | set(known.group)
    for listing in HouseListing.objects.in_force(at).filter(
        Q(account_id__in=known.same) | Q(account_id__in=relatives, whole_group=True)
    ):
        yield HouseFact(listing.pk, listing.account_id, by_group=listing.account_id not in known.same)


def _direct(line: RegistrationLine, known: Known, at: datetime) -> Iterable[DirectFact]:
    """Yield the open direct opportunities with the customer on the line, created before ``at``."""
    rows = (
        Opportunity.objects.open()
        .direct()
        .filter(account_id__in=known.same, lines__line_id=line.line_id, created_at__lt=at)
    )
    for opportunity in rows.order_by("pk"):
        yield DirectFact(
            opportunity.pk, opportunity.created_at, opportunity.last_activity_at, opportunity.owner_id
        )


def _other_projects(registration: Registration, line: RegistrationLine, known: Known) -> tuple[int, ...]:
    """Return the named projects of the customer on the line, on direct opportunities, without ours."""
    return tuple(
        Project.objects.filter(
            account_id=known.customer_id,
            opportunities__lines__line_id=line.line_id,
            opportunities__state="open",
            opportunities__partner_account__isnull=True,
        )
        .exclude(pk=registration.project_id)
        .order_by("pk")
        .distinct()
        .values_list("pk", flat=True)
    )
