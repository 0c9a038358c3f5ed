"""The claims and CRM facts of the demo while it is played: what the conflict check of one line may know.

The same facts as ``deal_registration.facts`` gathers from the database, read from memory.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from crm.accounts.models import Account
from deal_registration.conflicts import ClaimFact, DirectFact, Facts, HouseFact, MatchFact, Region, Sameness
from deal_registration.enums import ClaimState, State
from deal_registration.models import Claim, Registration, RegistrationLine
from deal_registration.telling import hidden_codes
from partners.terms import ProgrammeTerms

from .partners import PartnerOfDemo
from .pipeline import Direct
from .programme import CERTIFICATE
from .world import World


@dataclass(slots=True)
class Board:
    """Who claims what, who is grouped with whom, and what the manufacturer itself is doing."""

    world: World
    claims: dict[tuple[int, int], list[tuple[Claim, RegistrationLine]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    direct: dict[int, list[Direct]] = field(default_factory=lambda: defaultdict(list))
    groups: dict[int, list[Account]] = field(default_factory=lambda: defaultdict(list))
    accounts: dict[int, Account] = field(default_factory=dict)
    houses: dict[int, list] = field(default_factory=lambda: defaultdict(list))

    def fill(self, direct: list[Direct]) -> None:
        """Take in the groups, house listings and direct opportunities made before."""
        for partner in self.world.partners:
            self.accounts[partner.partner.pk] = partner.partner.account
        for one in self.world.organisations:
            self.accounts[one.account.pk] = one.account
            self.groups[one.account.group_root_id or one.account.pk].append(one.account)
        for listing in self.world.houses:
            self.houses[listing.account_id].append(listing)
        for one in direct:
            self.direct[one.opportunity.account_id].append(one)

    def place(self, claim: Claim, line: RegistrationLine) -> None:
        """Put a claim on the board."""
        self.claims[claim.customer_id, claim.line_id].append((claim, line))

    def move(self, claim: Claim, line: RegistrationLine, customer: Account) -> None:
        """Move a claim to another customer."""
        self.claims[claim.customer_id, claim.line_id].remove((claim, line))
        claim.customer = customer
        self.place(claim, line)

    def facts(
        self,
        registration: Registration,
        line: RegistrationLine,
        partner: PartnerOfDemo,
        terms: ProgrammeTerms,
        *,
        doubtful: dict[int, str],
        related: list[int],
        judged_at: datetime,
        now: datetime,
    ) -> Facts:
        """Return what the check of one line knows at ``now``.

        ``doubtful``: levels of similar organisations; ``related``: those of the same group by their names.
        """
        group = self._group(registration.customer)
        sameness = {registration.customer_id: Sameness.SAME}
        sameness |= dict.fromkeys([*related, *(account.pk for account in group)], Sameness.GROUP)
        sameness |= dict.fromkeys(doubtful, Sameness.DOUBTFUL)
        authorised, region = self._authorisation(registration, line, partner)
        certificate = terms.required_certificates.get(line.line.code, "")
        currency = str(registration.value_currency)
        minimum = terms.minimum_value.get(currency)
        return Facts(
            partner_id=partner.partner.pk,
            line_id=line.line_id,
            sequence_number=line.sequence_number,
            received_at=line.received_at,
            judged_at=judged_at,
            project_id=registration.project_id,
            missing_certificate=certificate if certificate == CERTIFICATE and not partner.certified else "",
            line_authorised=authorised,
            region=region,
            value=registration.value.amount,
            currency=currency,
            minimum_value=Decimal(minimum) if minimum else None,
            claims=tuple(self._claims(line, sameness, terms)),
            matches=tuple(
                MatchFact(pk, doubtful.get(pk, "L5"), same, True)
                for pk, same in sameness.items()
                if same is not Sameness.SAME
            ),
            house=tuple(self._house(registration.customer, group, line.received_at)),
            direct=tuple(self._direct(registration, line, now)),
            group_has_account=bool(group or related),
            tender_published_on=self._published_on(registration),
            received_on=line.received_at.astimezone(
                ZoneInfo(self.world.geography.calendar_of(registration.territory).time_zone)
            ).date(),
            direct_activity_days=terms.direct_activity_days,
            repeat_order_days=terms.repeat_order_days,
            cool_down_days=terms.cool_down_days,
            undisclosed=hidden_codes(terms),
        )

    def _published_on(self, registration: Registration) -> date | None:
        project = registration.project
        days = [registration.tender_published_on, project.tender_published_on if project else None]
        return min((day for day in days if day is not None), default=None)

    def _group(self, customer: Account) -> list[Account]:
        root = customer.group_root_id or customer.pk
        return [account for account in self.groups.get(root, ()) if account.pk != customer.pk]

    def _authorisation(self, registration, line, partner: PartnerOfDemo) -> tuple[bool, Region]:
        if line.line not in partner.lines:
            return False, Region.AUTHORISED
        path = registration.territory.path
        territories = self.world.geography.territories
        if any(path.startswith(territories[region].path) for region in partner.regions):
            return True, Region.AUTHORISED
        taken = any(
            product_line == line.line and path.startswith(held) and other is not partner.partner
            for other, product_line, held in self.world.exclusive
        )
        return True, Region.EXCLUSIVE_TO_ANOTHER if taken else Region.UNCLAIMED

    def _claims(self, line, sameness: dict[int, Sameness], terms: ProgrammeTerms) -> Iterator[ClaimFact]:
        since = line.received_at - timedelta(days=terms.cool_down_days)
        found = [
            (claim, theirs, same)
            for customer_id, same in sameness.items()
            for claim, theirs in self.claims.get((customer_id, line.line_id), ())
            if theirs is not line
        ]
        for claim, theirs, same in sorted(found, key=lambda row: row[0].sequence_number):
            outlived = theirs.state == State.EXPIRED
            live = claim.state in (ClaimState.PENDING, ClaimState.APPROVED) or claim.won_at is not None
            if not live and claim.ends_at <= since:
                continue
            yield ClaimFact(
                claim_id=claim.pk,
                partner_id=claim.partner_id,
                sameness=same,
                kind=str(claim.kind),
                state=str(claim.state),
                sequence_number=claim.sequence_number,
                starts_at=claim.starts_at,
                ends_at=claim.ends_at,
                project_id=claim.project_id,
                outlived=outlived,
                won_at=claim.won_at,
                registration_id=theirs.registration_id,
                received_at=theirs.received_at,
            )

    def _house(self, customer: Account, group: list[Account], at: datetime) -> Iterator[HouseFact]:
        for account in (customer, *group):
            for listing in self.houses.get(account.pk, ()):
                in_force = listing.valid_from <= at and (
                    listing.valid_until is None or listing.valid_until > at
                )
                if in_force and (account.pk == customer.pk or listing.whole_group):
                    yield HouseFact(listing.pk, account.pk, by_group=account.pk != customer.pk)

    def _direct(self, registration, line, now: datetime) -> Iterator[DirectFact]:
        for direct in self.direct.get(registration.customer_id, ()):
            opportunity = direct.opportunity
            if (
                line.line in direct.lines
                and direct.is_open_at(now)
                and opportunity.created_at < line.received_at
            ):
                before = [at for at in direct.active_at if at <= now]
                yield DirectFact(
                    opportunity.pk,
                    opportunity.created_at,
                    before[-1] if before else None,
                    opportunity.owner_id,
                )
