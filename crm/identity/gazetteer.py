"""Places as they stand in company names and address fields: regions, cities, counties, what lies where.

Read once from ``data/`` and from the division codes of python-stdnum; plain dictionaries, no rows of the database.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

from pypinyin import lazy_pinyin

from core.search.folding import CHINESE_RUN, fold, is_chinese, letters_of

from .vocabulary import sections_of

LONGEST_CHINESE = 6
LONGEST_LATIN = 3
SHORTEST_LATIN_PREFIX = 5
AT_HOME = frozenset({"CN", "TW", "HK", "MO"})
_MUNICIPALITIES = frozenset({"北京", "上海", "天津", "重庆"})

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
    "盟",
)
_PEOPLES = (
    "(?:[回苗侗彝壮满藏羌瑶黎畲水]族?|蒙古族?|土家族|布依族|哈尼族|傣族|仡佬族|纳西族|拉祜族|佤族|哈萨克族?|达斡尔族|朝鲜族|锡伯族?|东乡族|撒拉族"
    "|保安族|裕固族|仫佬族|毛南族|独龙族|怒族|白族|景颇族|布朗族|塔吉克|柯尔克孜|土族|各族)*"
)
_COUNTY_WORD = re.compile(f"{_PEOPLES}自治[县旗]|林区|特区|新区|矿区|市(?!场)|县|区|旗")
_COUNTY_SUFFIX = re.compile(f"(?:{_PEOPLES}自治[县旗]|林区|特区|新区|矿区|县|市|区|旗)$")
_ZONE = re.compile(
    r"(?:[\u4e00-\u9fff]{0,4}?)(?:经济技术开发区|高新技术产业开发区|高新技术开发区|经济开发区|产业开发区|高新区|开发区|工业园区|科技园区|保税区|自贸区"
    r"|经济特区|示范区|管理区|风景区|旅游区|新区)"
)
_TOWN = re.compile(r"[\u4e00-\u9fff]{2,3}?(?:镇|乡|街道)(?!村)")
_LATIN_WORDS_FOR_PLACES = frozenset({"shi", "sheng", "xian", "qu", "city", "province", "county", "district"})
_CITY_WORDS = frozenset({"city", "shi", "province", "prefecture", "county", "municipality", "district", "qu"})


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
        return bool(
            (self.country and other.country and self.country != other.country)
            or (self.region and other.region and self.region != other.region)
            or (self.city and other.city and self.city != other.city)
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
        return _read_place(text)


@lru_cache(maxsize=20_000)
def _read_place(text: str) -> Place:
    return Place(*text.split("|")) if text.count("|") == 2 else Place()


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

    for line in sections_of("places.txt")[""]:
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
            place = Place(country, region, pinyin if country == "CN" or not keys else keys[0])
            if name not in chinese or (name == region and len(entries) <= 2):
                chinese[name] = place
            for key in {pinyin, *keys}:
                if name == region and len(entries) <= 2:  # a municipality is region and city in one
                    latin[key] = place
                else:
                    add_latin(key, place)
    return chinese, latin


@lru_cache(maxsize=1)
def _counties() -> dict[str, tuple[Place, ...]]:
    """Return where counties and districts are, by name without suffix; a county's place is its city.

    From the division codes that python-stdnum brings for identity numbers. Former counties count where no present
    one has the name.
    """
    chinese, _latin = _places()
    text = resources.files("stdnum.cn").joinpath("loc.dat").read_text(encoding="utf-8")
    names: dict[str, str] = {}
    rows: list[tuple[str, str, bool]] = []
    province = ""
    for line in text.splitlines():
        if match := re.match(r'(\d\d) province="(.*)"', line):
            province = match.group(1)
            names[province] = _without_suffix(fold(match.group(2)))
        elif match := re.match(r'  (\d{4}) county="(.*)"', line):
            code = province + match.group(1)
            for part in match.group(2).split(","):
                years, name = re.match(r"(?:\[(\d*-?\d*)\])?(.*)", part).groups()  # type: ignore[union-attr]
                present = not years or years.endswith("-")
                rows.append((code, fold(name), present))
                if code.endswith("00") and (present or code[:4] not in names):
                    names[code[:4]] = _without_suffix(fold(name))
    found: dict[str, dict[bool, dict[Place, None]]] = {}
    for code, name, present in rows:
        bare = _COUNTY_SUFFIX.sub("", name)
        region = chinese.get(names.get(code[:2], ""))
        if code.endswith("00") or region is None or len(bare) < 2 or bare == "市辖":
            continue
        place = chinese.get(names.get(code[:4], ""), region)
        if place.region != region.region or region.region in _MUNICIPALITIES:
            place = chinese[region.region]
        found.setdefault(bare, {}).setdefault(present, {})[place] = None
    return {bare: tuple(places.get(True) or places[False]) for bare, places in found.items()}


def _without_suffix(name: str) -> str:
    """Return a region or city without the word for it."""
    if name.startswith("内蒙古"):
        return "内蒙古"
    for suffix in (
        "特别行政区",
        "维吾尔自治区",
        "壮族自治区",
        "回族自治区",
        "自治区",
        "地区",
        "省",
        "市",
        "盟",
    ):
        if name.endswith(suffix):
            return name.removesuffix(suffix)
    return re.sub(r"(?:[\u4e00-\u9fff]{1,3}族)*自治州$", "", name)


_CITY_SHORT = {"saint": "st", "sainte": "st", "fort": "ft", "mount": "mt", "heights": "hts", "town": ""}


@lru_cache(maxsize=1)
def _brands() -> frozenset[str]:
    """Return counties whose bare names are brands more often than places."""
    return frozenset(word for line in sections_of("county_brands.txt").get("", []) for word in line.split())


def _county_before(text: str, found: Place, near: Place) -> tuple[Place, int]:
    """Return the county that ``text`` begins with, at ``found`` or ``near`` where those are known, and its length."""
    counties = _counties()
    for length in range(min(5, len(text)), 1, -1):
        places = counties.get(text[:length])
        if places is None:
            continue
        fitting = [place for place in places if not place.contradicts(found)]
        word = _COUNTY_WORD.match(text, length)
        if word and fitting:
            return _shared(fitting), word.end()
        if length >= len(text) - 1:
            continue
        if found.region and fitting:
            return _shared(fitting), length
        if not found and len(places) == 1 and text[:length] not in _brands():
            return places[0], length
        if not found and near.city and near in places:
            return near, length
    return Place(), 0


def _shared(places: list[Place]) -> Place:
    """Return what several places have in common."""
    first, *others = places
    for other in others:
        first = Place(
            first.country if first.country == other.country else "",
            first.region if first.region == other.region else "",
            first.city if first.city == other.city else "",
        )
    return first


def chinese_place_before(
    text: str, found: Place | None = None, near: Place | None = None, *, at_home: bool = True
) -> tuple[Place, int]:
    """Return the place that Chinese ``text`` begins with and how many characters it takes; (nowhere, 0) for none.

    Region, city, county, development zone and town, each where it fits what stands before it and ``found``, what is
    known otherwise; of counties with one name the one ``near`` where the organisation sits. ``at_home``: only places
    of China, Taiwan, Hong Kong and Macau, which stand before company names.
    """
    chinese, _latin = _places()
    found, taken = found or Place(), 0
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
    if not at_home:
        return found, taken
    for _step in range(2):
        county, length = _county_before(text[taken:], found, near or Place())
        if not length:
            break
        found, taken = county.refined_by(found), taken + length
    if taken:
        for pattern in (_ZONE, _TOWN):
            match = pattern.match(text, taken)
            if match and len(text) - match.end() >= 2:
                taken = match.end()
    return found, taken


@lru_cache(maxsize=1)
def _latin_counties() -> dict[str, Place]:
    """Return the counties of long names by their sound, where it is no other's."""
    found: dict[str, Place | None] = {}
    for bare, places in _counties().items():
        key = "".join(lazy_pinyin(bare))
        if len(key) > 6 and bare not in _brands():
            found[key] = places[0] if len(places) == 1 and key not in found else None
    return {key: place for key, place in found.items() if place is not None}


