"""Figures of honour in words."""

from datetime import date

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .enums import Measure, Standing

MEANINGS = {
    Measure.DECIDE: gettext_lazy(
        "From filing to the first decision by a person: half of the registrations were decided within this time. "
        "Counted in the open hours of the decider's calendar, without the time an answer of the partner was awaited; "
        "rounded to half an hour. What the check decides by itself within seconds is not counted."
    ),
    Measure.PROMISES: gettext_lazy(
        "Every registration that a person decides on carries a promised time. Counted is how many of them were still "
        "undecided when it had passed."
    ),
    Measure.CLOSED: gettext_lazy(
        "Of the registered deals whose protection is over, because they were won, lost or expired: how many the "
        "partner won who had registered them."
    ),
    Measure.OVERTURNED: gettext_lazy(
        "Of the decisions that a partner disputed and that were ruled on: how many the ruling changed. An appeal "
        "counts instead of the ruling before it."
    ),
}
UNITS = {
    Measure.DECIDE: gettext_lazy("business hours, median"),
    Measure.PROMISES: gettext_lazy("per cent of promised decisions"),
    Measure.CLOSED: gettext_lazy("per cent of protected deals that ended"),
    Measure.OVERTURNED: gettext_lazy("per cent of rulings"),
}


def quarter_words(quarter: date) -> str:
    """Return a quarter by number and year."""
    return _("Q%(number)s %(year)s") % {"number": (quarter.month + 2) // 3, "year": quarter.year}


def quarter_key(quarter: date) -> str:
    """Return a quarter as an address has it: ``2026Q3``."""
    return f"{quarter.year}Q{(quarter.month + 2) // 3}"


def hours_of(seconds: int) -> float:
    """Return hours, to the half."""
    return seconds / 3600


def percent_of(hits: int, cases: int) -> float:
    """Return the share in per cent, to a whole one."""
    return round(100 * hits / cases) if cases else 0


def value_of(figure) -> float | None:
    """Return the number a chart draws for a shown figure: hours, or per cent; None for one not shown."""
    if figure is None or figure.standing != Standing.SHOWN:
        return None
    if figure.measure == Measure.DECIDE:
        return hours_of(figure.median_seconds or 0)
    return percent_of(figure.hits, figure.cases)


def cases_words(count: int) -> str:
    """Return how many cases."""
    return ngettext("%(count)s case", "%(count)s cases", count) % {
        "count": number_format(count, force_grouping=True)
    }


def hours_words(seconds: int) -> str:
    """Return business hours in words."""
    hours = hours_of(seconds)
    whole = hours == int(hours)
    return _("%(hours)s h") % {"hours": number_format(hours, 0 if whole else 1)}


def big_words(figure) -> str:
    """Return what a tile says of a figure; a dash where there is none."""
    if figure is None or figure.standing == Standing.NONE:
        return "—"
    if figure.standing == Standing.FEW:
        return _("too few")
    if figure.measure == Measure.DECIDE:
        return hours_words(figure.median_seconds or 0)
    return _("%(percent)s %%") % {"percent": number_format(percent_of(figure.hits, figure.cases))}


def note_words(figure) -> str:
    """Return the line below a tile's number, or the second line of a cell."""
    if figure is None or figure.standing == Standing.NONE:
        return _("0 of 0: no case in this quarter")
    if figure.standing == Standing.FEW:
        return folded_words(figure)
    if figure.measure == Measure.DECIDE:
        return cases_words(figure.cases)
    return _("%(hits)s of %(cases)s") % {
        "hits": number_format(figure.hits, force_grouping=True),
        "cases": number_format(figure.cases, force_grouping=True),
    }


def folded_words(figure) -> str:
    """Say where the cases of a group too small to show are counted."""
    if figure.territory_id is None or getattr(figure, "is_nowhere", False):
        return _("too few to show, even all together")
    if figure.counted_in_id is None:
        return _("none or too few, counted in “Everywhere”")
    return _("none or too few, counted in “%(place)s”") % {"place": figure.counted_in.name}


def title_of(figure, measure: str, place: str) -> str:
    """Return a chart's title: what to see in the quarter of ``figure``."""
    if figure is None or figure.standing == Standing.NONE:
        return _("%(figure)s, %(place)s: no case in this quarter") % {
            "figure": Measure(measure).label,
            "place": place,
        }
    if figure.standing == Standing.FEW:
        return _("%(figure)s, %(place)s: none, or too few to show") % {
            "figure": Measure(measure).label,
            "place": place,
        }
    values = {"place": place, "quarter": quarter_words(figure.quarter), "value": big_words(figure)}
    return {
        Measure.DECIDE: _("%(place)s: half of the decisions took %(value)s or less in %(quarter)s"),
        Measure.PROMISES: _("%(place)s: %(value)s of the promised decisions came late in %(quarter)s"),
        Measure.CLOSED: _(
            "%(place)s: registrants won %(value)s of the protected deals that ended in %(quarter)s"
        ),
        Measure.OVERTURNED: _(
            "%(place)s: rulings changed %(value)s of the decisions disputed in %(quarter)s"
        ),
    }[Measure(measure)] % values
