"""What a comparison is worth: the sum of its features' weights, log-odds of being the same organisation. Pure.

The weights were fitted on labelled pairs (``fitting``) and lie in ``data/weights.json``, with one set each for two
Chinese names, two Latin ones, and one of each. The summands are the explanation.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from .comparison import (
    ACROSS,
    CHINESE,
    LATIN,
    NOTHING,
    Evidence,
    Names,
    compare_contacts,
    compare_ids,
    compare_names,
    compare_places,
    place_tokens,
)
from .normal import NormalName
from .profiles import Profile

WEIGHTS_FILE = Path(__file__).resolve().parent / "data" / "weights.json"
EMPTY_NAME = NormalName()
BIAS = "bias"
EQUAL = ("name.equal", "read.whole")
UNLIKE = ("name.none", "name.reached")
MOST_RIVALS = 4
CROWD = ("common.", "rivals.")
TELLING = 0.2  # what counts less is no reason anybody would want to read
SAID_ANYWAY = frozenset({"branch", "registry.same", "number.same"})


@dataclass(frozen=True, slots=True)
class Weights:
    """A version of the weights: by script, by code; and from which score on a match holds or is worth a look."""

    version: int
    sets: dict[str, dict[str, float]]
    conflict: dict[str, float]
    possible: dict[str, float]


_on_trial: ContextVar[Weights | None] = ContextVar("weights on trial", default=None)


def weights() -> Weights:
    """Return the weights in use."""
    return _on_trial.get() or read_weights()


@lru_cache(maxsize=1)
def read_weights() -> Weights:
    """Return the weights of the file."""
    data = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    return Weights(data["version"], data["weights"], data["conflict"], data["possible"])


@contextmanager
def trying(candidate: Weights) -> Iterator[None]:
    """Let other weights be in use for a while: to measure them."""
    token = _on_trial.set(candidate)
    try:
        yield
    finally:
        _on_trial.reset(token)


@dataclass(frozen=True, slots=True)
class Scored:
    """A comparison: its features, the sum of their weights, and the pair of names they rest on."""

    script: str
    total: float
    features: tuple[Evidence, ...]
    names: Names
    ours: NormalName
    theirs: NormalName
    using: Weights

    def weight(self, feature: Evidence) -> float:
        """Return what a feature counts here."""
        return self.using.sets[self.script].get(feature.code, 0.0)

    def evidence(self, theirs: Profile) -> tuple[Evidence, ...]:
        """Return the features that count, the weightiest first, how many others are alike last.

        Where another name it is known by is equal, that stands before all.
        """
        weighed = [replace(feature, weight=self.weight(feature)) for feature in self.features]
        counted = sorted(
            (feature for feature in weighed if abs(feature.weight) >= TELLING or feature.code in SAID_ANYWAY),
            key=lambda feature: (feature.code.startswith(CROWD), -abs(feature.weight)),
        )
        if theirs.names and self.theirs != theirs.names[0] and self.features[0].code.startswith(EQUAL):
            counted.insert(0, Evidence("name.alias", self.ours.core, self.theirs.core))
        return tuple(counted)


def chance(total: float) -> float:
    """Return log-odds as a probability in per cent, one decimal."""
    return round(100.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total)))), 1)


def common_code(count: int) -> str:
    """Return how many organisations have the name, as far as it matters."""
    for most in (1, 3, 10, 30):
        if count <= most:
            return f"common.{most}"
    return "common.many"


@dataclass(frozen=True, slots=True)
class Option:
    """One pair of names of two organisations: how they compare, and all features of the comparison."""

    names: Names
    ours: NormalName
    theirs: NormalName
    features: tuple[Evidence, ...]

    @property
    def likeness(self) -> tuple[str, ...]:
        """What the names and places say: organisations with the same are rivals for one answer."""
        codes = tuple(feature.code for feature in self.names.features)
        return (
            self.names.script,
            *codes,
            *(one.code for one in self.features if one.code.startswith("place.")),
        )

    def with_rivals(self, count: int) -> "Option":
        """Return this option with how many organisations are as alike by name and place."""
        if self.names.features[0].code in UNLIKE:
            return self
        return replace(self, features=(*self.features, Evidence(f"rivals.{min(count, MOST_RIVALS)}")))


def options_of(
    ours: Profile, theirs: Profile, *, shared: dict[str, int] | None = None, common: int = 0
) -> list[Option]:
    """Return, for each pair of names, how they compare and all features of the comparison.

    ``shared``: how many organisations have each domain and phone. ``common``: how many are found by the same name;
    0 where that is not known.
    """
    certain = compare_ids(ours, theirs)
    contacts = compare_contacts(ours, theirs, shared)
    places = frozenset(word for place in (ours.place, theirs.place) for word in place_tokens(place))
    options = []
    for one in ours.names or (EMPTY_NAME,):
        for other in theirs.names or (EMPTY_NAME,):
            names = compare_names(one, other, places) if one and other else NOTHING
            if not names.features:
                script = (
                    ACROSS if one.is_chinese != other.is_chinese else CHINESE if one.is_chinese else LATIN
                )
                reached = any(contact.code.startswith("label.whole") for contact in contacts)
                names = Names(script, (Evidence("name.reached" if reached else "name.none"),))
            features = [*names.features, *compare_places(ours, one, theirs, other), *certain, *contacts]
            if common and names.features[0].code not in UNLIKE:
                features.append(Evidence(common_code(common)))
            if names.branch:
                features.append(Evidence("branch", one.branch, other.branch))
            options.append(Option(names, one, other, tuple(features)))
    return options


def rivals(options: Iterable[list[Option]]) -> list[list[Option]]:
    """Return the options of all organisations of a short list, each with how many others are as alike."""
    listed = list(options)
    counts = Counter(likeness for one in listed for likeness in {option.likeness for option in one})
    return [[option.with_rivals(counts[option.likeness]) for option in one] for one in listed]


def best_of(options: Iterable[Option], using: Weights | None = None) -> Scored:
    """Return what the best pair of names is worth; equal names go before any others."""
    using = using or weights()
    best: Scored | None = None
    best_key = (False, 0.0)
    for option in options:
        values = using.sets[option.names.script]
        total = values[BIAS]
        for feature in option.features:
            total += values.get(feature.code, 0.0)
        key = (option.names.features[0].code.startswith(EQUAL), total)
        if best is None or key > best_key:
            best_key = key
            best = Scored(
                option.names.script,
                round(total, 3),
                option.features,
                option.names,
                option.ours,
                option.theirs,
                using,
            )
    assert best is not None  # there is always one pair, be it of empty names
    return best


def score(ours: Profile, theirs: Profile, *, using: Weights | None = None) -> Scored:
    """Return what the comparison of two organisations is worth by itself, whatever else is kept."""
    return best_of(options_of(ours, theirs), using)
