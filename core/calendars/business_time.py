"""Counting in business time: pure functions over opening hours. No database, no wall clock.

Every instant is an aware datetime; results are in UTC. A business day is one full day of opening hours, so that a
deadline of one business day set at 15:00 falls at 15:00 on the next open day, and 80 % of it before that.
"""

import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

import holidays

LONGEST_CLOSURE = timedelta(days=400)  # a calendar closed for longer is a mistake, not a holiday


class NeverOpen(ValueError):
    """The calendar has no open day within more than a year."""


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """Working days (0 is Monday), opening hours in one time zone, and the days that differ.

    ``country`` and ``subdivision`` name the public holidays; "" is none. ``open_on`` beats ``closed_on``, and both
    beat the public holidays.
    """

    zone: zoneinfo.ZoneInfo
    opens_at: time = time(9)
    closes_at: time = time(18)
    working_days: frozenset[int] = frozenset(range(5))
    country: str = ""
    subdivision: str = ""
    closed_on: frozenset[date] = field(default_factory=frozenset)
    open_on: frozenset[date] = field(default_factory=frozenset)

    @classmethod
    def of(cls, calendar: Any) -> "BusinessHours":
        """Read a ``BusinessCalendar``, or anything with its attributes; an unknown time zone counts as UTC."""
        try:
            zone = zoneinfo.ZoneInfo(calendar.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            zone = zoneinfo.ZoneInfo("UTC")
        return cls(
            zone=zone,
            opens_at=_as_time(calendar.opens_at),
            closes_at=_as_time(calendar.closes_at),
            working_days=frozenset(calendar.working_days),
            country=calendar.country,
            subdivision=calendar.subdivision,
            closed_on=frozenset(_as_date(day) for day in calendar.extra_closed_on),
            open_on=frozenset(_as_date(day) for day in calendar.extra_open_on),
        )

    @property
    def day_length(self) -> timedelta:
        """How long one business day is."""
        return datetime.combine(date.min, self.closes_at) - datetime.combine(date.min, self.opens_at)

    def is_open_on(self, day: date) -> bool:
        """Tell whether ``day`` is a business day."""
        if day in self.open_on:
            return True
        if day in self.closed_on:
            return False
        public, made_up_for = _public_holidays(self.country, self.subdivision, day.year)
        if day in made_up_for:  # a weekend day worked in exchange for a bridging day (China, Taiwan)
            return True
        return day.weekday() in self.working_days and day not in public

    def opening(self, day: date) -> tuple[datetime, datetime]:
        """Return when ``day`` opens and closes, in UTC; the hours are those of the wall clock, whatever the season."""
        return (
            datetime.combine(day, self.opens_at, tzinfo=self.zone).astimezone(UTC),
            datetime.combine(day, self.closes_at, tzinfo=self.zone).astimezone(UTC),
        )


def add_business_time(start: datetime, duration: timedelta, calendar: Any) -> datetime:
    """Return the first instant by which ``duration`` of open time has passed since ``start``.

    ``calendar``: ``BusinessHours`` or a ``BusinessCalendar``. No duration gives ``start`` itself. Raises
    ``ValueError`` for a negative duration or a naive ``start``, ``NeverOpen`` for a calendar without open days.
    """
    _check(start)
    if duration < timedelta(0):
        raise ValueError("business time is added, not taken away")
    left = duration
    at = start.astimezone(UTC)
    if not left:
        return at
    for opens, closes in _open_periods(at, _hours(calendar)):
        begin = max(opens, at)
        if left <= closes - begin:
            return begin + left
        left -= closes - begin
    raise AssertionError("open periods never end")


def add_business_days(start: datetime, days: int, calendar: Any, *, percent: int = 100) -> datetime:
    """Return the instant ``percent`` of ``days`` business days after ``start``, counted in opening hours."""
    hours = _hours(calendar)
    return add_business_time(start, hours.day_length * days * percent / 100, hours)


def business_seconds_between(start: datetime, end: datetime, calendar: Any) -> int:
    """Return the whole seconds of open time from ``start`` to ``end``; negative if ``end`` is the earlier."""
    _check(start)
    _check(end)
    if end < start:
        return -business_seconds_between(end, start, calendar)
    hours = _hours(calendar)
    begin, until = start.astimezone(UTC), end.astimezone(UTC)
    total = timedelta(0)
    day = begin.astimezone(hours.zone).date() - timedelta(days=1)
    last = until.astimezone(hours.zone).date()
    while day <= last:
        if hours.is_open_on(day):
            opens, closes = hours.opening(day)
            total += max(min(closes, until) - max(opens, begin), timedelta(0))
        day += timedelta(days=1)
    return int(total.total_seconds())


def is_open(at: datetime, calendar: Any) -> bool:
    """Tell whether the calendar is open at the instant ``at``: from opening until just before closing."""
    _check(at)
    hours = _hours(calendar)
    day = at.astimezone(hours.zone).date()
    opens, closes = hours.opening(day)
    return hours.is_open_on(day) and opens <= at < closes


def next_opening(at: datetime, calendar: Any) -> datetime:
    """Return ``at`` if open then, else the next opening."""
    _check(at)
    opens, _closes = next(_open_periods(at.astimezone(UTC), _hours(calendar)))
    return max(opens, at.astimezone(UTC))


def _open_periods(at: datetime, hours: BusinessHours) -> Iterator[tuple[datetime, datetime]]:
    """Yield the open periods that end after ``at``, for ever."""
    day = at.astimezone(hours.zone).date()
    closed_since = day
    while True:
        if hours.is_open_on(day):
            opens, closes = hours.opening(day)
            if closes > max(opens, at):
                closed_since = day
                yield opens, closes
        if day - closed_since > LONGEST_CLOSURE:
            raise NeverOpen("the calendar has no open day")
        day += timedelta(days=1)


def _hours(calendar: Any) -> BusinessHours:
    """Return the opening hours of what a caller gave."""
    return calendar if isinstance(calendar, BusinessHours) else BusinessHours.of(calendar)


def _check(at: datetime) -> None:
    """Raise ``ValueError`` for a naive datetime."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")


def _as_date(day: date | str) -> date:
    """Return a date from a date or its ISO text."""
    return day if isinstance(day, date) else date.fromisoformat(day)


def _as_time(moment: time | str) -> time:
    """Return a time of day from a time or its ISO text."""
    return moment if isinstance(moment, time) else time.fromisoformat(moment)


@lru_cache(maxsize=512)
def _public_holidays(country: str, subdivision: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Return a year's public holidays of a place, and the weekend days worked there instead."""
    if not country:
        return frozenset(), frozenset()
    try:
        table = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    except NotImplementedError:  # a place the tables do not know has none
        return frozenset(), frozenset()
    return frozenset(table.keys()), frozenset(getattr(table, "weekend_workdays", ()))


def is_known_place(country: str, subdivision: str = "") -> bool:
    """Tell whether there is a table of public holidays for the place."""
    known = holidays.list_supported_countries()
    return country in known and (not subdivision or subdivision in known[country])
