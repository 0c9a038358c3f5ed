"""Customers of the demo: groups and branches, registry ids, contacts, and house accounts."""
# ruff: noqa: E501  (names and addresses, one to a line)

from collections.abc import Callable
from datetime import timedelta

from crm.accounts.models import Account, Contact, HouseListing
from crm.activities.models import Activity

from .names import OrganisationName
from .registry_ids import registry_id
from .territories import City
from .world import Organisation, World

SHARES = (("CN", 0.68), ("TW", 0.14), ("DE", 0.11), ("NL", 0.07))
EASTERN = 0.45  # of the mainland's customers, so that the demo's channel manager has a full region

# Offices rather than people: nobody is named who does not exist.
OFFICES = {
    "CN": (("采购部", "采购经理", "purchasing"), ("设备部", "设备主管", "equipment"), ("工程部", "项目负责人", "projects"),
           ("动力车间", "车间主任", "utilities")),
    "TW": (("採購課", "採購", "purchasing"), ("設備課", "課長", "equipment"), ("工務部", "專案負責人", "projects"),
           ("廠務部", "主任", "facility")),
    "DE": (("Einkauf", "Technischer Einkauf", "einkauf"), ("Instandhaltung", "Leitung", "instandhaltung"),
           ("Projektbüro", "Projektleitung", "projekte")),
    "NL": (("Inkoop", "Technische inkoop", "inkoop"), ("Technische dienst", "Hoofd", "technische-dienst"),
           ("Projectbureau", "Projectleiding", "projecten")),
}  # fmt: skip
DONE = {
    "CN": (("call", "电话沟通进度"), ("visit", "现场拜访设备部"), ("quote", "发送报价方案"), ("meeting", "技术交流会"),
           ("email", "回复技术参数"), ("sample", "寄送样品")),
    "TW": (("call", "電話確認進度"), ("visit", "現場拜訪設備課"), ("quote", "提供報價"), ("meeting", "技術討論會議"),
           ("email", "回覆技術參數")),
    "DE": (("call", "Telefonat zum Stand"), ("visit", "Besuch bei der Instandhaltung"), ("quote", "Angebot gesendet"),
           ("meeting", "Technische Besprechung")),
    "NL": (("call", "Telefonisch overleg"), ("visit", "Bezoek technische dienst"), ("quote", "Offerte verstuurd"),
           ("meeting", "Technisch overleg")),
}  # fmt: skip
ROADS = {
    "CN": "{city}市高新区科技路{n}号;{city}市经济开发区兴业大道{n}号;{city}市工业园区创新路{n}号;{city}市临港新区港城路{n}号",
    "TW": "{city}工業區工業路{n}號;{city}科技園區園區二路{n}號;{city}中正路{n}號",
    "DE": "Industriestraße {n}, {city};Am Hafen {n}, {city};Gewerbepark {n}, {city}",
    "NL": "Industrieweg {n}, {city};Havenstraat {n}, {city};Bedrijvenpark {n}, {city}",
}
CALLING_CODES = {"CN": "86", "TW": "886", "DE": "49", "NL": "31"}


def load_accounts(world: World) -> None:
    """Save the customers with groups, contacts and house listings, and note their events."""
    organisations = _plan(world)
    roots = [one for one in organisations if one.account.parent is None]
    world.save(Account, (one.account for one in roots), "accounts")
    members = [one for one in organisations if one.account.parent is not None]
    for one in members:  # the parents have their keys now
        one.account.parent, one.account.group_root = one.account.parent, one.account.group_root
    world.save(Account, (one.account for one in members if one.account.parent.pk), "members of groups")
    world.organisations = organisations
    for one in organisations:
        note_account(world, one.account)
    _load_contacts(world)
    _load_calls(world)
    _load_house_listings(world)


def note_account(world: World, account: Account) -> None:
    """Note that an account came to be."""
    world.history.note(
        "account.created",
        account,
        account.created_at,
        lambda: {"name": account.name, "territory": account.territory.code},
        **_by(account),
    )


def _by(account: Account) -> dict:
    """Return who keeps an account: its owner, else the import it came by."""
    return {"actor": account.owner} if account.owner else {"system": "import"}


def contact_facts(contact: Contact) -> Callable[[], dict]:
    """Return the facts about a person, of that person."""
    return lambda: {
        f"contact:{contact.pk}": {
            field: getattr(contact, field) for field in ("name", "job_title", "email", "phone")
        }
    }


def make_account(world: World, name: OrganisationName, **fields) -> Account:
    """Return an unsaved account with address, phone, website and registry id that fit its name."""
    rng, city = world.rng, name.city
    territory = world.geography.territories[city.territory]
    road = rng.choice(ROADS[city.country].split(";")).format(city=city.name, n=rng.randint(2, 988))
    return Account(
        **{
            "ref": world.reference(),
            "name": name.name,
            "other_name": name.other_name,
            "registry_id": registry_id(rng, city.country, city.admin_code) if rng.random() < 0.75 else "",
            "website": f"www.{name.slug}.example" if rng.random() < 0.7 else "",
            "phone": phone_number(world, city) if rng.random() < 0.6 else "",
            "country": city.country,
            "city": city.name,
            "address": road,
            "industry": name.industry.capitalize(),
            "territory": territory,
            "created_at": world.office_hour(world.ago(740 + rng.random() * 900)),
        }
        | fields
    )


