"""Which level two organisations match at, and why. Pure functions over normal forms; no database.

The levels are those of the business: L1 same registry id, L2 same domain, L3 equal name and nothing against it,
L4 similar, L5 same group or branch. The thresholds are this file's constants.
"""

from dataclasses import dataclass, field

from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.fuzz import ratio, token_sort_ratio

from .gazetteer import Place, generic_words
from .normal import NormalName, all_generic
from .registry_ids import RegistryId

L1, L2, L3, L4, L5 = "L1", "L2", "L3", "L4", "L5"
STRENGTH = (L1, L3, L2, L4, L5)  # what counts where several hold

SIMILAR = 80.0
SIMILAR_ELSEWHERE = 92.0
SIMILAR_WITH_PHONE = 65.0
SIMILAR_SOUND = 85.0  # brands that begin differently must at least sound alike


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason. ``code`` has its words in ``crm.identity.words``; ``ours`` was typed, ``theirs`` is kept."""

    code: str
    ours: str = ""
    theirs: str = ""


@dataclass(frozen=True)
class Profile:
    """What is compared of one organisation: names (the first is the main one), ids, domains, phones, place.

    ``raw_names`` are the names as written, in the order of ``names``.
    """

    names: tuple[NormalName, ...] = ()
    raw_names: tuple[str, ...] = ()
    ids: tuple[RegistryId, ...] = ()
    numbers: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    place: Place = field(default_factory=Place)

    @property
    def whole_place(self) -> Place:
        """The place in the name, made more exact by the address where they agree; else the address."""
        named = next((name.place for name in self.names if name.place), Place())
        return named.refined_by(self.place) if named else self.place


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome for one organisation; ``level`` is empty for no match."""

    level: str = ""
    score: float = 0.0
    evidence: tuple[Evidence, ...] = ()


def ids_differ(ours: Profile, theirs: Profile) -> tuple[str, str] | None:
    """Return two ids that one organisation cannot both have, or None."""
    for one in ours.ids:
        others = [other for other in theirs.ids if other.family == one.family]
        if others and all(other.number != one.number for other in others):
            return one.number, others[0].number
    return None


def compare(ours: Profile, theirs: Profile) -> Comparison:
    """Return level, score and evidence of ``theirs`` being the organisation ``ours`` describes."""
    levels: set[str] = set()
    evidence: list[Evidence] = []
    same_ids = {one.number for one in ours.ids} & {
        other.number for other in theirs.ids if other.key in {one.key for one in ours.ids}
    }
    if same_ids:
        levels.add(L1)
        evidence.append(Evidence("registry.same", *[min(same_ids)] * 2))
    elif ours.numbers & theirs.numbers:
        levels.add(L1)
        number = min(ours.numbers & theirs.numbers)
        evidence.append(Evidence("number.same", number, number))
    shared_domains = ours.domains & theirs.domains
    if shared_domains:
        levels.add(L2)
        evidence.append(Evidence("domain.same", *[min(shared_domains)] * 2))
    phones = ours.phones & theirs.phones

    different = None if levels & {L1} else ids_differ(ours, theirs)
    elsewhere = ours.whole_place.contradicts(theirs.whole_place)
    level, name_score, reasons = _compare_names(
        ours, theirs, contradicted=different is not None or elsewhere, with_phone=bool(phones)
    )
    if level == L4 and not reasons[0].code.startswith("name.equal"):
        needed = SIMILAR_ELSEWHERE if elsewhere and not phones else 0.0
        if different is not None or name_score < needed:
            level = ""
    if level:
        levels.add(level)
        evidence.extend(reasons)
    if not levels:
        return Comparison()

    if phones:
        evidence.append(Evidence("phone.same", *[min(phones)] * 2))
    place, their_place = ours.whole_place, theirs.whole_place
    if elsewhere:
        evidence.append(Evidence("place.differs", _words(place, their_place), _words(their_place, place)))
    elif place.city and place.city == their_place.city:
        evidence.append(Evidence("place.same", _words(place), _words(their_place)))
    if different is not None:
        evidence.append(Evidence("registry.differs", *different))
    best = next(level for level in STRENGTH if level in levels)
    score = {L1: 100.0, L3: 95.0, L2: 75.0, L5: 40.0}.get(best, name_score * 0.9)
    score += 3.0 * bool(phones) + 2.0 * (best != L1 and evidence[-1].code == "place.same") - 5.0 * elsewhere
    return Comparison(best, round(max(0.0, min(score, 100.0)), 1), tuple(evidence))


