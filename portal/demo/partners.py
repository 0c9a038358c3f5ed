"""Partner organisations of the demo: the cast of the printed logins, and others by chance."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.people.models import User
from crm.accounts.models import Account, Kind
from crm.catalog.models import ProductLine
from partners.enums import Exclusivity, PartnerState, PartnerType
from partners.models import Agreement, Authorisation, Certificate, Membership, Partner, PartnerTier, Tier

from .accounts import make_account, note_account
from .foundations import note_partners
from .logins import BERLIN, SHANGHAI, TAIPEI
from .names import OrganisationName
from .people import People
from .programme import CERTIFICATE, CERTIFIED_LINE, ProgrammeOfDemo
from .territories import City
from .world import World

# key, type, partner above, name, other name, city (by its English name), families, territories, tiers in time
CAST = (
    ("hulan", "distributor", "", "上海沪澜流体设备有限公司", "Hulan Fluid Equipment (Shanghai) Co., Ltd.", "Shanghai",
     ("pumps", "valves", "drives"), ("cn-east",), ("gold", "platinum"), "hulan-fluid"),
    ("suyue", "dealer", "hulan", "苏州苏跃泵阀有限公司", "Suyue Pumps & Valves (Suzhou) Co., Ltd.", "Suzhou",
     ("pumps", "valves"), ("cn-js", "cn-sh"), ("silver",), "suyue-pump"),
    ("henglan", "dealer", "", "杭州衡岚传动技术有限公司", "Henglan Drive Technology (Hangzhou) Co., Ltd.", "Hangzhou",
     ("pumps", "valves", "drives", "bearings"), ("cn-east",), ("silver", "gold"), "henglan-drive"),
    ("lingding", "integrator", "", "凌鼎自動化股份有限公司", "Lingding Automation (Taoyuan) Co., Ltd.", "Taoyuan",
     ("pumps", "drives"), ("tw",), ("gold",), "lingding-auto"),
    ("nordwerk", "dealer", "", "Nordwerk Antriebe & Pumpen GmbH", "", "Hamburg",
     ("pumps", "drives", "bearings"), ("eu-de",), ("silver", "gold"), "nordwerk-antriebe"),
)  # fmt: skip
TRADES = {
    "CN": ("流体设备", "自动化", "传动技术", "机电设备", "泵阀"),
    "TW": ("流體設備", "自動化", "傳動科技", "機電"),
    "DE": ("Antriebstechnik", "Pumpen & Armaturen", "Industrietechnik"),
    "NL": ("Aandrijftechniek", "Pompen & Afsluiters", "Industrietechniek"),
}
COMPANY = {"CN": "{city}{brand}{trade}有限公司", "TW": "{brand}{trade}股份有限公司", "DE": "{brand} {trade} GmbH",
           "NL": "{brand} {trade} B.V."}  # fmt: skip
FAMILIES = ("pumps", "valves", "drives", "bearings")
REGIONS = ("cn-east", "cn-north", "cn-south", "cn-central", "cn-southwest", "cn-northwest", "cn-northeast", "tw",
           "eu-de", "eu-nl")  # fmt: skip
HOME = {
    "CN": ("zh-hans", SHANGHAI),
    "TW": ("zh-hant", TAIPEI),
    "DE": ("en", BERLIN),
    "NL": ("en", "Europe/Amsterdam"),
}
DUTIES = {"CN": "经销商销售（{0}）", "TW": "經銷商銷售（{0}）", "DE": "Vertrieb ({0})", "NL": "Verkoop ({0})"}
HEADS = {
    "CN": "经销商负责人（{0}）",
    "TW": "經銷商負責人（{0}）",
    "DE": "Leitung ({0})",
    "NL": "Directie ({0})",
}


@dataclass(slots=True)
class PartnerOfDemo:
    """A partner with what the generator of registrations needs to know about it."""

    key: str
    name: OrganisationName
    partner: Partner
    lines: list[ProductLine]
    regions: list[str]
    since: datetime
    tiers: list[tuple[datetime, Tier]]
    users: list[User] = field(default_factory=list)
    certified: bool = False
    weight: float = 1.0

    def tier_at(self, at: datetime) -> Tier:
        """Return the tier held at an instant."""
        return [tier for begin, tier in self.tiers if begin <= at][-1]


def partner_count(accounts: int) -> int:
    """Return how many partners a demo of this many accounts has."""
    return max(14, min(260, accounts // 250))


def load_partners(world: World, people: People, programme: ProgrammeOfDemo) -> None:
    """Save partners with people, authorisations, agreements, certificates and tiers, and note their events."""
    planned = [_of_cast(world, row, programme) for row in CAST]
    planned += [
        _by_chance(world, programme, number)
        for number in range(partner_count(world.accounts + world.crowd.count) - len(CAST))
    ]
    world.cast = {one.key: one for one in planned if one.key}
    world.partners = planned
    world.save(Account, (one.partner.account for one in planned))
    for one, row in zip(planned, CAST, strict=False):
        if row[2]:
            one.partner.parent = world.cast[row[2]].partner
    for one in planned:  # a distributor comes before those below it
        above = one.partner.parent.path if one.partner.parent else ""
        one.partner.path = f"{above}{one.partner.account.pk}/"
    world.save(Partner, (one.partner for one in planned), "partners")
    memberships = _load_people(world, people)
    authorisations = _load_authorisations(world)
    note_partners(world, memberships, *_load_papers(world, programme, authorisations))
    for one in planned:
        note_account(world, one.partner.account)


def _city(world: World, english: str) -> City:
    return next(
        city for cities in world.geography.cities.values() for city in cities if city.english == english
    )


def _of_cast(world: World, row: tuple, programme: ProgrammeOfDemo) -> PartnerOfDemo:
    """Return one unsaved partner of the cast."""
    key, kind, _parent, name, other_name, city_name, families, regions, tiers, slug = row
    city = _city(world, city_name)
    brand = (
        name[2:4]
        if city.country == "CN"
        else name.split()[0][:2]
        if city.country == "TW"
        else name.split()[0]
    )
    names = OrganisationName(name, other_name, brand, name, slug, "machinery", city)
    made = _partner(world, key, names, kind, families, regions, tiers, programme, since=world.ago(900))
    made.certified = key in ("hulan", "henglan", "nordwerk")
    made.weight = {"hulan": 5.0, "henglan": 2.5, "suyue": 2.0}.get(key, 1.5)
    return made


def _by_chance(world: World, programme: ProgrammeOfDemo, number: int) -> PartnerOfDemo:
    """Return one more unsaved partner; their regions go round, so that every region has some."""
    rng = world.rng
    region = REGIONS[number % len(REGIONS)]
    inside = set(world.geography.below(region))
    city = rng.choice(
        [city for cities in world.geography.cities.values() for city in cities if city.territory in inside]
    )
    base = world.names.customer(city)
    name = COMPANY[city.country].format(
        city=city.name, brand=base.short, trade=rng.choice(TRADES[city.country])
    )
    slug = world.names.free_slug(base.slug.replace(f"-{base.industry}", "") + "-trade")
    latin = base.slug.split("-")[0].capitalize()
    other = f"{latin} Industrial Equipment ({city.english}) Co., Ltd." if base.other_name else ""
    names = OrganisationName(name, other, base.short, name, slug, "machinery", city)
    tiers = rng.choice((("silver",), ("silver",), ("silver", "gold"), ("gold",), ("gold", "platinum")))
    kind = rng.choice(("dealer", "dealer", "dealer", "integrator", "service", "distributor"))
    made = _partner(
        world, "", names, kind, rng.sample(FAMILIES, rng.randint(2, 3)), (region,), tiers, programme,
        since=world.ago(rng.randint(760, 1050)),
    )  # fmt: skip
    made.certified = rng.random() < 0.6
    return made


def _partner(world: World, key, names, kind, families, regions, tiers, programme, *, since) -> PartnerOfDemo:
    account = make_account(
        world,
        names,
        kind=Kind.PARTNER,
        website=f"www.{names.slug}.example",
        created_at=since,
        industry="Distribution",
        owner=None,
    )
    begin = since.replace(minute=0, second=0, microsecond=0)
    steps = [begin, world.ago(world.rng.randint(250, 380))]
    return PartnerOfDemo(
        key=key,
        name=names,
        partner=Partner(
            account=account,
            ref=world.reference(),
            type=PartnerType(kind),
            state=PartnerState.ACTIVE,
            programme=programme.programme,
            calendar=world.geography.calendar_of(account.territory),
            created_at=since,
        ),
        lines=world.catalogue.of_families(*families),
        regions=list(regions),
        since=since,
        tiers=[(at, programme.tiers[code]) for at, code in zip(steps, tiers, strict=False)],
    )


def _load_people(world: World, people: People) -> list[Membership]:
    """Save users and memberships: the printed logins for the cast, a head and some salespeople for the rest."""
    users, memberships = [], []
    for one in world.partners:
        domain = one.partner.account.website.removeprefix("www.")
        language, zone = HOME[one.name.city.country]
        wanted = [
            (login.email, login.name, login.language, login.time_zone, login.partner_role, login.key)
            for login in people.dealers(one.key)
        ] if one.key else [(f"manager@{domain}", HEADS[one.name.city.country].format(one.name.short), language, zone,
                            "dealer_manager", "")]  # fmt: skip
        for number in range(1, world.rng.randint(2, 3)):
            name = DUTIES[one.name.city.country].format(f"{one.name.short} {number}")
            wanted.append((f"sales{number}@{domain}", name, language, zone, "dealer_sales", ""))
        for email, name, spoken, time_zone, role, key in wanted:
            user = people.user(email, name, language=spoken, time_zone=time_zone, since=one.since)
            users.append(user)
            one.users.append(user)
            memberships.append((user, one.partner, people.roles[role], one.since))
            if key:
                world.users[key] = user
    world.save(User, users)
    return world.save(
        Membership,
        (
            Membership(user=user, partner=partner, role=role, created_at=since)
            for user, partner, role, since in memberships
        ),
    )


def _load_authorisations(world: World) -> list[Authorisation]:
    """Save who may sell which line where. A line that nobody else sells in a region may be held exclusively."""
    rows = []
    for one in world.partners:
        for region in one.regions:
            for line in one.lines:
                alone = not any(
                    other is not one and line in other.lines and _meet(world, region, other.regions)
                    for other in world.partners
                )
                exclusive = alone and world.rng.random() < 0.5
                if exclusive:
                    world.exclusive.append((one.partner, line, world.geography.territories[region].path))
                rows.append(
                    Authorisation(
                        partner=one.partner,
                        line=line,
                        territory=world.geography.territories[region],
                        exclusivity=Exclusivity.EXCLUSIVE if exclusive else Exclusivity.OPEN,
                        valid_from=one.since,
                    )
                )
    return world.save(Authorisation, rows, "authorisations")


def _meet(world: World, region: str, others: list[str]) -> bool:
    path = world.geography.territories[region].path
    return any(
        path.startswith(world.geography.territories[other].path)
        or world.geography.territories[other].path.startswith(path)
        for other in others
    )


def _load_papers(
    world: World, programme: ProgrammeOfDemo, authorisations: list[Authorisation]
) -> tuple[list, ...]:
    """Save tiers held, agreements and certificates; return them with the authorisations between."""
    tiers, agreements, certificates = [], [], []
    for one in world.partners:
        for number, (begin, tier) in enumerate(one.tiers):
            end = one.tiers[number + 1][0] if number + 1 < len(one.tiers) else None
            tiers.append(PartnerTier(partner=one.partner, tier=tier, valid_from=begin, valid_until=end))
        language = HOME[one.name.city.country][0]
        agreements.append(
            Agreement(
                partner=one.partner,
                template=programme.templates[one.partner.type, language],
                accepted_by=one.users[0],
                accepted_at=one.since,
                accepted_from="192.0.2.10",
                valid_from=one.since,
                valid_until=world.now + timedelta(days=world.rng.randint(60, 700)),
            )
        )
        if one.certified:
            certificates.append(
                Certificate(
                    partner=one.partner,
                    code=CERTIFICATE,
                    valid_from=one.since,
                    valid_until=world.now + timedelta(days=world.rng.randint(90, 500)),
                )
            )
    return (
        world.save(PartnerTier, tiers),
        authorisations,
        world.save(Agreement, agreements),
        world.save(Certificate, certificates),
    )


def may_file(one: PartnerOfDemo, line: ProductLine) -> bool:
    """Tell whether the partner has what the programme asks for this line."""
    return one.certified or line.code != CERTIFIED_LINE
