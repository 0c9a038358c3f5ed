"""Amounts and days as people write them into sheets. Pure functions; what could mean two things is refused."""

import datetime
import re
import unicodedata
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MOST_DIGITS = 14  # before the point, as the database holds them
_PLAIN = re.compile(r"\d+(?:\.\d*)?", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_DAYS = (
    re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?", re.ASCII),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?", re.ASCII),
    re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII),
)
_BLANKS = {" ", "\u00a0", "\u2009", "\u202f", "'", "’", "_"}


def amount_of(text: str) -> Decimal:
    """Return an amount: ``"1,200,000.50"``, ``"１２００"`` or ``"1 200"``; at most two decimals, never negative.

    Commas stand between groups of three only, so that a decimal comma is never read as a thousand times as much.
    Raises ``ValidationError``.
    """
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign not in _BLANKS)
    if not (_PLAIN.fullmatch(plain) or _GROUPED.fullmatch(plain)):
        raise ValidationError(
            _("Write the amount in digits, with a point before the decimals, for example 1200000.50."),
            code="amount",
        )
    whole, _point, decimals = plain.replace(",", "").partition(".")
    if len(decimals.rstrip("0")) > 2:
        raise ValidationError(_("Write at most two decimals."), code="decimals")
    if len(whole.lstrip("0")) > MOST_DIGITS:
        raise ValidationError(_("This amount is too large. Check the digits."), code="large")
    return Decimal(f"{whole}.{decimals[:2] or '0'}").quantize(Decimal("0.01"))


def day_of(text: str) -> datetime.date:
    """Return a day written year first: ``2027-03-31``, ``2027/3/31``, ``2027年3月31日``, ``20270331``.

    What begins with a day or a month could mean either and is refused. Raises ``ValidationError``.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    for pattern in _DAYS:
        if match := pattern.fullmatch(plain):
            try:
                return datetime.date(*(int(part) for part in match.groups()))
            except ValueError:
                break
    raise ValidationError(_("Write the day as year-month-day, for example 2027-03-31."), code="day")
