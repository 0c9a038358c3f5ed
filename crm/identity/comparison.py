"""What two organisations have in common and what sets them apart, as a list of features. Pure functions.

Each feature is one ``Evidence`` with a code; ``scoring`` gives each code its weight. Nothing here depends on who asks
and who is kept: comparing the other way round gives the same codes.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.fuzz import ratio

from .gazetteer import Place, generic_words, short_form
from .keys import STOP_WORDS
from .normal import NormalName
from .profiles import Profile
from .sounds import near_sound, read_as, sound_alike, sound_nearly_alike, sound_of

CHINESE, LATIN, ACROSS = "zh", "latin", "across"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One feature: its code, what was typed, what is kept, and what it counts (log-odds; 0 before scoring)."""

    code: str
    ours: str = ""
    theirs: str = ""
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Names:
    """How two names compare: with which weights to judge it, the features, and whether one is the other's branch."""

    script: str
    features: tuple[Evidence, ...]
    branch: bool = False
    part: bool = False


NOTHING = Names(LATIN, ())
SAME_HOUSE = ("name.equal", "name.order", "slip.", "read.whole", "read.all")
_UNITS = frozenset(
    "hosp coll inst sch faculty campus ctr dept lab clin fdn mus lib division branch acad unit facility station".split()
)
# Legal forms where nobody would look for one: in the middle of a name.
_UNTOLD = STOP_WORDS | {
    "llc",
    "inc",
    "ltd",
    "plc",
    "pc",
    "llp",
    "corp",
    "coltd",
    "gmbh",
    "lp",
    "pllc",
    "pvt",
    "pte",
}


def compare_names(one: NormalName, other: NormalName, places: frozenset[str] = frozenset()) -> Names:
    """Return how two names compare; no features: they have nothing in common.

    ``places``: words that only say where the two organisations are.
    """
    if one.is_chinese and other.is_chinese:
        found = _chinese(one, other)
    elif one.is_chinese:
        found = _across(one, other)
    elif other.is_chinese:
        found = _across(other, one)
        found = replace(found, features=tuple(Evidence(e.code, e.theirs, e.ours) for e in found.features))
    else:
        found = _latin(one, other, places)
    if found.features and one.branch != other.branch and found.features[0].code.startswith(SAME_HOUSE):
        return replace(found, branch=True)
    return found


# --- Chinese -------------------------------------------------------------------------------------------------------


def _size(text: str) -> str:
    """Return how long a brand is, as far as it matters."""
    return str(min(len(text), 4))


def _chinese(one: NormalName, other: NormalName) -> Names:
    """Compare two Chinese names."""
    a, b = one.core.replace(" ", ""), other.core.replace(" ", "")
    if a == b:
        return Names(CHINESE, (Evidence(f"name.equal.{_size(a)}", one.core, other.core),))
    brand_a, brand_b = one.brand.replace(" ", ""), other.brand.replace(" ", "")
    start = _common_start(a, b)
    rest = min(len(a), len(b)) - start
    end = _common_end(a, b, rest)
    mid_a, mid_b = a[start : len(a) - end], b[start : len(b) - end]
    slip = _slip(mid_a, mid_b, a, b, start)
    shorter = min(len(brand_a), len(brand_b))
    if slip:
        inside = start < shorter if len(brand_a) == len(brand_b) else start <= shorter
        if inside and not (brand_a == brand_b and start >= len(brand_a)):
            fuller = (
                brand_a if len(a) > len(b) else brand_b if len(b) > len(a) else min(brand_a, brand_b, key=len)
            )
            return Names(CHINESE, (Evidence(f"slip.{slip}.{_size(fuller)}", brand_a, brand_b),))
        kind = Evidence(f"kind.{slip}", a[len(brand_a) :], b[len(brand_b) :])
        return Names(CHINESE, (Evidence(f"brand.equal.{_size(brand_a)}", brand_a, brand_b), kind))
    if sorted(a) == sorted(b):
        return Names(CHINESE, (Evidence(f"name.order.{_size(a)}", one.core, other.core),))
    kind_a, kind_b = a[len(brand_a) :], b[len(brand_b) :]
    if brand_a == brand_b:
        brand = Evidence(f"brand.equal.{_size(brand_a)}", brand_a, brand_b)
        return Names(CHINESE, (brand, _kinds(kind_a, kind_b)))
    short = _abbreviates(one, other, a, b)
    if short is not None:
        return Names(CHINESE, (short,))
    if not mid_a or not mid_b:
        added = mid_a or mid_b
        where = "start" if not start else "end" if not end else "middle"
        return Names(
            CHINESE,
            (
                Evidence(f"added.{where}.{_size(min(a, b, key=len))}", brand_a, brand_b),
                _added(added),
            ),
        )
    brand_slip = _brand_slip(brand_a, brand_b)
    if brand_slip:
        return Names(
            CHINESE,
            (
                Evidence(f"slip.{brand_slip}.{_size(min(brand_a, brand_b, key=len))}", brand_a, brand_b),
                _kinds(kind_a, kind_b),
            ),
        )
    if min(len(brand_a), len(brand_b)) >= 2 and (brand_a.startswith(brand_b) or brand_b.startswith(brand_a)):
        start_code = f"brand.start.{_size(min(brand_a, brand_b, key=len))}"
        return Names(CHINESE, (Evidence(start_code, brand_a, brand_b), _kinds(kind_a, kind_b)))
    if DamerauLevenshtein.distance(a, b, score_cutoff=2) <= 2 and min(len(a), len(b)) >= 5:
        return Names(
            CHINESE, (Evidence(f"slip.two.{_size(min(brand_a, brand_b, key=len))}", brand_a, brand_b),)
        )
    alike = ratio(a, b)
    if alike >= 70.0 and min(len(a), len(b)) >= 5:
        return Names(CHINESE, (Evidence("name.alike", one.core, other.core), _kinds(kind_a, kind_b)))
    return Names(CHINESE, ())


