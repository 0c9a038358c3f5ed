"""What every chart is made of: series, drawn shapes, round axes, figures as people read them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.formats import number_format

WIDTH, HEIGHT = 440, 230
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 12, 28
ROW_HEIGHT, LABEL_WIDTH = 32, 150
LABEL_LETTERS = 19
TICKS = 4
SERIES_COLOURS = 6


@dataclass(frozen=True)
class Series:
    """One row of figures: what it is called, and a number per label."""

    label: str
    values: Sequence[float]


class Bar(NamedTuple):
    """A drawn bar."""

    x: str
    y: str
    width: str
    height: str
    series: int
    title: str


class Text(NamedTuple):
    """A drawn word; ``anchor`` is SVG's text-anchor."""

    x: str
    y: str
    text: str
    anchor: str = "middle"
    css: str = ""


class Line(NamedTuple):
    """A drawn line of the grid."""

    x1: str
    y1: str
    x2: str
    y2: str
    css: str = "chart-grid"


class Path(NamedTuple):
    """A drawn curve or sector."""

    d: str
    series: int
    title: str = ""


class Dot(NamedTuple):
    """A drawn point of a line."""

    x: str
    y: str
    series: int
    title: str


def point(value: float) -> str:
    """Return a coordinate as SVG wants it."""
    return f"{value:.1f}"


def shown(value) -> str:
    """Return a figure as people read it, in full."""
    whole = float(value) == int(value)
    return number_format(
        round(value, 0 if whole else 2), decimal_pos=0 if whole else None, force_grouping=True
    )


def nice_ticks(highest: float, count: int = TICKS) -> list[float]:
    """Return round steps of an axis from 0 to at least ``highest``, about ``count`` of them."""
    if highest <= 0:
        return [0, 1]
    raw = highest / count
    magnitude = 10 ** math.floor(math.log10(raw))
    step = next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= raw)
    step = max(step, 1) if highest == int(highest) and highest < count else step
    return [step * number for number in range(math.ceil(highest / step) + 1)]


def colour(index: int) -> int:
    return index % SERIES_COLOURS + 1


@dataclass(frozen=True)
class Chart:
    """What every chart has: a title that says what to see, labels, and the unit of its figures."""

    title: str
    labels: Sequence[str]
    unit: str = ""

    kind = ""
    width = WIDTH
    height = HEIGHT

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The figures as a table: (label, one text per series)."""
        return [
            (str(label), [shown(row.values[index]) for row in self.all_series])
            for index, label in enumerate(self.labels)
        ]

    @property
    def all_series(self) -> Sequence[Series]:
        """The rows of figures."""
        raise NotImplementedError

    @property
    def legend(self) -> list[tuple[int, str]]:
        """(colour, name) of each series; of one alone the title says enough."""
        if len(self.all_series) < 2:
            return []
        return [(colour(index), str(row.label)) for index, row in enumerate(self.all_series)]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(any(row.values) for row in self.all_series)

    @property
    def summary(self) -> str:
        """The figures in a sentence, for those who do not see the drawing."""
        return "; ".join(f"{label}: {', '.join(values)}" for label, values in self.rows)

    @property
    def view_box(self) -> str:
        """The drawing's coordinates."""
        return f"0 0 {self.width} {self.height}"