def _words(place: Place, other: Place | None = None) -> str:
    """Return a place as people read it: the most exact part, or the first in which it differs from ``other``."""
    if other is not None and place.country and other.country and place.country != other.country:
        return place.country
    if other is not None and place.region and other.region and place.region != other.region:
        return place.region
    return place.city.title() if place.city else place.region or place.country


def _compare_names(
    ours: Profile, theirs: Profile, *, contradicted: bool, with_phone: bool
) -> tuple[str, float, list[Evidence]]:
    """Return (level, score 0..100, reasons) of the best pair of names."""
    best: tuple[str, float, list[Evidence]] = ("", 0.0, [])
    for number, name in enumerate(ours.names):
        for other_number, other in enumerate(theirs.names):
            raw = (ours.raw_names[number], theirs.raw_names[other_number])
            level, score, code = _compare_pair(name, other, with_phone=with_phone)
            if not level:
                continue
            if level == L3:
                if other_number:
                    code = "name.alias"
                elif name.place != other.place or len(raw[0]) != len(raw[1]):
                    code = "name.core"
                if contradicted:
                    level, code = L4, "name.equal_but"
            outcome = (level, score, [Evidence(code, *raw)])
            if (STRENGTH.index(level), -score) < (STRENGTH.index(best[0]) if best[0] else 9, -best[1]):
                best = outcome
    return best


def _compare_pair(name: NormalName, other: NormalName, *, with_phone: bool) -> tuple[str, float, str]:
    """Return (level, score, evidence code) of two names by themselves."""
    if not name or not other:
        return "", 0.0, ""
    equal = name.core == other.core or (
        not name.is_chinese and not other.is_chinese and name.sound == other.sound
    )
    if equal:
        if name.branch != other.branch:
            return L5, 60.0, "branch.of"
        return L3, 100.0, "name.equal"
    if name.branch or other.branch:
        return "", 0.0, ""
    score, code = similarity(name, other)
    if score >= (SIMILAR_WITH_PHONE if with_phone else SIMILAR):
        return L4, score, code
    return "", 0.0, ""


def similarity(name: NormalName, other: NormalName) -> tuple[float, str]:
    """Return how alike two unequal names are, 0..100, and the evidence code of what they share; symmetric."""
    if name.is_chinese != other.is_chinese:
        return _across_scripts(name, other) if name.is_chinese else _across_scripts(other, name)
    return _chinese(name, other) if name.is_chinese else _latin(name, other)


def _kinds_alike(one: str, other: str) -> float:
    """Return how alike the words of trade are, 0..100; an unnamed trade is compatible with any."""
    if one == other:
        return 100.0
    if not one or not other:
        return 85.0
    shared = len(set(one) & set(other)) / min(len(set(one)), len(set(other)))
    return max(ratio(one, other), 90.0 * shared)


def _chinese(name: NormalName, other: NormalName) -> tuple[float, str]:
    """Compare two Chinese cores: brand, sound, short forms, words of trade."""
    short, long = sorted((name, other), key=lambda one: (len(one.core), one.core))
    if is_short_form(short.core, long.core):
        return 82.0, "name.abbreviation"
    if all_generic(short.core) or all_generic(long.core):
        return 0.0, ""
    kinds = _kinds_alike(name.kind, other.kind)
    one, two = name.brand, other.brand
    if one == two:
        return 0.6 * 100 + 0.4 * kinds - (8.0 if len(one) < 2 else 0.0), "name.part"
    if sorted(one) == sorted(two) and len(one) > 2:
        return 0.6 * 96 + 0.4 * kinds, "name.order"
    if name.brand_sound == other.brand_sound and len(one) == len(two):
        return 0.6 * 95 + 0.4 * kinds, "name.sound"
    longest = max(len(one), len(two))
    alike = one[:2] == two[:2] or ratio(name.brand_sound, other.brand_sound) >= SIMILAR_SOUND
    if longest >= 3 and alike and DamerauLevenshtein.distance(one, two) == 1:
        return 0.6 * (90 if longest > 3 else 86) + 0.4 * kinds, "name.similar"
    if alike and min(len(name.core), len(other.core)) >= 6 and _one_slip(name.core, other.core):
        return 84.0, "name.similar"
    if longest >= 5 and alike:
        return 0.6 * ratio(one, two) + 0.4 * kinds, "name.similar"
    return (ratio(name.core, other.core) - 8.0 if longest >= 3 and alike else 0.0), "name.similar"


