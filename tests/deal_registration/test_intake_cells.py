"""Amounts and days in cells: what people write is read, what could mean two things is refused."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from deal_registration.intake.cells import amount_of, day_of


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1200000", "1200000.00"),
        ("1,200,000.50", "1200000.50"),
        ("1 200 000.5", "1200000.50"),
        ("1'200.00", "1200.00"),
        ("１２０，０００", "120000.00"),
        ("0", "0.00"),
        ("12.000", "12.00"),
    ],
)
def test_amounts_as_people_write_them(text, amount):
    assert amount_of(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    ["1,50", "1.200,50", "1.200.000", "12.345", "-5", "1e9", "CNY 5", "12万", "=1+1", "", "9" * 15, "٣"],
)
def test_amounts_that_could_mean_two_things_are_refused(text):
    with pytest.raises(ValidationError):
        amount_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "2027-03-31",
        "2027/3/31",
        "2027.3.31",
        "2027年3月31日",
        "２０２７－３－３１",
        "20270331",
        "2027-03-31 00:00:00",
    ],
)
def test_days_year_first(text):
    assert day_of(text) == datetime.date(2027, 3, 31)


@pytest.mark.parametrize(
    "text", ["31.03.2027", "03/04/2027", "2027-02-30", "next week", "116/3/31", "46112", ""]
)
def test_days_that_could_mean_two_things_are_refused(text):
    with pytest.raises(ValidationError):
        day_of(text)


@given(st.decimals(min_value=0, max_value=10**13, places=2))
def test_an_amount_written_with_separators_reads_as_itself(amount):
    assert amount_of(f"{amount:,.2f}") == amount


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_in_words(text):
    for read in (amount_of, day_of):
        try:
            read(text)
        except ValidationError as error:
            assert error.messages
