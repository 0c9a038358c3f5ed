"""Charts drawn on the server as SVG: they need no script, print, and go into mails.

A chart is a small object; ``{% chart chart %}`` draws it with its figures as a table below. Coordinates are text
already, because templates would separate their thousands.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.formats import number_format

from .wording import compact_number

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


def _p(value: float) -> str:
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


def _colour(index: int) -> int:
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
        return [(_colour(index), str(row.label)) for index, row in enumerate(self.all_series)]

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


@dataclass(frozen=True)
class _Plot(Chart):
    """A chart with two axes."""

    series: Sequence[Series] = ()

    @property
    def all_series(self) -> Sequence[Series]:
        """The rows of figures."""
        return self.series

    @property
    def _highest(self) -> float:
        return max((float(value) for row in self.series for value in row.values), default=0)

    def _y(self, value: float, top: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)

    @property
    def grid(self) -> list[Line]:
        """Horizontal lines at the steps."""
        ticks = nice_ticks(self._highest)
        return [
            Line(
                _p(LEFT),
                _p(self._y(tick, ticks[-1])),
                _p(WIDTH - RIGHT),
                _p(self._y(tick, ticks[-1])),
                "chart-axis" if tick == 0 else "chart-grid",
            )
            for tick in ticks
        ]

    @property
    def texts(self) -> list[Text]:
        """Steps at the left, labels below; where labels are many, every second or third."""
        ticks = nice_ticks(self._highest)
        texts = [
            Text(_p(LEFT - 8), _p(self._y(tick, ticks[-1]) + 4), compact_number(tick), "end")
            for tick in ticks
        ]
        every = max(1, math.ceil(len(self.labels) / 8))
        texts += [
            Text(_p(self._centre(index)), _p(HEIGHT - 8), str(label))
            for index, label in enumerate(self.labels)
            if index % every == 0
        ]
        return texts

    @property
    def _step(self) -> float:
        return (WIDTH - LEFT - RIGHT) / max(len(self.labels), 1)

    def _centre(self, index: int) -> float:
        return LEFT + self._step * (index + 0.5)


@dataclass(frozen=True)
class BarChart(_Plot):
    """Bars per label: upright or ``horizontal``; several series side by side or ``stacked``."""

    stacked: bool = False
    horizontal: bool = False

    kind = "bar"

    @property
    def height(self) -> int:
        """Lying bars need room per label."""
        return ROW_HEIGHT * max(len(self.labels), 1) + 8 if self.horizontal else HEIGHT

    @property
    def _highest(self) -> float:
        if not self.stacked:
            return super()._highest
        return max(
            (sum(float(row.values[i]) for row in self.series) for i in range(len(self.labels))), default=0
        )

    @property
    def grid(self) -> list[Line]:
        """Lying bars carry their figures and need no lines."""
        return [] if self.horizontal else super().grid

    @property
    def texts(self) -> list[Text]:
        """Labels, and for lying bars the figure at the end of each."""
        if not self.horizontal:
            return super().texts
        texts = []
        for index, label in enumerate(self.labels):
            y = ROW_HEIGHT * (index + 0.5) + 8
            total = sum(float(row.values[index]) for row in self.series)
            name = str(label) if len(str(label)) <= LABEL_LETTERS else f"{str(label)[: LABEL_LETTERS - 1]}…"
            texts.append(Text(_p(LABEL_WIDTH - 8), _p(y), name, "end"))
            texts.append(
                Text(
                    _p(LABEL_WIDTH + self._length(total) + 6),
                    _p(y),
                    compact_number(total),
                    "start",
                    "chart-value",
                )
            )
        return texts

    def _length(self, value: float) -> float:
        return (WIDTH - LABEL_WIDTH - 50) * value / (self._highest or 1)

    @property
    def bars(self) -> list[Bar]:
        """The bars."""
        return list(self._lying() if self.horizontal else self._upright())

    def _bar_title(self, row: Series, index: int) -> str:
        name = f"{self.labels[index]} · {row.label}" if len(self.series) > 1 else str(self.labels[index])
        return f"{name}: {shown(row.values[index])} {self.unit}".strip()

    def _lying(self):
        for index in range(len(self.labels)):
            x = LABEL_WIDTH
            for number, row in enumerate(self.series):
                length = self._length(float(row.values[index]))
                yield Bar(
                    _p(x),
                    _p(ROW_HEIGHT * index + 6),
                    _p(max(length, 1 if row.values[index] else 0)),
                    _p(ROW_HEIGHT - 10),
                    _colour(number),
                    self._bar_title(row, index),
                )
                x += length

    def _upright(self):
        top = nice_ticks(self._highest)[-1]
        room = min(self._step * 0.7, 64)
        width = room if self.stacked else room / max(len(self.series), 1)
        for index in range(len(self.labels)):
            x, base = self._centre(index) - room / 2, 0.0
            for number, row in enumerate(self.series):
                value = float(row.values[index])
                upper, lower = self._y(base + value, top), self._y(base, top)
                yield Bar(
                    _p(x),
                    _p(upper),
                    _p(max(width - (0 if self.stacked else 2), 1)),
                    _p(lower - upper),
                    _colour(number),
                    self._bar_title(row, index),
                )
                if self.stacked:
                    base += value
                else:
                    x += width


@dataclass(frozen=True)
class LineChart(_Plot):
    """A line per series over labels that follow each other, months for instance."""

    kind = "line"

    @property
    def paths(self) -> list[Path]:
        """The lines."""
        top = nice_ticks(self._highest)[-1]
        return [
            Path(
                " ".join(
                    f"{'M' if index == 0 else 'L'}{_p(self._centre(index))} {_p(self._y(float(value), top))}"
                    for index, value in enumerate(row.values)
                ),
                _colour(number),
            )
            for number, row in enumerate(self.series)
        ]

    @property
    def dots(self) -> list[Dot]:
        """The points, each with its figure on hover."""
        top = nice_ticks(self._highest)[-1]
        return [
            Dot(
                _p(self._centre(index)),
                _p(self._y(float(value), top)),
                _colour(number),
                f"{self.labels[index]} · {row.label}: {shown(value)} {self.unit}".strip(),
            )
            for number, row in enumerate(self.series)
            for index, value in enumerate(row.values)
        ]


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
            (_colour(index), f"{label}: {shown(self.values[index])}")
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
            paths.append(Path(_sector(at, at + min(share, 0.9999)), _colour(index), title))
            at += share
        return paths


def _sector(start: float, end: float, outer: float = 92, inner: float = 60) -> str:
    """Return the path of a ring's sector between two shares of the turn, from the top, clockwise."""

    def point(share: float, radius: float) -> str:
        angle = 2 * math.pi * share - math.pi / 2
        return f"{_p(100 + radius * math.cos(angle))} {_p(100 + radius * math.sin(angle))}"

    large = 1 if end - start > 0.5 else 0
    return (
        f"M{point(start, outer)} A{outer} {outer} 0 {large} 1 {point(end, outer)} "
        f"L{point(end, inner)} A{inner} {inner} 0 {large} 0 {point(start, inner)} Z"
    )