def _one_slip(one: str, other: str) -> bool:
    """Tell whether one sign was mistyped, left out, doubled or swapped with its neighbour."""
    return DamerauLevenshtein.distance(one, other) == 1


def is_short_form(short: str, long: str) -> bool:
    """Tell whether Chinese ``short`` abbreviates ``long``: its characters in order, the first one first.

    中石化 of 中国石油化工. Two characters that merely begin a long name do not count.
    """
    if (
        not 3 <= len(short) <= 5
        or len(long) < len(short) + 2
        or short[0] != long[0]
        or long.startswith(short)
    ):
        return False
    rest = iter(long)
    return all(character in rest for character in short)


def _latin(name: NormalName, other: NormalName) -> tuple[float, str]:
    """Compare two cores of words: order, typing errors, words left out, initials."""
    short, long = sorted((name, other), key=lambda one: (len(one.tokens), one.core))
    if len(short.tokens) == 1 and len(long.tokens) >= 3 and 3 <= len(short.core) <= 6:
        initials = "".join(token[0] for token in long.tokens if token not in ("of", "for"))
        if short.core in (initials, "".join(token[0] for token in long.tokens)):
            return 82.0, "name.abbreviation"
    if all_generic(name.core) or all_generic(other.core):
        return 0.0, ""
    if sorted(name.tokens) == sorted(other.tokens):
        return 98.0, "name.order"
    kinds = _kinds_alike(name.kind, other.kind)
    if name.brand == other.brand:
        telling = len(name.brand) >= 5 or len(name.tokens) > 1
        return 0.6 * (100 if telling else 88) + 0.4 * min(kinds, 90.0), "name.part"
    squeezed = ratio(name.brand.replace(" ", ""), other.brand.replace(" ", ""))
    sorted_ratio = token_sort_ratio(name.brand, other.brand)
    brand = max(squeezed, sorted_ratio)
    if set(short.brand.split()) < set(long.brand.split()) and len(short.brand) >= 8 and " " in short.brand:
        brand = max(brand, 90.0)
        return 0.6 * brand + 0.4 * max(kinds, 70.0), "name.part"
    if min(len(name.brand), len(other.brand)) < 5 or brand < 84.0:
        return 0.0, ""
    return 0.65 * brand + 0.35 * kinds, "name.similar"


def _across_scripts(chinese: NormalName, latin: NormalName) -> tuple[float, str]:
    """Compare a Chinese core with one in Latin letters by sound: Huaxing Pump is 华星泵业."""
    if chinese.sound == latin.sound:
        return 94.0, "name.sound"
    if len(latin.sound) < 5 or len(chinese.brand) < 2:
        return 0.0, ""
    _zh, _en, pairs = generic_words()
    trades = [pairs[token.removesuffix("s")] for token in latin.tokens if token.removesuffix("s") in pairs]
    agree = not trades or not chinese.kind or any(word in chinese.core for word in trades)
    starts = {"".join(latin.tokens[:count]) for count in (1, 2, 3)} | {latin.brand.replace(" ", "")}
    alike = max(
        ratio(start, chinese.brand_sound) for start in starts if len(start) >= 5 or start == latin.sound
    )
    alike = max(alike, ratio(latin.sound, chinese.sound))
    if not agree:
        alike -= 25.0
    return (alike - 8.0 if alike >= 90.0 else 0.0), "name.sound"
