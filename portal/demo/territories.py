"""The demo's tree of territories, with the calendars people work by, and the cities inside each."""

from dataclasses import dataclass

from core.calendars.models import BusinessCalendar
from crm.territories.models import Territory

from .places import COUNTRIES, EUROPE, MAINLAND, REGIONS, TAIWAN

# the territory that works by the default calendar of a country
CALENDARS = {"cn": "CN", "tw": "TW", "eu-de": "DE", "eu-nl": "NL"}


@dataclass(frozen=True, slots=True)
class City:
    """A place where customers are. ``admin_code``: four digits in mainland China, else ""."""

    name: str
    english: str
    country: str
    territory: str
    area_code: str
    admin_code: str = ""


@dataclass(frozen=True, slots=True)
class Geography:
    """The saved territories by code and the cities by country."""

    territories: dict[str, Territory]
    cities: dict[str, list[City]]

    def below(self, code: str) -> list[str]:
        """Return the codes of the territory ``code`` and of all below it."""
        path = self.territories[code].path
        return [key for key, territory in self.territories.items() if territory.path.startswith(path)]

    def calendar_of(self, territory: Territory) -> BusinessCalendar:
        """Return the calendar of a territory: its own or the nearest above."""
        return max(
            (
                row
                for row in self.territories.values()
                if row.calendar_id and territory.path.startswith(row.path)
            ),
            key=lambda row: len(row.path),
        ).calendar


def load_territories() -> Geography:
    """Save the tree in bulk; paths are made here, in the order of codes, as the tree keeps it."""
    calendars = {
        territory: BusinessCalendar.objects.filter(country=country).order_by("pk").first()
        for territory, country in CALENDARS.items()
    }
    rows, cities = _rows_and_cities()
    children: dict[str, list[tuple]] = {}
    for row in rows:
        children.setdefault(row[0], []).append(row)
    made: list[Territory] = []

    def place(parent: str, path: str, depth: int) -> int:
        own = sorted(children.get(parent, ()), key=lambda row: row[1])
        for number, (_parent, code, country, english, simplified, traditional) in enumerate(own, start=1):
            territory = Territory(
                path=Territory._get_path(path, depth, number),
                depth=depth,
                code=code,
                country=country,
                name_en=english,
                name_zh_hans=simplified,
                name_zh_hant=traditional,
                calendar=calendars.get(code),
            )
            made.append(territory)
            territory.numchild = place(code, territory.path, depth + 1)
        return len(own)

    place("", "", 1)
    Territory.objects.bulk_create(made)
    return Geography({territory.code: territory for territory in made}, cities)


def _rows_and_cities() -> tuple[list[tuple], dict[str, list[City]]]:
    """Return the tree as (parent, code, country, three names) and the cities by country."""
    rows: list[tuple] = [("", code, *rest) for code, *rest in COUNTRIES]
    rows += REGIONS
    cities: dict[str, list[City]] = {"CN": [], "TW": [], "DE": [], "NL": []}
    for line in MAINLAND.strip().splitlines():
        region, code, english, simplified, traditional, towns = line.split("|")
        rows.append((region, code, "CN", english, simplified, traditional))
        for town in towns.split(";"):
            name, english_name, admin_code, area_code = town.split()
            cities["CN"].append(City(name, english_name, "CN", code, area_code, admin_code))
    for line in TAIWAN.strip().splitlines():
        region, code, english, simplified, traditional, area_code = line.split("|")
        rows.append((region, code, "TW", english, simplified, traditional))
        cities["TW"].append(City(traditional, english, "TW", code, area_code))
    for line in EUROPE.strip().splitlines():
        region, code, english, simplified, traditional, towns = line.split("|")
        country = "DE" if region == "eu-de" else "NL"
        rows.append((region, code, country, english, simplified, traditional))
        for town in towns.split(";"):
            name, area_code = town.rsplit(" ", 1)
            cities[country].append(City(name, name, country, code, area_code))
    return rows, cities
