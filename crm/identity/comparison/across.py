"""A Chinese name and one in Latin letters: by sound, and by what the words of trade mean. Pure."""

from rapidfuzz.fuzz import ratio

from ..keys import STOP_WORDS
from ..normal import NormalName
from ..sounds import near_sound, read_as, sound_of
from ..vocabulary import generic_words
from .evidence import ACROSS, Evidence, Names, size_of


def compare_across(chinese: NormalName, latin: NormalName) -> Names:
    """Compare a Chinese name with one in Latin letters: by sound, and by what the words of trade mean."""
    core, brand = chinese.core.replace(" ", ""), chinese.brand.replace(" ", "")
    kind = core[len(brand) :]
    tokens = latin.tokens
    letters = "".join(tokens)
    if letters == sound_of(core):
        return Names(ACROSS, (Evidence(f"read.whole.{size_of(core)}", chinese.core, latin.core),))
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
            code = f"read.all.{size_of(core)}"
        elif count >= len(brand):
            code = f"read.brand.{size_of(brand)}"
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
            features.append(Evidence(f"read.near.{size_of(brand)}", brand, latin.core))
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
