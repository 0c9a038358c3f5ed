"""What is compared besides names: places, registry ids, domains and phones. Pure."""

from functools import lru_cache

from ..gazetteer import Place
from ..normal import NormalName
from ..profiles import Profile
from ..sounds import sound_of
from ..vocabulary import short_form
from .evidence import Evidence
from .latin import words_of


def compare_places(
    ours: Profile, our_name: NormalName, theirs: Profile, their_name: NormalName
) -> tuple[Evidence, ...]:
    """Compare where two organisations are: by address or name, and by the places in their names alone."""
    return _compared_places(
        ours.place_of(our_name), theirs.place_of(their_name), our_name.place, their_name.place
    )


@lru_cache(maxsize=50_000)
def _compared_places(one: Place, other: Place, a: Place, b: Place) -> tuple[Evidence, ...]:
    """Compare two places, and those named in the names."""
    features = [Evidence(_where(one, other), place_words(one, other), place_words(other, one))]
    if a and b and (a.region or a.city) and (b.region or b.city):
        code = "named.differs" if a.contradicts(b) else "named.same"
        features.append(Evidence(code, place_words(a, b), place_words(b, a)))
    return tuple(features)


def _where(one: Place, other: Place) -> str:
    if not one or not other:
        return "place.unknown"
    if one.country and other.country and one.country != other.country:
        return "place.country"
    if one.city and one.city == other.city:
        return (
            "place.same"
            if not (one.region and other.region and one.region != other.region)
            else "place.region"
        )
    if one.region and other.region and one.region != other.region:
        return "place.region"
    if one.city and other.city:
        return "place.city" if one.region and one.region == other.region else "place.cities"
    if one.region and one.region == other.region:
        return "place.near"
    return "place.unknown"


@lru_cache(maxsize=20_000)
def place_tokens(place: Place) -> tuple[str, ...]:
    """Return the words, as they stand in Latin names, that only say that an organisation is at ``place``."""
    words = [place.city, "" if not place.region.isascii() else place.region, place.country.lower()]
    words += _COUNTRY_WORDS.get(place.country, ())
    return tuple(word for word in words if word)


_COUNTRY_WORDS = {
    "CN": ("china", "chinese", "prc"),
    "TW": ("taiwan",),
    "HK": ("hongkong",),
    "US": ("usa", "us", "america", "amer"),
    "GB": ("uk", "britain"),
    "DE": ("germany", "deutschland"),
    "FR": ("france",),
    "JP": ("japan",),
    "KR": ("korea",),
    "IN": ("india",),
    "AU": ("australia",),
    "CA": ("canada",),
    "IT": ("italia", "italy"),
    "ES": ("espana", "spain"),
    "NL": ("nederland", "netherland"),
    "CH": ("switzerland", "schweiz", "suisse"),
}


def place_words(place: Place, other: Place | None = None) -> str:
    """Return a place as people read it: the most exact part, or the first in which it differs from ``other``."""
    if other is not None and place.country and other.country and place.country != other.country:
        return place.country
    if other is not None and place.region and other.region and place.region != other.region:
        return place.region.title()
    return place.city.title() if place.city else place.region.title() or place.country


def ids_differ(ours: Profile, theirs: Profile) -> tuple[str, str] | None:
    """Return two ids that one organisation cannot both have, or None."""
    for one in ours.ids:
        others = [other for other in theirs.ids if other.family == one.family]
        if others and all(other.number != one.number for other in others):
            return one.number, others[0].number
    return None


def compare_ids(ours: Profile, theirs: Profile) -> list[Evidence]:
    """Compare registry ids and customer numbers."""
    if not (ours.ids or ours.numbers) or not (theirs.ids or theirs.numbers):
        return []
    same = {one.key for one in ours.ids} & {other.key for other in theirs.ids}
    if same:
        number = min(same).rsplit(":", 1)[-1]
        return [Evidence("registry.same", number, number)]
    numbers = ours.numbers & theirs.numbers
    if numbers:
        number = min(numbers).rsplit(":", 1)[-1]
        return [Evidence("number.same", number, number)]
    different = ids_differ(ours, theirs)
    return [Evidence("registry.differs", *different)] if different else []


def compare_contacts(ours: Profile, theirs: Profile, shared: dict[str, int] | None = None) -> list[Evidence]:
    """Compare domains and phones. ``shared``: how many organisations have each of them, where that is known.

    What many have says nothing, what several have says less.
    """
    features = []
    for kind, one, other in (("domain", ours.domains, theirs.domains), ("phone", ours.phones, theirs.phones)):
        both = one & other
        if both:
            value = min(both, key=lambda item: ((shared or {}).get(item, 1), item))
            count = (shared or {}).get(value, 1)
            features.append(
                Evidence(f"{kind}.same.{1 if count <= 1 else 4 if count <= 4 else 'many'}", value, value)
            )
        elif one and other:
            features.append(Evidence(f"{kind}.differs", min(one), min(other)))
    if not ours.domains & theirs.domains:
        label, how = max(
            _label(ours, theirs), _label(theirs, ours), key=lambda found: (found[1] == "whole", found[1])
        )
        if label:
            features.append(Evidence(f"label.{how}.{min(len(label), 6)}", label, label))
    return features


def _label(named: Profile, reached: Profile) -> tuple[str, str]:
    """Return the telling part of a domain that is the other's name, as written or as it sounds, and how much of it."""
    for label in sorted(reached.labels):
        for name in named.names:
            if name.is_chinese:
                if label in (sound_of(name.core.replace(" ", "")), sound_of(name.brand.replace(" ", ""))):
                    return label, "whole"
                continue
            words, joined = words_of(name.core)
            if label == joined:
                return label, "whole"
            if label == short_form("".join(name.brand.split())) or (words[0] == label and len(label) > 3):
                return label, "brand"
            if len(label) >= 4 and joined.startswith(label):
                return label, "start"
    return "", ""
