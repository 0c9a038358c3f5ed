"""Counting in business time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendars.business_time import (
    BusinessHours,
    NeverOpen,
    add_business_days,
    add_business_time,
    business_seconds_between,
    is_open,
    next_opening,
)

SHANGHAI = BusinessHours(ZoneInfo("Asia/Shanghai"), country="CN")
BERLIN = BusinessHours(ZoneInfo("Europe/Berlin"), opens_at=time(8, 30), closes_at=time(17), country="DE")
# Open on odd days and at night too: nothing in the functions knows about nine to six.
ODD = BusinessHours(
    ZoneInfo("America/Sao_Paulo"),
    opens_at=time(0, 15),
    closes_at=time(23, 45),
    working_days=frozenset({0, 2, 6}),
    closed_on=frozenset({date(2026, 3, 2)}),
    open_on=frozenset({date(2026, 3, 3)}),
)
calendars = st.sampled_from([SHANGHAI, BERLIN, ODD])
instants = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=0)
)
durations = st.integers(0, 40 * 9 * 3600).map(lambda seconds: timedelta(seconds=seconds))


def local(hours: BusinessHours, *parts: int) -> datetime:
    """Return a wall-clock time of the calendar."""
    return datetime(*parts, tzinfo=hours.zone)


@given(calendars, instants, durations)
def test_what_is_added_lies_between(hours, start, duration):
    end = add_business_time(start, duration, hours)
    assert business_seconds_between(start, end, hours) == duration.total_seconds()


@given(calendars, instants, durations, durations)
def test_adding_twice_is_adding_the_sum(hours, start, one, other):
    at_once = add_business_time(start, one + other, hours)
    assert add_business_time(add_business_time(start, one, hours), other, hours) == at_once


@given(calendars, instants, durations, durations)
def test_a_longer_time_ends_no_earlier(hours, start, one, other):
    short, long = sorted((one, other))
    assert add_business_time(start, short, hours) <= add_business_time(start, long, hours)


@given(calendars, instants, instants, instants)
def test_parts_add_up(hours, a, b, c):
    first, second, third = sorted((a, b, c))
    whole = business_seconds_between(first, third, hours)
    assert whole == business_seconds_between(first, second, hours) + business_seconds_between(
        second, third, hours
    )
    assert business_seconds_between(third, first, hours) == -whole


@given(calendars, instants)
def test_the_next_opening_is_open_and_nothing_was_open_before(hours, at):
    opening = next_opening(at, hours)
    assert is_open(opening, hours)
    assert business_seconds_between(at, opening, hours) == 0


def test_a_business_day_after_an_afternoon_is_the_next_afternoon():
    filed = local(SHANGHAI, 2026, 11, 23, 15, 0)
    assert add_business_days(filed, 1, SHANGHAI) == local(SHANGHAI, 2026, 11, 24, 15, 0)


def test_percent_of_a_business_day_comes_before_it():
    filed = local(SHANGHAI, 2026, 11, 23, 9, 0)
    assert add_business_days(filed, 1, SHANGHAI, percent=80) == local(SHANGHAI, 2026, 11, 23, 16, 12)
    assert add_business_days(filed, 1, SHANGHAI, percent=150) == local(SHANGHAI, 2026, 11, 24, 13, 30)


def test_filed_at_night_counts_from_the_morning():
    filed = local(SHANGHAI, 2026, 11, 20, 23, 0)  # a Friday
    assert add_business_days(filed, 1, SHANGHAI) == local(SHANGHAI, 2026, 11, 23, 18, 0)


def test_a_weekend_worked_for_a_holiday_is_open_and_the_holiday_closed():
    assert SHANGHAI.is_open_on(date(2026, 2, 14))  # Saturday before the Spring Festival
    assert not SHANGHAI.is_open_on(date(2026, 2, 16))
    assert not SHANGHAI.is_open_on(date(2026, 2, 21))


def test_days_named_beat_holidays_and_weekends():
    hours = BusinessHours(
        ZoneInfo("Europe/Berlin"),
        country="DE",
        closed_on=frozenset({date(2026, 11, 24)}),
        open_on=frozenset({date(2026, 12, 25)}),
    )
    assert not hours.is_open_on(date(2026, 11, 24))
    assert hours.is_open_on(date(2026, 12, 25))


@pytest.mark.parametrize(
    ("friday", "monday"),
    [((2026, 3, 27, 16, 0), (2026, 3, 30, 9, 30)), ((2026, 10, 23, 16, 0), (2026, 10, 26, 9, 30))],
)
def test_clocks_going_over_at_the_weekend_change_nothing(friday, monday):
    start, end = local(BERLIN, *friday), local(BERLIN, *monday)
    assert add_business_time(start, timedelta(hours=2), BERLIN) == end
    assert business_seconds_between(start, end, BERLIN) == 2 * 3600


def test_nothing_added_is_the_same_instant_even_when_closed():
    night = local(BERLIN, 2026, 11, 24, 3, 0)
    assert add_business_time(night, timedelta(0), BERLIN) == night


def test_a_calendar_without_open_days_is_refused():
    hours = BusinessHours(ZoneInfo("UTC"), working_days=frozenset())
    with pytest.raises(NeverOpen):
        add_business_time(datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=1), hours)


def test_naive_times_and_negative_durations_are_refused():
    with pytest.raises(ValueError, match="time zone"):
        add_business_time(datetime(2026, 1, 1), timedelta(hours=1), BERLIN)
    with pytest.raises(ValueError, match="taken away"):
        add_business_time(datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=-1), BERLIN)
