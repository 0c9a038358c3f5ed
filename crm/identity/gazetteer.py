"""Places as they stand in company names and address fields, and the word lists the normal form needs.

Read once from ``data/``; what is kept here are plain dictionaries, no rows of the database.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from pypinyin import lazy_pinyin

from core.search.folding import fold, is_chinese, joined_letters, letters_of

DATA = Path(__file__).resolve().parent / "data"
LONGEST_CHINESE = 6
LONGEST_LATIN = 3
SHORTEST_LATIN_PREFIX = 5
AT_HOME = frozenset({"CN", "TW", "HK", "MO"})

_SUFFIXES = (
    "特别行政区",
    "维吾尔自治区",
    "壮族自治区",
    "回族自治区",
    "自治区",
    "自治州",
    "地区",
    "省",
    "市",
    "县",
    "区",
)
# Counties are too many to list: two or three characters and the word for it.
_COUNTY = re.compile(r"([\u4e00-\u9fff]{2,3}?)(?:(?<![超城门都夜股上])市|县)(?!场)")
_DISTRICT = re.compile(r"([\u4e00-\u9fff]{2,3}?)(?:(?<![超城门都夜股上])市|县|(?<![园社小景地])区)(?!场)")
_CITY_WORDS = frozenset({"city", "shi", "province", "prefecture", "county", "municipality", "district"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where an organisation is, as far as known: ISO country, Chinese name of the region, Latin key of the city."""

    country: str = ""
    region: str = ""
    city: str = ""

    def __bool__(self) -> bool:
        return bool(self.country or self.region or self.city)

    def contradicts(self, other: "Place") -> bool:
        """Tell whether the two cannot be the same place. What one of them does not say contradicts nothing."""
        return any(
            ours and theirs and ours != theirs
            for ours, theirs in (
                (self.country, other.country),
                (self.region, other.region),
                (self.city, other.city),
            )
        )

    def refined_by(self, other: "Place") -> "Place":
        """Return this place with what ``other`` adds; unchanged where they contradict."""
        if self.contradicts(other):
            return self
        return Place(self.country or other.country, self.region or other.region, self.city or other.city)

    def stored(self) -> str:
        """Return one line for the database, read again by ``Place.read``."""
        return "|".join((self.country, self.region, self.city))[:120] if self else ""

    @classmethod
    def read(cls, text: str) -> "Place":
        """Return the place that ``stored`` wrote."""
        return cls(*text.split("|")) if text.count("|") == 2 else cls()


def _sections(name: str) -> dict[str, list[str]]:
    """Return the lines of a data file by their ``[section]``."""
    sections: dict[str, list[str]] = {}
    current = ""
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            current = line[1:-1]
        else:
            sections.setdefault(current, []).append(line)
    return sections


@lru_cache(maxsize=1)
def _places() -> tuple[dict[str, Place], dict[str, Place]]:
    """Return places by Chinese name, and by Latin letters; of several that sound alike only what they share."""
    chinese: dict[str, Place] = {}
    latin: dict[str, Place] = {}

    def add_latin(key: str, place: Place) -> None:
        before = latin.get(key)
        if before is None or before == place:
            latin[key] = place
        elif before.region == place.region and not before.city:
            pass
        elif not before.region and before.city:
            latin[key] = before
        else:
            latin[key] = Place(
                before.country if before.country == place.country else "",
                before.region if before.region == place.region else "",
                before.city if before.city == place.city else key,
            )

    for line in _sections("places.txt")[""]:
        country, region, spellings, cities = line.split("|")
        if region:
            place = Place(country, region)
            chinese[region] = place
            for spelling in ["".join(lazy_pinyin(region)), *spellings.split(",")]:
                if spelling:
                    add_latin(letters_of(fold(spelling)), place)
        entries = re.findall(r"(\S+?)(?:=(.*?))?(?=\s+[\u4e00-\u9fff]|$)", cities)
        for name, others in entries:
            pinyin = "".join(lazy_pinyin(name))
            keys = [letters_of(fold(other)) for other in others.split(",") if other]
            place = Place(country, region, keys[0] if keys else pinyin)
            if name not in chinese or (name == region and len(entries) <= 2):
                chinese[name] = place
            for key in {pinyin, *keys}:
                if name == region and len(entries) <= 2:  # a municipality is region and city in one
                    latin[key] = place
                else:
                    add_latin(key, place)
    return chinese, latin


