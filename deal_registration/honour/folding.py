"""Which figures may be shown without telling on anybody, and their medians. Pure functions.

A group of cases (one territory with all below it) is shown when it is large enough. One that is not is folded into the
level above. It must not come out by subtraction either: what is left of a territory once its shown parts are taken off
is empty, or large enough itself; where it is not, a part that could be shown is folded as well. Whatever can be
computed from the shown figures is a union of such remainders, so nothing smaller than they are can be computed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

EVERYWHERE = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Cases counted together: how many, how many of them hit, whose, and how long each took (where that is asked)."""

    cases: int = 0
    hits: int = 0
    partners: frozenset[int] = field(default_factory=frozenset)
    seconds: tuple[int, ...] = ()

    def __add__(self, other: "Group") -> "Group":
        return Group(
            self.cases + other.cases,
            self.hits + other.hits,
            self.partners | other.partners,
            self.seconds + other.seconds,
        )


@dataclass(frozen=True, slots=True)
class Least:
    """How large a group must be to be shown: cases, and partners they belong to."""

    cases: int = 5
    partners: int = 3

    def is_enough(self, group: Group) -> bool:
        """Tell whether the group hides whose cases are in it. What is enough stays so when more is added."""
        return group.cases >= self.cases and len(group.partners) >= self.partners


@dataclass(frozen=True, slots=True)
class Folded:
    """What becomes of one place: ``group`` where its figure is shown, else where its cases are counted.

    ``into`` None: nowhere, there are too few altogether; also where there is no case at all.
    """

    group: Group | None = None
    into: str | None = None
    is_empty: bool = False


def totals_of(own: Mapping[str, Group], parents: Mapping[str, str]) -> dict[str, Group]:
    """Return each place's cases with those of all places below it; ``parents`` leads to ``EVERYWHERE``.

    Raises ``KeyError`` for cases of a place that is not in ``parents``.
    """
    gathered: dict[str, list[Group]] = {place: [] for place in (EVERYWHERE, *parents)}
    for place, group in own.items():
        above = place
        while True:
            gathered[above].append(group)
            if above == EVERYWHERE:
                break
            above = parents[above]
    return {place: _sum(groups) for place, groups in gathered.items()}


def _sum(groups: Iterable[Group]) -> Group:
    """Return the groups as one; of many at once, in one pass."""
    groups = list(groups)
    return Group(
        sum(group.cases for group in groups),
        sum(group.hits for group in groups),
        frozenset().union(*(group.partners for group in groups)),
        tuple(second for group in groups for second in group.seconds),
    )


def fold(own: Mapping[str, Group], parents: Mapping[str, str], least: Least) -> dict[str, Folded]:
    """Return for ``EVERYWHERE`` and each place of ``parents`` whether its figure is shown, or where it is counted."""
    totals = totals_of(own, parents)
    below: dict[str, list[str]] = {place: [] for place in totals}
    for place in sorted(parents):
        below[parents[place]].append(place)
    folded: dict[str, Folded] = {}

    def hide(place: str, into: str | None) -> None:
        folded[place] = Folded(into=into, is_empty=not totals[place].cases)
        for part in below[place]:
            hide(part, into)

    def show(place: str) -> None:
        folded[place] = Folded(group=totals[place])
        shown = _shown_parts(own.get(place, Group()), {part: totals[part] for part in below[place]}, least)
        for part in below[place]:
            if part in shown:
                show(part)
            else:
                hide(part, place)

    if least.is_enough(totals[EVERYWHERE]):
        show(EVERYWHERE)
    else:
        hide(EVERYWHERE, None)
    return folded


def _shown_parts(own: Group, parts: Mapping[str, Group], least: Least) -> set[str]:
    """Return which parts of a shown place are shown, so that what is left of it is nothing, or enough."""
    shown = {place for place, group in parts.items() if least.is_enough(group)}
    rest = _sum([own, *(group for place, group in parts.items() if place not in shown)])
    while rest.cases and not least.is_enough(rest) and shown:
        # The smallest part that mends it; where none alone does, the smallest, and again.
        smallest = sorted(shown, key=lambda place: (parts[place].cases, place))
        taken = next((place for place in smallest if least.is_enough(rest + parts[place])), smallest[0])
        shown.discard(taken)
        rest = rest + parts[taken]
    return shown


def median(values: Iterable[int]) -> float | None:
    """Return the middle of ``values``, of two middles their mean; None of nothing."""
    row = sorted(values)
    if not row:
        return None
    middle = len(row) // 2
    return float(row[middle]) if len(row) % 2 else (row[middle - 1] + row[middle]) / 2


def rounded(seconds: float | None, step: int = 1800) -> int | None:
    """Return ``seconds`` to the nearest half hour: of an odd number of cases a median is one case's very own time."""
    return None if seconds is None else int((seconds + step / 2) // step * step)
