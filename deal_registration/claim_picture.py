"""Where bars, months and today lie on the picture of the claims on a scope: pure geometry, drawn by a template.

Horizontal places are percentages of the picture's width, so that it fits a phone without scaling its text.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

ROW_HEIGHT = 40
AXIS_HEIGHT = 26
MOST_TICKS = 6


@dataclass(frozen=True, slots=True)
class Span:
    """One claim: what to write on it, its window (no end: open) and how it is coloured."""

    label: str
    tone: str
    starts_at: datetime
    ends_at: datetime | None
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """One drawn claim."""

    label: str
    tone: str
    is_own: bool
    is_open: bool
    x: str
    width: str
    label_y: int
    y: int


@dataclass(frozen=True, slots=True)
class Tick:
    """The first day of a month."""

    day: datetime
    x: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything the template draws."""

    bars: list[Bar]
    ticks: list[Tick]
    now_x: str
    height: int
    axis_y: int


def _percent(value: float) -> str:
    """Return a percentage for SVG, with a point whatever the reader's language."""
    return f"{value:.2f}%"


def _months(begin: datetime, end: datetime) -> list[datetime]:
    """Return the first days of the months between, thinned to at most ``MOST_TICKS``."""
    day = begin.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    days = []
    while day <= end:
        if day >= begin:
            days.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    step = -(-len(days) // MOST_TICKS) or 1
    return days[::step]


def claims_picture(spans: list[Span], *, now: datetime) -> Picture | None:
    """Lay out ``spans`` in the order given on one scale that holds ``now``; None where there is nothing to draw."""
    if not spans:
        return None
    begin = min([now, *(span.starts_at for span in spans)])
    end = max([now, *(span.ends_at for span in spans if span.ends_at)])
    length = max(end - begin, timedelta(days=30))
    begin, end = begin - length * 0.04, begin + length * 1.12
    whole = (end - begin).total_seconds()

    def place(moment: datetime) -> float:
        return max(0.0, min(100.0, (moment - begin).total_seconds() / whole * 100))

    bars = []
    for row, span in enumerate(spans):
        left = place(span.starts_at)
        right = place(span.ends_at) if span.ends_at else 100.0
        top = row * ROW_HEIGHT
        bars.append(
            Bar(
                label=span.label,
                tone=span.tone,
                is_own=span.is_own,
                is_open=span.ends_at is None,
                x=_percent(left),
                width=_percent(max(right - left, 0.8)),
                label_y=top + 14,
                y=top + 20,
            )
        )
    axis_y = len(spans) * ROW_HEIGHT + 6
    ticks = [Tick(day=day, x=_percent(place(day))) for day in _months(begin, end) if place(day) < 94]
    return Picture(
        bars=bars, ticks=ticks, now_x=_percent(place(now)), height=axis_y + AXIS_HEIGHT, axis_y=axis_y
    )