def phone_number(world: World, city: City) -> str:
    """Return a phone number with the city's area code; 555 marks it as invented."""
    area = city.area_code.lstrip("0")
    return f"+{CALLING_CODES[city.country]} {area} 555{world.rng.randint(0, 99999):05d}"


def pick_city(world: World) -> City:
    """Return a city, mostly in mainland China, and there mostly in the east."""
    country = world.rng.choices([code for code, _ in SHARES], [share for _, share in SHARES])[0]
    cities = world.geography.cities[country]
    if country == "CN" and world.rng.random() < EASTERN:
        eastern = set(world.geography.below("cn-east"))
        cities = [city for city in cities if city.territory in eastern]
    return world.rng.choice(cities)


def _plan(world: World) -> list[Organisation]:
    """Return the unsaved customers, roots before their members."""
    rng = world.rng
    planned: list[Organisation] = []
    number = 100_000
    while len(planned) < world.accounts:
        name = world.names.customer(pick_city(world))
        root = Organisation(make_account(world, name, owner=_owner(world, name.city)), name)
        family = [root]
        if rng.random() < 0.06:
            for _ in range(rng.randint(1, 5)):
                branch = rng.random() < 0.5
                city = rng.choice(world.geography.cities[name.city.country])
                member_name = world.names.member(name, city, branch)
                if any(member_name.name == known.name.name for known in family):
                    continue
                account = make_account(
                    world,
                    member_name,
                    parent=root.account,
                    group_root=root.account,
                    owner=_owner(world, city),
                )
                if branch:
                    account.website = root.account.website
                family.append(Organisation(account, member_name))
        for one in family[: world.accounts - len(planned)]:
            number += rng.randint(1, 9)
            one.account.number = f"C{number}" if rng.random() < 0.8 else None
            if one.account.owner and rng.random() < 0.4:
                one.account.last_activity_at = world.office_hour(world.ago(1 + 400 * rng.random() ** 2))
            planned.append(one)
    return planned


def _owner(world: World, city: City):
    """Return the sales rep who keeps an account in this city; some have nobody yet."""
    return world.reps[world.region_of(city.territory)] if world.rng.random() < 0.7 else None


def _load_calls(world: World) -> None:
    """Save what the owners of accounts did there lately, besides their opportunities."""
    rows = []
    for one in world.organisations:
        at = one.account.last_activity_at
        if at is not None:
            kind, subject = world.rng.choice(DONE[one.account.country])
            rows.append(
                Activity(
                    ref=world.reference(),
                    kind=kind,
                    account=one.account,
                    subject=subject,
                    done_at=at,
                    done_by=one.account.owner,
                    created_at=at,
                )
            )
    world.save(Activity, rows)
    for row in rows:
        note_activity(world, row)


def note_activity(world: World, row: Activity) -> None:
    """Note that something was done, or planned."""
    facts = {"kind": row.kind, "subject": row.subject}
    if row.done_at is None:
        facts["due_at"] = row.due_at.isoformat()
    name = "activity.logged" if row.done_at else "activity.planned"
    world.history.note(name, row, row.created_at, facts, actor=row.done_by)


def _load_contacts(world: World) -> None:
    """Save one to three contacts of most customers."""
    rng = world.rng
    contacts: list[Contact] = []
    for one in world.organisations:
        offices = OFFICES[one.account.country]
        for office, title, mailbox in rng.sample(offices, rng.choice((0, 1, 1, 2, 3))):
            contacts.append(
                Contact(
                    ref=world.reference(),
                    account=one.account,
                    name=office,
                    job_title=title,
                    email=f"{mailbox}@{one.account.website.removeprefix('www.')}"
                    if one.account.website
                    else "",
                    phone=phone_number(world, one.name.city) if rng.random() < 0.5 else "",
                    created_at=one.account.created_at + timedelta(days=rng.randint(0, 60)),
                )
            )
    world.save(Contact, contacts, "contacts")
    for contact in contacts:
        world.history.note(
            "contact.added",
            contact.account,
            contact.created_at,
            personal=contact_facts(contact),
            **_by(contact.account),
        )
    world.contacts = contacts


def _load_house_listings(world: World) -> None:
    """Save the customers the manufacturer serves itself: one in a hundred, some with their group, some ended."""
    rng = world.rng
    listings: list[HouseListing] = []
    large = [one for one in world.organisations if one.account.parent is None]
    for one in rng.sample(large, max(6, world.accounts // 100)):
        begin = world.office_hour(world.ago(rng.randint(200, 720)))
        ended = rng.random() < 0.15
        one.is_house = True
        listings.append(
            HouseListing(
                account=one.account,
                whole_group=rng.random() < 0.4,
                valid_from=begin,
                valid_until=begin + timedelta(days=150) if ended else None,
                reason=rng.choice(("Frame contract with the group", "Served by key account management")),
            )
        )
    world.houses = world.save(HouseListing, listings)
    for listing in listings:
        facts = {
            "listing": listing.pk,
            "whole_group": listing.whole_group,
            "valid_from": listing.valid_from.isoformat(),
            "valid_until": listing.valid_until.isoformat() if listing.valid_until else None,
            "reason": listing.reason,
        }
        administrator = world.users["administrator"]
        world.history.note(
            "house_listing.added", listing.account, listing.valid_from, facts, actor=administrator
        )