def _common_start(a: str, b: str) -> int:
    count = 0
    for one, other in zip(a, b, strict=False):
        if one != other:
            break
        count += 1
    return count


def _common_end(a: str, b: str, most: int) -> int:
    count = 0
    while count < most and a[-1 - count] == b[-1 - count]:
        count += 1
    return count


def _slip(mid_a: str, mid_b: str, a: str, b: str, start: int) -> str:
    """Return what kind of slip sets two texts apart that agree before and after; empty: more than one."""
    if len(mid_a) == len(mid_b):
        if sound_alike(mid_a, mid_b):
            return "sound"
        if len(mid_a) == 1:
            return "near" if sound_nearly_alike(mid_a, mid_b) else "sign"
        if len(mid_a) == 2 and mid_a == mid_b[::-1]:
            return "swap"
        return ""
    if len(mid_a) + len(mid_b) == 1:
        longer = a if mid_a else b
        sign = mid_a or mid_b
        if longer[start - 1 : start] == sign or longer[start + 1 : start + 2] == sign:
            return "double"
        return "missing"
    return ""


def _brand_slip(one: str, other: str) -> str:
    """Return what kind of slip sets two brands apart; empty: more than one."""
    start = _common_start(one, other)
    end = _common_end(one, other, min(len(one), len(other)) - start)
    return _slip(one[start : len(one) - end], other[start : len(other) - end], one, other, start)


@lru_cache(maxsize=20_000)
def _parts(kind: str) -> frozenset[str]:
    """Return the pairs of characters of the words of a trade."""
    return frozenset(kind[at : at + 2] for at in range(len(kind) - 1)) or frozenset({kind})


_EMPTY_KINDS = frozenset(
    "集团 控股 实业 发展 公司 企业 有限 股份 科技 投资 国际 厂 集团控股 实业发展 科技发展".split()
)


def _kinds(one: str, other: str) -> Evidence:
    """Compare what trade two names tell."""
    if one == other:
        return Evidence("kind.equal" if one else "kind.none", one, other)
    if not one or not other:
        word = one or other
        return Evidence(("kind.vague" if word in _EMPTY_KINDS else "kind.untold"), one, other)
    if one in other or other in one:
        longer, shorter = (one, other) if len(one) > len(other) else (other, one)
        rest = longer.replace(shorter, "", 1)
        return Evidence(("kind.longer.vague" if rest in _EMPTY_KINDS else "kind.longer"), one, other)
    if _parts(one) & _parts(other):
        return Evidence("kind.overlaps", one, other)
    return Evidence("kind.differs", one, other)


def _added(text: str) -> Evidence:
    """Return what sort of words one name has more than the other."""
    chinese, _latin, _pairs = generic_words()
    if text in _EMPTY_KINDS:
        return Evidence("more.vague", text)
    if text in chinese:
        return Evidence("more.kind", text)
    return Evidence(f"more.{min(len(text), 3)}", text)


