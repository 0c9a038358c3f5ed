"""What a comparison is worth: the sum of its features' weights, log-odds of being the same organisation. Pure.

The weights were fitted on labelled pairs (``fitting``) and lie in ``data/weights.json``, with one set each for two
Chinese names, two Latin ones, and one of each. The summands are the explanation.
"""

import json
import math
from collections.abc import Iterable
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
TELLING = 0.2  # what counts less is no reason anybody would want to read
SAID_ANYWAY = frozenset({"branch", "registry.same", "number.same"})


@dataclass(frozen=True, slots=True)
class Weights:
    """A version of the weights: by script, by code; and from which score on a match holds or is worth a look."""

    version: int
    sets: dict[str, dict[str, float]]
    conflict: dict[str, float]
    possible: dict[str, float]


@lru_cache(maxsize=1)
def weights() -> Weights:
    """Return the weights in use."""
    data = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    return Weights(data["version"], data["weights"], data["conflict"], data["possible"])


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

    def has(self, prefix: str) -> bool:
        """Tell whether a feature's code begins with ``prefix``."""
        return any(feature.code.startswith(prefix) for feature in self.features)

    def evidence(self, theirs: Profile) -> tuple[Evidence, ...]:
        """Return the features that count, the weightiest first; of another name it is known by, that first of all."""
        weighed = [replace(feature, weight=self.weight(feature)) for feature in self.features]
        counted = sorted(
            (feature for feature in weighed if abs(feature.weight) >= TELLING or feature.code in SAID_ANYWAY),
            key=lambda feature: -abs(feature.weight),
        )
        if theirs.names and self.theirs != theirs.names[0]:
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


def features_of(
    ours: Profile, theirs: Profile, *, shared: dict[str, int] | None = None, common: int = 0
) -> Iterable[tuple[Names, NormalName, NormalName, list[Evidence]]]:
    """Yield, for each pair of names, how they compare and all features of the comparison.

    ``shared``: how many organisations have each domain and phone. ``common``: how many are found by the same name;
    0 where that is not known.
    """
    certain = compare_ids(ours, theirs)
    contacts = compare_contacts(ours, theirs, shared)
    places = frozenset(word for place in (ours.place, theirs.place) for word in place_tokens(place))
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
            if common and names.features[0].code not in ("name.none", "name.reached"):
                features.append(Evidence(common_code(common)))
            if names.branch:
                features.append(Evidence("branch", one.branch, other.branch))
            yield names, one, other, features


def score(
    ours: Profile,
    theirs: Profile,
    *,
    shared: dict[str, int] | None = None,
    common: int = 0,
    using: Weights | None = None,
) -> Scored:
    """Return what the comparison of the best pair of names is worth; equal names go before any others."""
    using = using or weights()
    best: Scored | None = None
    best_key = (False, 0.0)
    for names, one, other, features in features_of(ours, theirs, shared=shared, common=common):
        values = using.sets[names.script]
        total = values[BIAS]
        for feature in features:
            total += values.get(feature.code, 0.0)
        equal = names.features[0].code.startswith(EQUAL)
        if best is None or (equal, total) > best_key:
            best_key = (equal, total)
            best = Scored(names.script, round(total, 3), tuple(features), names, one, other, using)
    assert best is not None  # there is always one pair, be it of empty names
    return best
