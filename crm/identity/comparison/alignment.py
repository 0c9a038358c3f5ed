"""Which words of two names mean the same. Pure."""

from functools import lru_cache
from itertools import pairwise

from rapidfuzz.distance import DamerauLevenshtein

from ..vocabulary import short_form
from .evidence import common_start


def aligned(
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
            for first, second in pairwise(their_places):
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
    if len(short) >= 5 and common_start(short, long) >= max(4, len(short) - 4):
        return 1
    return 0


_HOW = {3: "short", 2: "typo", 1: "root"}
