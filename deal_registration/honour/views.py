"""The page of honour: the same figures for everybody who is signed in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock
from core.ui.charts import BarChart, Series
from core.ui.exports import TYPES, rows_response

from .enums import Measure, Standing
from .selectors import Honour, honour
from .services.stating import least
from .wording import (
    MEANINGS,
    UNITS,
    big_words,
    hours_of,
    note_words,
    percent_of,
    quarter_key,
    quarter_words,
    title_of,
    value_of,
)


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Show the figures of a territory through the quarters, and of every territory in one; or as a file."""
    shown = honour(
        request.actor,
        territory=request.GET.get("territory", "")[:40],
        quarter=request.GET.get("quarter", ""),
    )
    kind = request.GET.get("export", "")
    if kind in TYPES:
        return rows_response(kind, "honour", _export_rows(shown), clock.now())
    place = shown.place.name if shown.place else _("Everywhere")
    return render(
        request,
        "honour/figures.html",
        {
            "honour": shown,
            "places": [
                {
                    "code": row.code,
                    "label": "\u2003" * (row.depth - 1) + row.name,
                    "is_here": row == shown.place,
                }
                for row in shown.places
            ],
            "quarters": [
                {"key": quarter_key(row), "label": quarter_words(row), "is_here": row == shown.quarter}
                for row in shown.quarters
            ],
            "measures": [_measure(shown, measure, place) for measure in Measure],
            "rows": [
                {
                    "name": row.territory.name if row.territory else _("Everywhere"),
                    "depth": min(row.depth, 4),
                    "code": row.territory.code if row.territory else "",
                    "is_here": row.territory == shown.place,
                    "cells": [_cell(row.figures.get(measure.value), measure) for measure in Measure],
                }
                for row in shown.rows
            ],
            "least": least(),
        },
    )


def _cell(figure, measure: Measure) -> dict:
    is_shown = figure is not None and figure.standing == Standing.SHOWN
    is_few = figure is not None and figure.standing == Standing.FEW
    return {
        "label": measure.label,
        "is_shown": is_shown,
        "big": big_words(figure) if is_shown else "",
        "note": note_words(figure) if is_shown or is_few else _("no case"),
    }


def _measure(shown: Honour, measure: Measure, place: str) -> dict:
    """Return one measure's tile, chart and meaning."""
    figure = shown.figure(measure.value)
    quarters = [
        row for row in reversed(shown.quarters) if value_of(shown.history[measure].get(row)) is not None
    ]
    values = [value_of(shown.history[measure][row]) for row in quarters]
    few = [
        quarter_words(row)
        for row in reversed(shown.quarters)
        if (there := shown.history[measure].get(row)) is not None and there.standing == Standing.FEW
    ]
    return {
        "label": measure.label,
        "big": big_words(figure),
        "note": note_words(figure),
        "meaning": MEANINGS[measure],
        "few": few,
        "is_bare": not values,
        "is_zero": bool(values) and not any(values),
        "chart": BarChart(
            title=title_of(figure, measure, place),
            labels=[quarter_words(row) for row in quarters],
            series=[Series(measure.label, values)],
            unit=str(UNITS[measure]),
        ),
    }


def _export_rows(shown: Honour):
    """Yield every figure of the quarter chosen, as plain values; what is not shown has none."""
    yield [
        str(word)
        for word in (
            _("Quarter"),
            _("Territory"),
            _("Figure"),
            _("Cases"),
            _("Thereof"),
            _("Share in %"),
            _("Median in business hours"),
            _("Note"),
        )
    ]
    for row in shown.rows:
        for measure in Measure:
            figure = row.figures.get(measure.value)
            is_shown = figure is not None and figure.standing == Standing.SHOWN
            is_time = measure == Measure.DECIDE
            yield [
                quarter_words(shown.quarter),
                row.territory.name if row.territory else str(_("Everywhere")),
                str(measure.label),
                figure.cases if is_shown else None,
                figure.hits if is_shown and not is_time else None,
                percent_of(figure.hits, figure.cases) if is_shown and not is_time else None,
                hours_of(figure.median_seconds or 0) if is_shown and is_time else None,
                "" if is_shown else note_words(figure),
            ]