def _abbreviates(one: NormalName, other: NormalName, a: str, b: str) -> Evidence | None:
    """Return that one name abbreviates the other: its characters in order, the first one first."""
    short, long = sorted(((a, one), (b, other)), key=lambda pair: (len(pair[0]), pair[0]))
    if not 2 <= len(short[0]) <= 5 or len(long[0]) < len(short[0]) + 2:
        return None
    for text in (long[0], long[1].place.region + long[0]):
        if text[0] != short[0][0] or (text.startswith(short[0]) and long[1].brand != short[0]):
            continue
        rest = iter(text)
        if all(character in rest for character in short[0]):
            return Evidence(f"short.{_size(short[0])}", one.core, other.core)
    if (
        short[0][0] == long[0][0]
        and sum(character in long[0] for character in short[0]) >= len(short[0]) - 1 >= 2
    ):
        return Evidence("short.most", one.core, other.core)
    return None


# --- Latin ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=20_000)
def _words(core: str) -> tuple[tuple[str, ...], str]:
    """Return the words of a core without stop words, and all of them together."""
    tokens = core.split()
    words = tuple(word for word in tokens if word not in _UNTOLD) or tuple(tokens)
    return words, "".join(words)


def _letters(count: int) -> str:
    """Return how many letters agree, as far as it matters."""
    for most, name in ((3, "3"), (5, "5"), (8, "8"), (12, "12"), (18, "18")):
        if count <= most:
            return name
    return "more"


def _few(count: int, most: int = 2) -> str:
    return str(min(count, most))


def _latin(one: NormalName, other: NormalName, places: frozenset[str]) -> Names:
    """Compare two names in words. ``places``: words that only say where the two are."""
    words_a, a = _words(one.core)
    words_b, b = _words(other.core)
    if a == b:
        return Names(LATIN, (Evidence(f"name.equal.{_letters(len(a))}", one.core, other.core),))
    short, long = sorted((words_a, words_b), key=lambda words: (len(words), words))
    if len(short) == 1 and len(long) >= 2 and (how := _initials(short[0], long)):
        return Names(LATIN, (Evidence(f"initials.{how}{min(len(short[0]), 5)}", one.core, other.core),))
    cut = _cut(words_a, words_b)
    if cut:
        return Names(LATIN, (Evidence(f"name.cut.{_letters(cut)}", one.core, other.core),))
    pairs, joined_a, joined_b = _aligned(short, long)
    _zh, generic, _pairs = generic_words()
    vague = generic if any(word not in generic for word in (*short, *long)) else frozenset()
    letters = typos = shortened = kinds = roots = 0
    for at, to, how in pairs:
        if short[at] in vague:
            kinds += 1
        else:
            letters += min(len(short[at]), len(long[to]))
        typos += how == "typo"
        shortened += how == "short"
        roots += how == "root"
    for word in (*joined_a.values(), *joined_b.values()):
        letters += len(word)
    used = {at for at, _to, _how in pairs} | set(joined_a)
    taken = {to for _at, to, _how in pairs} | set(joined_b)
    left = [word for at, word in enumerate(short) if at not in used]
    more = [word for to, word in enumerate(long) if to not in taken]
    if not letters:
        alike = ratio(a, b)
        if (begun := min(len(a), len(b))) >= 8 and (a.startswith(b) or b.startswith(a)):
            return Names(LATIN, (Evidence(f"name.cut.{_letters(begun)}", one.core, other.core),), part=True)
        if alike >= 85.0 and min(len(a), len(b)) >= 5:
            return Names(LATIN, (Evidence(f"name.typos.{_letters(len(a))}", one.core, other.core),))
        if not pairs or left:
            return Names(LATIN, ())
    where = [word for word in (*left, *more) if word in places]
    left, more = [w for w in left if w not in places], [w for w in more if w not in places]
    told, told_more = [w for w in left if w not in vague], [w for w in more if w not in vague]
    if told and told_more and _apart("".join(told), "".join(told_more)):
        typos += 1
        letters += len("".join(told))
        told, told_more = [], []
    features = [Evidence(f"words.same.{_letters(letters)}", one.core, other.core)]
    if kinds:
        features.append(Evidence(f"kinds.same.{_few(kinds, 3)}"))
    order = [to for _at, to, _how in pairs]
    if order != sorted(order):
        features.append(Evidence("words.order"))
    if typos:
        features.append(Evidence(f"words.typo.{_few(typos)}"))
    if shortened:
        features.append(Evidence("words.short"))
    if roots:
        features.append(Evidence(f"words.root.{_few(roots)}"))
    if where:
        features.append(Evidence("words.where", " ".join(where)))
    both = "both" if told and told_more else "one"
    if told or told_more:
        fewer, further = sorted((len(told), len(told_more)))
        features.append(
            Evidence(
                f"words.differ.{both}.{_few(further if both == 'one' else fewer)}",
                " ".join(told),
                " ".join(told_more),
            )
        )
        if both == "both" and further > fewer:
            features.append(Evidence("words.differ.further"))
        if any(len(word) <= 3 for word in (*told, *told_more)):
            features.append(Evidence("words.differ.small"))
    vague_left = [word for word in left if word in vague]
    vague_more = [word for word in more if word in vague]
    if vague_left and vague_more:
        features.append(Evidence(f"kinds.differ.{_few(min(len(vague_left), len(vague_more)))}"))
    elif vague_left or vague_more:
        features.append(Evidence(f"kinds.more.{_few(len(vague_left) + len(vague_more))}"))
    if _UNITS.intersection(left) != _UNITS.intersection(more):
        features.append(Evidence("words.unit"))
    if pairs and min(pairs)[:2] != (0, 0) and not (joined_a or joined_b):
        features.append(Evidence("words.first"))
    if a.startswith(b) or b.startswith(a):
        features.append(Evidence("words.start"))
        if min(len(one.core), len(other.core)) >= 24:
            features.append(Evidence("words.long"))  # sources cut names off
    return Names(LATIN, tuple(features), part=not left and bool(more) and letters >= 5)


