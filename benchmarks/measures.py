"""Percentiles, and the table that a run prints."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """Times of one kind of request, in milliseconds."""

    count: int
    p50: float
    p95: float
    p99: float
    worst: float


def spread(times: Sequence[float]) -> Spread:
    """Return the percentiles of ``times`` (nearest rank)."""
    ordered = sorted(times)

    def rank(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    return Spread(len(ordered), rank(0.5), rank(0.95), rank(0.99), ordered[-1])


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table, numbers on the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in [list(heads), *cells]) for column in range(len(heads))]

    def line(row: Sequence[str]) -> str:
        first, *rest = (
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        return "| " + " | ".join([first, *rest]) + " |"

    rule = (
        "|"
        + "|".join(("-" * (width + 1) + ":") if n else ("-" * (width + 2)) for n, width in enumerate(widths))
        + "|"
    )
    return "\n".join([line(heads), rule, *map(line, cells)])
