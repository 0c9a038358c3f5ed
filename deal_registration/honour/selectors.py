"""Reads of the figures: one place through the quarters, every place in one quarter; a constant number of queries."""

from dataclasses import dataclass, field
from datetime import date, datetime

from core.access.actor import Actor
from crm.territories.models import Territory

from .enums import Measure, Standing
from .models import Figure, Restating

MOST_QUARTERS = 8
NO_QUARTER = date(1, 1, 1)


@dataclass(frozen=True, slots=True)
class Row:
    """One place in one quarter: its name, how deep it lies in the tree, its figures by measure."""

    territory: Territory | None
    depth: int
    figures: dict[str, Figure]


@dataclass(frozen=True, slots=True)
class Honour:
    """What the page shows: ``history`` of the place chosen by measure and quarter, ``rows`` of the quarter chosen.

    Only places of which something is shown have a row.
    """

    as_of: datetime | None
    quarters: list[date] = field(default_factory=list)
    quarter: date | None = None
    place: Territory | None = None
    places: list[Territory] = field(default_factory=list)
    history: dict[str, dict[date, Figure]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def figure(self, measure: str) -> Figure | None:
        """Return the figure of the place and quarter chosen."""
        return self.history.get(measure, {}).get(self.quarter)


def honour(actor: Actor, *, territory: str = "", quarter: str = "") -> Honour:
    """Return the figures for a territory (its code, "" for everywhere) and a quarter (``2026Q3``, "" for the last).

    Whatever is not there is everywhere, or the last quarter.
    """
    figures = Figure.objects.visible_to(actor).select_related("counted_in")
    as_of = Restating.objects.values_list("as_of", flat=True).first()
    quarters = list(figures.order_by("-quarter").values_list("quarter", flat=True).distinct()[:MOST_QUARTERS])
    places = list(Territory.objects.visible_to(actor))
    place = next((row for row in places if row.code == territory), None)
    asked = quarter_in(quarter)
    chosen = asked if asked in quarters else next(iter(quarters), None)
    history: dict[str, dict[date, Figure]] = {measure: {} for measure in Measure.values}
    for row in _marked(figures.filter(territory=place, quarter__in=quarters)):
        history[row.measure][row.quarter] = row
    by_place: dict[int | None, dict[str, Figure]] = {}
    for row in _marked(figures.filter(quarter=chosen or NO_QUARTER)):
        by_place.setdefault(row.territory_id, {})[row.measure] = row
    rows = [Row(None, 0, by_place.get(None, {}))] + [
        Row(row, row.depth, by_place[row.pk])
        for row in places
        if any(figure.standing == Standing.SHOWN for figure in by_place.get(row.pk, {}).values())
    ]
    return Honour(as_of, quarters, chosen, place, places, history, rows if by_place else [])


def _marked(figures) -> list[Figure]:
    """Return figures, those marked whose measure and quarter show nothing anywhere."""
    rows = list(figures)
    shown = {
        (row.measure, row.quarter)
        for row in rows
        if row.territory_id is None and row.standing == Standing.SHOWN
    }
    known = {(row.measure, row.quarter) for row in rows if row.territory_id is None}
    for row in rows:
        key = (row.measure, row.quarter)
        row.is_nowhere = key in known and key not in shown
    return rows


def quarter_in(text: str) -> date | None:
    """Return the quarter that ``2026Q3`` names by its first day; None for anything else."""
    year, mark, number = text[:6].partition("Q")
    if not (mark and year.isdecimal() and number in ("1", "2", "3", "4") and 1 <= int(year) <= 9999):
        return None
    return date(int(year), 3 * int(number) - 2, 1)
