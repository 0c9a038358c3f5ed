"""Two names in words: which of them agree, differ, are misspelt or shortened. Pure."""

from functools import lru_cache

from rapidfuzz.fuzz import ratio

from ..keys import SHORTEST_HOUSE, STOP_WORDS
from ..normal import NormalName
from ..vocabulary import generic_words
from .alignment import aligned
from .evidence import LATIN, Evidence, Names

# What a part of an organisation is called, which bears the whole name of the house and more.
_UNITS = frozenset(
    {
        "hosp",
        "coll",
        "inst",
        "sch",
        "fac",
        "campus",
        "ctr",
        "dept",
        "lab",
        "clin",
        "mus",
        "lib",
        "division",
        "branch",
        "acad",
        "unit",
        "facility",
        "station",
        "press",
        "office",
        "werk",
        "plant",
        "factory",
        "site",
        "vestiging",
        "filiale",
        "niederlassung",
    }
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


@lru_cache(maxsize=20_000)
def words_of(core: str) -> tuple[tuple[str, ...], str]:
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


def compare_latin(one: NormalName, other: NormalName, places: frozenset[str]) -> Names:
    """Compare two names in words. ``places``: words that only say where the two are."""
    words_a, a = words_of(one.core)
    words_b, b = words_of(other.core)
    if a == b:
        return Names(LATIN, (Evidence(f"name.equal.{_letters(len(a))}", one.core, other.core),))
    short, long = sorted((words_a, words_b), key=lambda words: (len(words), words))
    if len(short) == 1 and len(long) >= 2 and (how := _initials(short[0], long)):
        return Names(LATIN, (Evidence(f"initials.{how}{min(len(short[0]), 5)}", one.core, other.core),))
    cut = _cut(words_a, words_b)
    if cut:
        return Names(LATIN, (Evidence(f"name.cut.{_letters(cut)}", one.core, other.core),))
    pairs, joined_a, joined_b = aligned(short, long)
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
        ours, theirs = (told, told_more) if short is words_a else (told_more, told)
        code = f"words.differ.{both}.{_few(further if both == 'one' else fewer)}"
        features.append(Evidence(code, " ".join(ours), " ".join(theirs)))
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
    part = not left and bool(more) and letters >= 3 and min(len(a), len(b)) >= SHORTEST_HOUSE
    kin = len(words_a) > 2 < len(words_b) and words_a[:2] == words_b[:2] and sum(map(len, words_a[:2])) >= 8
    return Names(LATIN, tuple(features), branch=part and bool(_UNITS.intersection(more)), part=part, kin=kin)


def _cut(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """Return how many letters agree where one name is the other cut off in the middle of a word; 0 where it is not."""
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