def chinese_place_before(text: str, *, at_home: bool = True) -> tuple[Place, int]:
    """Return the place that Chinese ``text`` begins with and how many characters it takes; (nowhere, 0) for none.

    ``at_home``: only places of China, Taiwan, Hong Kong and Macau, which stand before company names.
    """
    chinese, _latin = _places()
    found, taken = Place(), 0
    while True:
        rest = text[taken:]
        for length in range(min(LONGEST_CHINESE, len(rest)), 1, -1):
            place = chinese.get(rest[:length])
            if place is not None and (place.region or not at_home) and not place.contradicts(found):
                found = place.refined_by(found)
                taken += length
                taken += next((len(end) for end in _SUFFIXES if text.startswith(end, taken)), 0)
                break
        else:
            break
    county = (_DISTRICT if found else _COUNTY).match(text[taken:]) if at_home else None
    if county:
        taken += county.end()
        found = found.refined_by(Place(city="".join(lazy_pinyin(county.group(1)))))
    return found, taken


def latin_place_before(tokens: list[str]) -> tuple[Place, int]:
    """Return the place that the words begin with and how many words it takes; short names do not count."""
    _chinese, latin = _places()
    for count in range(min(LONGEST_LATIN, len(tokens)), 0, -1):
        key = "".join(tokens[:count])
        place = latin.get(key)
        if place is not None and place.country in AT_HOME and len(key) >= SHORTEST_LATIN_PREFIX:
            return place, count
    return Place(), 0


def place_named(text: str) -> Place | None:
    """Return the place if ``text`` (folded) is nothing but its name, as in brackets; None otherwise."""
    _chinese, latin = _places()
    if text in ("中国", "中国大陆", "china", "prc", "p r c"):
        return Place("CN")
    if is_chinese(text):
        place, taken = chinese_place_before(text, at_home=False)
        return place if place and taken == len(text) else None
    return latin.get("".join(text.split()))


@lru_cache(maxsize=20_000)
def place_of(city: str, country: str = "", address: str = "") -> Place:
    """Return the place that the fields of a form name: a known one, else the city as it sounds.

    ``country`` is an ISO code; the place's own country counts where they differ (Hong Kong typed under CN).
    """
    country = country.strip().upper()[:2]
    folded = fold(city[:200])
    if not folded:
        place, _taken = (
            chinese_place_before("".join(fold(address[:200]).split())) if address else (Place(), 0)
        )
        return place or Place(country)
    _chinese, latin = _places()
    together = "".join(folded.split())
    place, _taken = chinese_place_before(together, at_home=False)
    if place:
        return place
    tokens = [token for token in folded.split() if token not in _CITY_WORDS]
    for count in range(min(LONGEST_LATIN, len(tokens)), 0, -1):
        known = latin.get("".join(tokens[:count]))
        if known is not None and (not country or known.country == country or country == "CN"):
            return known
    if is_chinese(together):
        for end in ("市", "县", "区", "镇"):
            together = together.removesuffix(end) if len(together) > 2 else together
        together = "".join(lazy_pinyin(together))
    return replace(Place(country), city=together[:60])


def _by_length(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(words), key=lambda word: (-len(word), word)))


@lru_cache(maxsize=1)
def legal_forms() -> tuple[tuple[str, ...], frozenset[tuple[str, ...]], frozenset[str]]:
    """Return the legal forms: Chinese endings (longest first), Latin endings (words), Latin beginnings."""
    sections = _sections("legal_forms.txt")
    latin = frozenset(tuple(joined_letters(fold(line).split())) for line in sections["latin"])
    return _by_length(sections["zh"]), latin, frozenset(sections["prefix"])


@lru_cache(maxsize=1)
def generic_words() -> tuple[frozenset[str], frozenset[str], dict[str, str]]:
    """Return words that tell the kind of company: Chinese, Latin, and pairs from Latin to Chinese."""
    sections = _sections("generic_words.txt")
    pairs = dict(pair.split("=") for line in sections["pairs"] for pair in line.split())
    return (
        frozenset(word for line in sections["zh"] for word in line.split()),
        frozenset(word for line in sections["latin"] for word in line.split()),
        pairs,
    )


@lru_cache(maxsize=1)
def shared_domains() -> frozenset[str]:
    """Return the domains that say nothing about an organisation."""
    return frozenset(word for line in _sections("shared_domains.txt")[""] for word in line.split())
