"""The facts of a filing in words, for whoever verifies its receipt; the facts themselves are codes."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.formats import date_format

from core.ui.countries import country_name
from core.ui.names import local_name
from core.ui.wording import amount_text, listed
from crm.catalog.models import ProductLine
from crm.opportunities.enums import OpportunityType
from crm.territories.models import Territory


def _lines(value: Any) -> str:
    """Return product lines by name; a code that is gone stays a code."""
    names = {row.code: local_name(row) for row in ProductLine.objects.filter(code__in=value)}
    return listed(names.get(code, code) for code in value)


def _territory(value: Any) -> str:
    row = Territory.objects.filter(code=value).first()
    return local_name(row) if row else value


def _type(value: Any) -> str:
    return str(OpportunityType(value).label) if value in OpportunityType.values else value


def _country(value: Any) -> str:
    return country_name(value)


def _amount(value: Any) -> str:
    """Return ``120000.00 CNY`` with thousands separated."""
    amount, _space, currency = value.partition(" ")
    try:
        return f"{amount_text(Decimal(amount))} {currency}".strip()
    except InvalidOperation:
        return value


def _day(value: Any) -> str:
    return date_format(date.fromisoformat(value), "DATE_FORMAT")


def _documents(value: Any) -> str:
    """Return the files' names; their hashes are in the JSON."""
    return listed(each["name"] for each in value)


FILED_WORDS: dict[str, Callable[[Any], str]] = {
    "lines": _lines,
    "territory": _territory,
    "opportunity_type": _type,
    "customer_country": _country,
    "value": _amount,
    "expected_close_on": _day,
    "tender_published_on": _day,
    "documents": _documents,
}
