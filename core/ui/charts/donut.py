"""Shares of a whole."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.ui.wording import compact_number

from .shapes import Chart, Path, Series, colour, point, shown


@dataclass(frozen=True)
class DonutChart(Chart):
    """Shares of a whole; the whole stands in the middle."""

    values: Sequence[float] = ()

    kind = "donut"
    width = height = 200

    @property
    def all_series(self) -> Sequence[Series]:
        """The one row of figures."""
        return (Series(self.unit, self.values),)

    @property
    def legend(self) -> list[tuple[int, str]]:
        """(colour, label with its figure)."""
        return [
            (colour(index), f"{label}: {shown(self.values[index])}")
            for index, label in enumerate(self.labels)
        ]

    @property
    def total(self) -> str:
        """The whole, short."""
        return compact_number(sum(self.values))

    @property
    def paths(self) -> list[Path]:
        """The sectors; one that is all is a ring."""
        total, at, paths = float(sum(self.values)), 0.0, []
        for index, value in enumerate(self.values):
            share = float(value) / total if total else 0
            if share <= 0:
                continue
            title = f"{self.labels[index]}: {shown(value)} {self.unit}".strip()
            paths.append(Path(_sector(at, at + min(share, 0.9999)), colour(index), title))
            at += share
        return paths


def _sector(start: float, end: float, outer: float = 92, inner: float = 60) -> str:
    """Return the path of a ring's sector between two shares of the turn, from the top, clockwise."""

    def at(share: float, radius: float) -> str:
        angle = 2 * math.pi * share - math.pi / 2
        return f"{point(100 + radius * math.cos(angle))} {point(100 + radius * math.sin(angle))}"

    large = 1 if end - start > 0.5 else 0
    return (
        f"M{at(start, outer)} A{outer} {outer} 0 {large} 1 {at(end, outer)} "
        f"L{at(end, inner)} A{inner} {inner} 0 {large} 0 {at(start, inner)} Z"
    )
