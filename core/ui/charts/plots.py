"""Charts with two axes: bars and lines."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.ui.wording import compact_number

from .shapes import (
    BOTTOM,
    HEIGHT,
    LABEL_LETTERS,
    LABEL_WIDTH,
    LEFT,
    RIGHT,
    ROW_HEIGHT,
    TOP,
    WIDTH,
    Bar,
    Chart,
    Dot,
    Line,
    Path,
    Series,
    Text,
    colour,
    nice_ticks,
    point,
    shown,
)


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
                point(LEFT),
                point(self._y(tick, ticks[-1])),
                point(WIDTH - RIGHT),
                point(self._y(tick, ticks[-1])),
                "chart-axis" if tick == 0 else "chart-grid",
            )
            for tick in ticks
        ]

    @property
    def texts(self) -> list[Text]:
        """Steps at the left, labels below; where labels are many, every second or third."""
        ticks = nice_ticks(self._highest)
        texts = [
            Text(point(LEFT - 8), point(self._y(tick, ticks[-1]) + 4), compact_number(tick), "end")
            for tick in ticks
        ]
        every = max(1, math.ceil(len(self.labels) / 8))
        texts += [
            Text(point(self._centre(index)), point(HEIGHT - 8), str(label))
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
            texts.append(Text(point(LABEL_WIDTH - 8), point(y), name, "end"))
            texts.append(
                Text(
                    point(LABEL_WIDTH + self._length(total) + 6),
                    point(y),
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
                    point(x),
                    point(ROW_HEIGHT * index + 6),
                    point(max(length, 1 if row.values[index] else 0)),
                    point(ROW_HEIGHT - 10),
                    colour(number),
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
                    point(x),
                    point(upper),
                    point(max(width - (0 if self.stacked else 2), 1)),
                    point(lower - upper),
                    colour(number),
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
                    f"{'M' if index == 0 else 'L'}{point(self._centre(index))} {point(self._y(float(value), top))}"
                    for index, value in enumerate(row.values)
                ),
                colour(number),
            )
            for number, row in enumerate(self.series)
        ]

    @property
    def dots(self) -> list[Dot]:
        """The points, each with its figure on hover."""
        top = nice_ticks(self._highest)[-1]
        return [
            Dot(
                point(self._centre(index)),
                point(self._y(float(value), top)),
                colour(number),
                f"{self.labels[index]} · {row.label}: {shown(value)} {self.unit}".strip(),
            )
            for number, row in enumerate(self.series)
            for index, value in enumerate(row.values)
        ]