def latin_place_before(tokens: list[str], near: Place | None = None) -> tuple[Place, int]:
    """Return the place that the words begin with and how many words it takes; short names only ``near`` it."""
    _chinese, latin = _places()
    near = near or Place()
    for count in range(min(LONGEST_LATIN, len(tokens)), 0, -1):
        key = "".join(tokens[:count])
        place = latin.get(key) or (_latin_counties().get(key) if count < len(tokens) else None)
        if place is None or place.country not in AT_HOME:
            continue
        if len(key) >= SHORTEST_LATIN_PREFIX or (place.city and place.city == near.city):
            taken = count
            while taken < len(tokens) - 1 and tokens[taken] in _LATIN_WORDS_FOR_PLACES:
                taken += 1
            return place, taken
    return Place(), 0


def place_named(text: str) -> Place | None:
    """Return the place if ``text`` (folded) is nothing but its name, as in brackets; None otherwise."""
    _chinese, latin = _places()
    if text in ("中国", "中国大陆", "china", "prc", "p r c"):
        return Place("CN")
    if " " in text and CHINESE_RUN.search(text):
        parts = [place_named(part) for part in text.split()]
        return _joined(parts)
    if is_chinese(text):
        for at_home in (False, True):
            place, taken = chinese_place_before(text, at_home=at_home)
            if place and taken == len(text):
                return place
            county = _counties().get(text[taken:], ()) if place else ()
            fitting = [one for one in county if not one.contradicts(place)]
            if fitting:
                return _shared(fitting).refined_by(place)
        places = _counties().get(text, ())
        return _shared(list(places)) or None if places else None
    return latin.get("".join(text.split()))


