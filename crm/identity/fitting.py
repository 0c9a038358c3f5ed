"""Fitting the weights of ``scoring`` on labelled pairs: logistic regression on the features' codes. Pure.

Pairs of organisations have few distinct sets of features, so they are counted first; then each weight in turn takes a
Newton step until none moves. Weights of what speaks for or against by its nature are kept on their side of nought.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .comparison import ACROSS, CHINESE, LATIN
from .scoring import BIAS

PRIOR = 0.25  # of a normal prior around nought, as the inverse of its variance
SWEEPS = 60
ENOUGH = 0.002
ROUNDS = 2  # the best pair of names is chosen by the weights of the round before
LONGEST_STEP = 1.5
FOR = ("registry.same", "number.same", "domain.same", "phone.same", "label.", "place.same", "named.same")
AGAINST = (
    "name.none",
    "name.reached",
    "domain.differs",
    "phone.differs",
    "named.differs",
    "place.country",
    "place.region",
    "place.cit",
)
GIVEN = {
    "registry.same": (6.0, 9.0),
    "number.same": (6.0, 9.0),
    "registry.differs": (-9.0, -5.0),
    # A place that is not known says nothing; the same city never says less than that or than the same province.
    "place.unknown": (0.0, 0.0),
    "place.near": (0.0, 1.0),
    "place.same": (1.0, 9.0),
}

Sets = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Option:
    """One pair of names of two organisations: with which weights it is judged, and the codes of its features."""

    script: str
    codes: tuple[str, ...]
    is_branch: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A candidate and an organisation that was kept: whether they are the same, and how their names pair up."""

    same: bool
    options: tuple[Option, ...]


def bounds(code: str) -> tuple[float, float]:
    """Return between which values a weight may lie."""
    if code == BIAS:
        return -20.0, 20.0
    if code in GIVEN:
        return GIVEN[code]
    return (0.0 if code.startswith(FOR) else -9.0), (0.0 if code.startswith(AGAINST) else 9.0)


def worth(sets: Sets, option: Option) -> float:
    """Return the sum of an option's weights."""
    values = sets[option.script]
    return values[BIAS] + sum(values.get(code, 0.0) for code in option.codes)


def fit(pairs: Sequence[Pair]) -> Sets:
    """Return the weights by script and code, rounded to two decimals."""
    sets: Sets | None = None
    for _round in range(ROUNDS):
        counted: dict[str, Counter[tuple[tuple[str, ...], bool]]] = {
            script: Counter() for script in (CHINESE, LATIN, ACROSS)
        }
        for pair in pairs:
            option = _best(pair.options, sets)
            if not option.is_branch or "registry.same" in option.codes:
                counted[option.script][option.codes, pair.same] += 1
        sets = {script: _regress(counts.items()) for script, counts in counted.items()}
    assert sets is not None  # there is at least one round
    return sets


def _best(options: Sequence[Option], sets: Sets | None) -> Option:
    """Return the option that says most; before there are weights, the first whose names have anything in common."""
    if sets is not None:
        return max(options, key=lambda option: worth(sets, option))
    return next((option for option in options if "name.none" not in option.codes), options[0])


def _regress(counts: Iterable[tuple[tuple[tuple[str, ...], bool], int]]) -> dict[str, float]:
    """Return the weights that make the labels likeliest, by one Newton step after the other."""
    patterns: dict[frozenset[str], list[int]] = defaultdict(lambda: [0, 0])
    for (codes, same), count in counts:
        patterns[frozenset((*codes, BIAS))][same] += count
    totals = [sum(labels) for labels in patterns.values()]
    same_of = [labels[1] for labels in patterns.values()]
    having: dict[str, list[int]] = defaultdict(list)
    for number, codes in enumerate(patterns):
        for code in codes:
            having[code].append(number)
    values = dict.fromkeys(sorted(having), 0.0)
    values.setdefault(BIAS, 0.0)
    sums = [0.0] * len(patterns)
    for _sweep in range(SWEEPS):
        moved = 0.0
        for code in values:
            slope = curve = 0.0
            for number in having[code]:
                chance = 1.0 / (1.0 + math.exp(-max(-35.0, sums[number])))
                slope += same_of[number] - totals[number] * chance
                curve += totals[number] * chance * (1.0 - chance)
            prior = 0.0 if code == BIAS else PRIOR
            step = (slope - prior * values[code]) / (curve + prior + 1e-3)
            low, high = bounds(code)
            value = max(low, min(high, values[code] + max(-LONGEST_STEP, min(LONGEST_STEP, step))))
            change = value - values[code]
            if change:
                values[code] = value
                for number in having[code]:
                    sums[number] += change
            moved = max(moved, abs(change))
        if moved < ENOUGH:
            break
    return {code: round(value, 2) for code, value in values.items()}
