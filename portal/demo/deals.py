"""Which deals are filed in the demo: by whom, for which customer, when, and what their people have in mind."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from core.people.models import User
from crm.accounts.models import Account, Lifecycle
from crm.catalog.models import ProductLine
from crm.opportunities.enums import OpportunityType

from .accounts import OFFICES, make_account, phone_number
from .names import OrganisationName
from .partners import PartnerOfDemo, may_file
from .pipeline import SITES, Direct, amount_for
from .world import Organisation, World

NEEDS = {
    "CN": "客户计划更换现有设备，已现场勘察，预计下季度招标。",
    "TW": "客戶計畫汰換現有設備，已完成現場勘查，預計下季招標。",
    "DE": "Ersatz der vorhandenen Anlage, Begehung ist erfolgt, Ausschreibung im nächsten Quartal.",
    "NL": "Vervanging van de bestaande installatie, opname is gedaan, aanbesteding volgend kwartaal.",
}


SHOWN = 10  # the first deals planned: what the printed logins are shown


@dataclass(slots=True)
class Deal:
    """One registration as its dealer has it in mind.

    ``customer`` is whom it means; ``similar_to`` a known customer that the name typed only resembles. ``wish`` is
    what the reviewer makes of it where the check leaves a choice, ``ending`` what becomes of it once protected.
    """

    partner: PartnerOfDemo
    user: User
    customer: Account
    typed_name: str
    city: str
    lines: list[ProductLine]
    project: str
    territory: str
    amount: Decimal
    currency: str
    at: datetime
    wish: str
    ending: str
    is_new: bool = False
    similar_to: Organisation | None = None
    is_draft: bool = False
    fresh: bool = False
    kind: str = OpportunityType.NEW
    tender: tuple[str, int] | None = None  # its number, and how many days before the filing it was published
    contacts: list[dict[str, str]] = field(default_factory=list)


def plan_deals(world: World, direct: list[Direct], count: int) -> list[Deal]:
    """Return ``count`` deals in order of time, drafts included."""
    planner = _Planner(world, direct)
    rivals = max(6, count * 14 // 100)
    drafts = max(3, count // 25)
    deals: list[Deal] = planner.showcase()
    primary = count - rivals - drafts - len(deals)
    ages = _ages(world, primary)
    deals += [planner.deal(age, fresh=age < 3) for age in ages]
    for _ in range(rivals):
        deals.append(planner.rival(world.rng.choice(deals[SHOWN:] or deals)))
    for _ in range(drafts):
        draft = planner.deal(world.rng.uniform(0.1, 9), fresh=True)
        draft.is_draft = True
        deals.append(draft)
    return sorted(deals, key=lambda deal: deal.at)


def _ages(world: World, count: int) -> list[float]:
    """Return how many days ago each deal was filed: an eighth just now, a third lately, the rest over two years."""
    rng = world.rng
    ages = []
    for number in range(count):
        share = number / count
        if share < 0.16:
            ages.append(rng.uniform(0.05, 2.6))
        elif share < 0.47:
            ages.append(rng.uniform(3, 88))
        else:
            ages.append(88 + 640 * rng.random() ** 1.25)
    return ages


class _Planner:
    """Picks partners, customers and lines that fit each other."""

    def __init__(self, world: World, direct: list[Direct]) -> None:
        self.world = world
        self.rng = world.rng
        self.direct = list(direct)
        self.covered = {
            id(one): {code for region in one.regions for code in world.geography.below(region)}
            for one in world.partners
        }
        self.free: dict[str, list[Organisation]] = {}
        for one in world.organisations:
            if not one.used and not one.is_house:
                self.free.setdefault(one.name.city.territory, []).append(one)
        self.houses = [one for one in world.organisations if one.is_house]

    def deal(self, age: float, *, fresh: bool = False, partner: PartnerOfDemo | None = None) -> Deal:
        """Return a deal filed about ``age`` days ago."""
        rng, world = self.rng, self.world
        at = world.office_hour(world.ago(age)) if age > 1.2 else world.ago(age)
        partner = partner or rng.choices(world.partners, [one.weight for one in world.partners])[0]
        chance = rng.random()
        if chance < 0.05 and (found := self._with_direct(partner)):
            organisation, line = found
            deal = self._for(partner, organisation, at, fresh, [line])
        elif chance < 0.08 and (houses := [one for one in self.houses if self._covers(partner, one)]):
            deal = self._for(partner, rng.choice(houses), at, fresh)
        elif chance < 0.26:
            deal = self._for_new(partner, at, fresh)
        elif chance < 0.33 and (similar := self._take(partner)):
            deal = self._for_new(partner, at, fresh, similar)
        else:
            organisation = self._take(partner)
            deal = (
                self._for(partner, organisation, at, fresh)
                if organisation
                else self._for_new(partner, at, fresh)
            )
        if rng.random() < 0.04 and not partner.key:
            self._step_outside(deal)
        return deal

    def rival(self, base: Deal, **changes) -> Deal:
        """Return another partner's deal, or the same partner's later one, on the scope of ``base``."""
        rng, world = self.rng, self.world
        others = [
            one
            for one in world.partners
            if one is not base.partner
            and base.territory in self.covered[id(one)]
            and any(line in one.lines for line in base.lines)
        ]
        partner = changes.get("partner") or (
            rng.choice(others) if others and rng.random() < 0.9 else base.partner
        )
        days = rng.choice((rng.uniform(0.05, 0.8), rng.uniform(3, 60), rng.uniform(130, 340)))
        if partner is base.partner and rng.random() < 0.8:
            days = rng.uniform(150, 340)  # once its own protection is over
        at = changes.get("at") or base.at + timedelta(days=days)
        if at >= world.now:
            at = base.at + (world.now - base.at) * rng.uniform(0.2, 0.8)
        shared = [
            line for line in base.lines if line in partner.lines and may_file(partner, line)
        ] or base.lines[:1]
        return replace(
            base,
            partner=partner,
            user=rng.choice(partner.users),
            lines=shared[:2],
            project=base.project if rng.random() < 0.7 else "",
            amount=(base.amount * Decimal(str(round(rng.uniform(0.8, 1.2), 2))) / 1000).quantize(Decimal(1))
            * 1000,
            at=at,
            wish=self._wish(),
            ending=self._ending(),
            fresh=(world.now - at).days < 3,
        )

    def showcase(self) -> list[Deal]:
        """Return deals that show conflicts and doubts among the partners one can sign in as."""
        world, cast = self.world, self.world.cast
        waiting = self.deal(0.4, fresh=True, partner=cast["henglan"])
        waiting.wish, waiting.lines = (
            "undecided",
            [world.catalogue.lines["P-CENT"], world.catalogue.lines["V-CTRL"]],
        )
        held = self.rival(waiting, partner=cast["hulan"], at=waiting.at + timedelta(hours=3))
        held.user, held.wish = world.users["dealer_sales"], "undecided"
        taken = self.deal(24, partner=cast["hulan"])
        taken.user, taken.wish, taken.ending = world.users["dealer_sales"], "approve", "open"
        taken.lines = [world.catalogue.lines["P-SUBM"]]
        late = self.rival(taken, partner=cast["henglan"], at=taken.at + timedelta(days=9))
        late.project = taken.project
        ending_soon = self.deal(114, partner=cast["hulan"])
        ending_soon.user, ending_soon.wish, ending_soon.ending = (
            world.users["dealer_sales"],
            "approve",
            "open",
        )
        asked = self.deal(2.2, fresh=True, partner=cast["hulan"])
        asked.user, asked.wish = world.users["dealer_sales"], "ask"
        asked.lines, asked.amount = [world.catalogue.lines["D-FREQ"]], Decimal(960_000)
        return [waiting, held, taken, late, ending_soon, asked, *self._doubts(), self._tender()]

    def _tender(self) -> Deal:
        """Return a deal about a tender that everybody could read before it was registered."""
        deal = self.deal(0.6, fresh=True, partner=self.world.cast["hulan"])
        deal.user, deal.wish = self.world.users["dealer_sales"], "undecided"
        deal.kind, deal.tender = OpportunityType.TENDER, ("ZB-2026-0417", 6)
        deal.project = deal.project or SITES["CN"][0]
        return deal

    def _doubts(self) -> list[Deal]:
        """Return fresh deals in the east that a person has to look at: house account, direct business, similar name."""
        cast, world = self.world.cast, self.world
        doubts = []
        houses = [one for one in self.houses if self._covers(cast["henglan"], one)]
        if houses:
            doubts.append(self._for(cast["henglan"], houses[0], world.ago(0.7), True))
        if found := self._with_direct(cast["suyue"]):
            doubts.append(self._for(cast["suyue"], found[0], world.ago(1.1), True, [found[1]]))
        if similar := self._take(cast["hulan"]):
            doubts.append(self._for_new(cast["hulan"], world.ago(0.5), True, similar))
        for deal in doubts:
            deal.wish = "undecided"
        return doubts

    def _covers(self, partner: PartnerOfDemo, organisation: Organisation) -> bool:
        return organisation.name.city.territory in self.covered[id(partner)]

    def _take(self, partner: PartnerOfDemo) -> Organisation | None:
        """Return a customer in the partner's regions that no other deal is about, and take it out."""
        places = [place for place in sorted(self.covered[id(partner)]) if self.free.get(place)]
        if not places:
            return None
        pool = self.free[self.rng.choices(places, [len(self.free[place]) for place in places])[0]]
        return pool.pop(self.rng.randrange(len(pool)))

    def _with_direct(self, partner: PartnerOfDemo) -> tuple[Organisation, ProductLine] | None:
        """Return a customer with whom the manufacturer itself is in talks about a line of the partner's."""
        for number, direct in enumerate(self.direct):
            lines = [line for line in direct.lines if line in partner.lines and may_file(partner, line)]
            if lines and direct.opportunity.closed_at is None and self._covers(partner, direct.organisation):
                del self.direct[number]
                return direct.organisation, lines[0]
        return None

    def _for(self, partner, organisation: Organisation, at, fresh, lines=None) -> Deal:
        return self._fill(partner, organisation.account, organisation.name, at, fresh, lines)

    def _for_new(self, partner, at, fresh, similar: Organisation | None = None) -> Deal:
        """Return a deal about a customer that the manufacturer does not know, or knows by a similar name only."""
        world = self.world
        inside = self.covered[id(partner)]
        if similar is None:
            cities = [
                city
                for group in world.geography.cities.values()
                for city in group
                if city.territory in inside
            ]
            name = world.names.customer(self.rng.choice(cities))
        else:
            name = _resembling(similar.name)
        account = make_account(world, name, lifecycle=Lifecycle.PROSPECT, created_at=at, owner=None)
        if similar is not None:
            account.website = account.registry_id = ""
        deal = self._fill(partner, account, name, at, fresh, None)
        deal.is_new, deal.similar_to = True, similar
        return deal

    def _fill(self, partner, account: Account, name: OrganisationName, at, fresh, lines) -> Deal:
        rng, world = self.rng, self.world
        country = account.country
        allowed = [line for line in partner.lines if may_file(partner, line)]
        lines = lines or rng.sample(allowed, min(len(allowed), rng.choice((1, 1, 1, 2, 2, 3))))
        amount, currency = amount_for(world, lines, country)
        office, title, mailbox = rng.choice(OFFICES[country])
        website = account.website.removeprefix("www.")
        return Deal(
            partner=partner,
            user=rng.choice(partner.users),
            customer=account,
            typed_name=account.name,
            city=name.city.name,
            lines=sorted(lines, key=lambda line: line.pk),
            project=rng.choice(SITES[country]) if rng.random() < 0.6 else "",
            territory=name.city.territory,
            amount=amount,
            currency=currency,
            at=at,
            wish=rng.choices(("undecided", "ask", self._wish()), (62, 20, 18))[0] if fresh else self._wish(),
            ending=self._ending(),
            fresh=fresh,
            kind=rng.choice(OpportunityType.values),
            contacts=[
                {
                    "name": office,
                    "job_title": title,
                    "email": f"{mailbox}@{website}" if website else "",
                    "phone": phone_number(world, name.city),
                }
            ],
        )

    def _wish(self) -> str:
        return self.rng.choices(("approve", "part", "ask", "reject"), (74, 8, 9, 9))[0]

    def _ending(self) -> str:
        return self.rng.choices(("won", "lost", "open", "withdrawn"), (40, 22, 31, 7))[0]

    def _step_outside(self, deal: Deal) -> None:
        """Let the deal ask for a line, or lie in a region, that the partner is not authorised for."""
        strangers = [line for line in self.world.catalogue.lines.values() if line not in deal.partner.lines]
        if strangers and self.rng.random() < 0.5:
            deal.lines = [self.rng.choice(strangers)]
        else:
            outside = sorted(
                {city.territory for city in self.world.geography.cities[deal.customer.country]}
                - self.covered[id(deal.partner)]
            )
            deal.territory = self.rng.choice(outside) if outside else deal.territory


def _resembling(name: OrganisationName) -> OrganisationName:
    """Return a name like ``name`` but not the same: a word more, as another company's or a careless dealer's."""
    words = {
        "CN": ("科技", "工程"),
        "TW": ("科技", "工程"),
        "DE": (" Service", " Technik"),
        "NL": (" Service", " Techniek"),
    }
    word = next(word for word in words[name.city.country] if not name.core.endswith(word))
    core = name.core + word
    return replace(name, name=name.name.replace(name.core, core), core=core, slug=f"{name.slug}-tech")