def _cut(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """Return how many letters agree where one name is the other as a source cut it off, in the middle of a word; or 0."""
    for short, long in ((one, other), (other, one)):
        whole = short[:-1]
        letters = sum(map(len, whole))
        if letters < 12 or len(whole) < 2 or whole != long[: len(whole)]:
            continue
        last, following = short[-1], long[len(whole) : len(whole) + 1]
        if (following and following[0] != last and following[0].startswith(last)) or (
            not following and len(last) <= 2 and len(short) > len(long)
        ):
            return letters + len(last)
    return 0


def _apart(one: str, other: str) -> bool:
    """Tell whether words that found no partner are one text, written apart or with an error."""
    return min(len(one), len(other)) >= 6 and ratio(one, other) >= 88.0


def _initials(short: str, words: tuple[str, ...]) -> str:
    """Return how one word is made of the first letters of others: ``all.``, ``start.``; empty: it is not."""
    initials = "".join(word[0] for word in words)
    if not 2 <= len(short) <= 10:
        return ""
    if short == initials:
        return "all."
    if len(short) >= 3 and (initials.startswith(short) or short.startswith(initials)):
        return "start."
    return ""


def _aligned(
    short: tuple[str, ...], long: tuple[str, ...]
) -> tuple[list[tuple[int, int, str]], dict[int, str], dict[int, str]]:
    """Return (place in the shorter, place in the longer, how) of the words that mean the same, in order.

    And by place the words of either that together make one or two of the other: written apart.
    """
    free = list(range(len(long)))
    pairs: list[tuple[int, int, str]] = []
    waiting = []
    for at, word in enumerate(short):
        to = next((to for to in free if long[to] == word), -1)
        if to >= 0:
            free.remove(to)
            pairs.append((at, to, "same"))
        else:
            waiting.append(at)
    if not waiting or not free:
        return sorted(pairs), {}, {}
    joined_a, joined_b = _joined(short, waiting, long, free)
    waiting = [at for at in waiting if at not in joined_a]
    free = [to for to in free if to not in joined_b]
    for at in waiting:
        best = max(((how, -to) for to in free if (how := _likeness(short[at], long[to]))), default=None)
        if best is not None:
            free.remove(-best[1])
            pairs.append((at, -best[1], _HOW[best[0]]))
    return sorted(pairs), joined_a, joined_b


def _joined(
    short: tuple[str, ...], waiting: list[int], long: tuple[str, ...], free: list[int]
) -> tuple[dict[int, str], dict[int, str]]:
    """Return the words, by place, that are one word on one side and two neighbours on the other."""
    one_side: dict[int, str] = {}
    other_side: dict[int, str] = {}
    for mine, places, theirs, their_places, swapped in (
        (short, waiting, long, free, False),
        (long, free, short, waiting, True),
    ):
        for at in places:
            word = mine[at]
            for first, second in zip(their_places, their_places[1:], strict=False):
                if second != first + 1 or not word.startswith(theirs[first]) or len(word) < 4:
                    continue
                rest = word[len(theirs[first]) :]
                if rest == theirs[second] or short_form(rest) == theirs[second]:
                    whole, parts = ({at: word}, {first: "", second: ""})
                    one_side.update(parts if swapped else whole)
                    other_side.update(whole if swapped else parts)
                    return one_side, other_side
    return one_side, other_side


@lru_cache(maxsize=100_000)
def _likeness(one: str, other: str) -> int:
    """Return 3 where one word begins or shortens the other, 2 for a typing error, 1 for words of one root, else 0."""
    short, long = sorted((one, other), key=lambda word: (len(word), word))
    if len(short) < len(long) and long.startswith(short) and (len(short) >= 3 or len(long) - len(short) < 2):
        return 3
    if len(short) >= 3 and short[0] == long[0] and len(long) >= len(short) + 2:
        rest = iter(long)
        if all(letter in rest for letter in short) and sum(letter in "aeiou" for letter in short) <= 1:
            return 3
    if len(short) >= 4:
        distance = DamerauLevenshtein.distance(one, other, score_cutoff=2)
        if distance <= (2 if len(short) >= 8 else 1):
            return 2
    if len(short) >= 5 and _common_start(short, long) >= max(4, len(short) - 4):
        return 1
    return 0


_HOW = {3: "short", 2: "typo", 1: "root"}


# --- Across scripts ------------------------------------------------------------------------------------------------


def _across(chinese: NormalName, latin: NormalName) -> Names:
    """Compare a Chinese name with one in Latin letters: by sound, and by what the words of trade mean."""
    core, brand = chinese.core.replace(" ", ""), chinese.brand.replace(" ", "")
    kind = core[len(brand) :]
    tokens = latin.tokens
    letters = "".join(tokens)
    if letters == sound_of(core):
        return Names(ACROSS, (Evidence(f"read.whole.{_size(core)}", chinese.core, latin.core),))
    best, start = (0, 0), 0
    for first in range(min(3, len(tokens))):
        text = "".join(tokens[first:])
        count, taken = read_as(text, core)
        ends = {sum(map(len, tokens[first:last])) for last in range(first + 1, len(tokens) + 1)}
        whole = taken in ends
        if count and (count, whole) > (best[0], best[1] == 1):
            best, start = (count, 1 if whole else 0), first
            rest_at = taken
    features: list[Evidence] = []
    rest = list(tokens)
    if best[0] >= 2 or (best[0] == len(brand) == 1):
        count = best[0]
        text = "".join(tokens[start:])
        rest, passed = [], 0
        for token in tokens[start:]:
            passed += len(token)
            if passed > rest_at:
                rest.append(token)
        if count == len(core):
            code = f"read.all.{_size(core)}"
        elif count >= len(brand):
            code = f"read.brand.{_size(brand)}"
        else:
            code = f"read.start.{min(count, 3)}"
        features.append(Evidence(code if best[1] else f"{code}.open", core[:count], text[:rest_at]))
        if count >= len(brand):
            kind = core[count:]
        if start:
            features.append(Evidence("read.later"))
    elif len(sound_of(brand)) >= 5:
        sound = near_sound(sound_of(brand))
        begin = near_sound(letters)[: len(sound)]
        if ratio(sound, begin) >= 85.0:
            features.append(Evidence(f"read.near.{_size(brand)}", brand, latin.core))
            rest = list(tokens[1:])
    if not features:
        return Names(ACROSS, ())
    features.append(_translated(kind, rest))
    return Names(ACROSS, tuple(features))


def _translated(kind: str, words: list[str]) -> Evidence:
    """Return whether the words of trade of a Latin name mean what the Chinese ones say."""
    _zh, generic, pairs = generic_words()
    known = [word for word in words if word in pairs]
    hits = sum(any(meaning in kind for meaning in pairs[word]) for word in known)
    strange = sum(word not in pairs and word not in generic and word not in STOP_WORDS for word in words)
    if strange:
        return Evidence("trade.strange", kind, " ".join(words))
    if not words and not kind:
        return Evidence("trade.none")
    if not words or not kind:
        return Evidence("trade.untold", kind, " ".join(words))
    if hits and hits == len(known):
        return Evidence("trade.same", kind, " ".join(words))
    if hits:
        return Evidence("trade.partly", kind, " ".join(words))
    return Evidence("trade.differs" if known else "trade.untold", kind, " ".join(words))


# --- Everything else -----------------------------------------------------------------------------------------------


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
            words, joined = _words(name.core)
            if label == joined:
                return label, "whole"
            if label == short_form("".join(name.brand.split())) or (words[0] == label and len(label) > 3):
                return label, "brand"
            if len(label) >= 4 and joined.startswith(label):
                return label, "start"
    return "", ""
