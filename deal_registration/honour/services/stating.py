"""The figures from the cases: quarter by quarter, folded so that nothing small can be read or computed."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from core.calendars.business_time import BusinessHours
from core.calendars.selectors import default_calendar
from crm.territories.models import Territory

from ..enums import Measure, Standing
from ..folding import EVERYWHERE, Folded, Group, Least, fold, median, rounded
from ..history import quarter_of
from ..models import Figure, HonourCase, Restating
from .counting import count_history

STATED_EVERY = timedelta(days=1)


def least() -> Least:
    """Return how large a group must be to be shown, as settings say."""
    return Least(cases=settings.HONOUR_LEAST_CASES, partners=settings.HONOUR_LEAST_PARTNERS)


def running_quarter(at: datetime) -> date:
    """Return the first day of the quarter that runs at ``at``, where the default calendar is kept."""
    return quarter_of(at, BusinessHours.of(default_calendar()))


def restate_when_due(*, at: datetime) -> bool:
    """State the figures anew once a day, and as soon as a quarter is over; return whether that was done.

    Not more often: of two statements a minute apart, the difference would be one case.
    """
    count_history()
    kept, _created = Restating.objects.get_or_create(pk=1)
    if kept.as_of and at - kept.as_of < STATED_EVERY and running_quarter(kept.as_of) == running_quarter(at):
        return False
    restate(at=at)
    return True


def restate(*, at: datetime) -> int:
    """Replace every figure by what the cases say now, and return how many figures there are.

    Only quarters that are over: in a running one, each new case could be told by what it changes.
    """
    places = {row.path: row for row in Territory.objects.all()}
    parents = {path: path[: -Territory.steplen] for path in places}
    figures = []
    for (quarter, measure), own in _cases_before(running_quarter(at)).items():
        folded = fold(own, parents, least())
        for path, outcome in folded.items():
            figures.append(_figure(measure, quarter, path, outcome, places))
    with transaction.atomic():
        kept, _created = Restating.objects.select_for_update().get_or_create(pk=1)
        Figure.objects.all().delete()
        Figure.objects.bulk_create(figures, batch_size=500)
        kept.as_of = at
        kept.save(update_fields=["as_of"])
    return len(figures)


def _cases_before(quarter: date) -> dict[tuple[date, str], dict[str, Group]]:
    """Return the cases of every quarter before ``quarter`` and measure, by the path of their territory."""
    numbers: dict[tuple[date, str], dict[str, list]] = defaultdict(
        lambda: defaultdict(lambda: [0, 0, set(), []])
    )
    rows = HonourCase.objects.filter(quarter__lt=quarter).order_by("quarter", "measure", "pk")
    for at, measure, path, partner_id, hit, seconds in rows.values_list(
        "quarter", "measure", "territory__path", "partner_id", "hit", "seconds"
    ).iterator(chunk_size=5000):
        row = numbers[at, measure][path]
        row[0] += 1
        row[1] += hit
        row[2].add(partner_id)
        if seconds is not None:
            row[3].append(seconds)
    return {
        key: {
            path: Group(cases, hits, frozenset(partners), tuple(seconds))
            for path, (cases, hits, partners, seconds) in by_path.items()
        }
        for key, by_path in numbers.items()
    }


def _figure(measure: str, quarter: date, path: str, outcome: Folded, places: dict[str, Territory]) -> Figure:
    figure = Figure(
        measure=measure,
        quarter=quarter,
        territory_id=places[path].pk if path != EVERYWHERE else None,
        standing=Standing.NONE if outcome.is_empty and path == EVERYWHERE else Standing.FEW,
    )
    if outcome.group is not None:
        figure.standing = Standing.SHOWN
        figure.cases = outcome.group.cases
        if measure == Measure.DECIDE:
            figure.median_seconds = rounded(median(outcome.group.seconds))
        else:
            figure.hits = outcome.group.hits
    elif outcome.into:
        figure.counted_in_id = places[outcome.into].pk
    return figure