def _joined(parts: list[Place | None]) -> Place | None:
    """Return the place that several words name together; None where one of them names none."""
    joined = Place()
    for part in parts:
        if part is None or part.contradicts(joined):
            return None
        joined = part.refined_by(joined)
    return joined


@lru_cache(maxsize=50_000)
def place_of(city: str, country: str = "", address: str = "", region: str = "") -> Place:
    """Return the place that the fields of a form name: a known one, else the city as it sounds.

    ``country`` is an ISO code; the place's own country counts where they differ (Hong Kong typed under CN).
    ``region``: province or state as typed.
    """
    country = country.strip().upper()[:2]
    folded = fold(city[:200])
    within = _region_of(fold(region[:60]), country)
    if not folded:
        place, _taken = (
            chinese_place_before("".join(fold(address[:200]).split())) if address else (Place(), 0)
        )
        if place and not place.contradicts(within):
            return place.refined_by(within)
        return within or Place(country)
    _chinese, latin = _places()
    together = "".join(folded.split())
    if is_chinese(together):
        place = _chinese_city(together, within)
        if place:
            return place
    tokens = [token for token in folded.split() if token not in _CITY_WORDS]
    for count in range(min(LONGEST_LATIN, len(tokens)), 0, -1):
        known = latin.get("".join(tokens[:count]))
        if known is None or known.contradicts(within):
            continue
        if not country or known.country == country or country == "CN":
            return known.refined_by(within)
    if is_chinese(together):
        for end in ("市", "县", "区", "镇"):
            together = together.removesuffix(end) if len(together) > 2 else together
        together = "".join(lazy_pinyin(together))
    else:
        together = "".join(_CITY_SHORT.get(token, token) for token in tokens) or together
    return replace(within or Place(country), city=together[:60])


def _region_of(folded: str, country: str) -> Place:
    """Return the province or state typed: a known one, else its letters as they are; nowhere for none."""
    if not folded:
        return Place()
    chinese, latin = _places()
    known = chinese.get(_without_suffix(folded)) if is_chinese(folded) else latin.get(letters_of(folded))
    if known is not None and known.region and (not country or known.country == country or country == "CN"):
        return Place(known.country, known.region)
    return Place(country, letters_of(folded)[:20])


def _chinese_city(text: str, within: Place) -> Place:
    """Return the city or county that Chinese ``text`` names, inside ``within`` where that is known."""
    chinese, _latin = _places()
    place = chinese.get(text) or chinese.get(_without_suffix(text))
    if place is not None and not place.contradicts(within):
        return place.refined_by(within)
    counties = _counties()
    places = counties.get(text) or counties.get(_COUNTY_SUFFIX.sub("", text), ())
    fitting = [place for place in places if not place.contradicts(within)]
    if fitting and (within.region or len(set(fitting)) == 1):
        return _shared(fitting).refined_by(within)
    place, taken = chinese_place_before(text, at_home=not within.country or within.country in AT_HOME)
    return place.refined_by(within) if taken and not place.contradicts(within) else Place()
