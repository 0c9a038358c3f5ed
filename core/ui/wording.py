"""Numbers, money and times as people read them."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from babel.numbers import format_compact_decimal
from django.utils import formats, timezone, translation
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core import clock

from .countries import LOCALES

RELATIVE_WITHIN_DAYS = 7
JUST_NOW_SECONDS = 60
SOON_DAYS, NEAR_DAYS = 7, 30


class Moment(NamedTuple):
    """An instant or a day, in words: ``text`` to show, ``exact`` for the hover, ``machine`` for the attribute."""

    text: str
    exact: str
    machine: str


class Remaining(NamedTuple):
    """How long until an end: in words, with the tone of its nearness."""

    text: str
    tone: str


def moment(value: date | datetime, style: str = "relative") -> Moment:
    """Return ``value`` in words, in the reader's zone.

    ``style``: ``relative`` (a date beyond a week), ``date`` (the day alone) or ``exact`` (day and time).
    """
    if not isinstance(value, datetime):
        text = formats.date_format(value, "DATE_FORMAT")
        return Moment(text, text, value.isoformat())
    if timezone.is_aware(value):
        value = timezone.localtime(value)
    exact = formats.date_format(value, "DATETIME_FORMAT")
    zone = value.tzname()
    hover = f"{exact} ({zone})" if zone else exact
    machine = value.isoformat(timespec="seconds")
    if style == "exact":
        return Moment(exact, hover, machine)
    near = abs((clock.now() - value).total_seconds()) < RELATIVE_WITHIN_DAYS * 86_400
    if style == "relative" and near:
        return Moment(_ago(value, clock.now()), hover, machine)
    return Moment(formats.date_format(value, "DATE_FORMAT"), hover, machine)


def _ago(value: datetime, at: datetime) -> str:
    """Return how far ``value`` lies from ``at``, in its biggest unit."""
    if abs((at - value).total_seconds()) < JUST_NOW_SECONDS:
        return _("just now")
    if value < at:
        return _("%(time)s ago") % {"time": timesince(value, at, depth=1)}
    return _("in %(time)s") % {"time": timeuntil(value, at, depth=1)}


def remaining(value: date | datetime) -> Remaining:
    """Return how many days are left until ``value``, counted in the reader's calendar days."""
    day = timezone.localtime(value).date() if isinstance(value, datetime) else value
    days = (day - timezone.localtime(clock.now()).date()).days
    if days < 0 or (isinstance(value, datetime) and value <= clock.now()):
        if days >= 0:
            return Remaining(_("ended today"), "neutral")
        return Remaining(
            ngettext("ended %(n)s day ago", "ended %(n)s days ago", -days) % {"n": -days}, "neutral"
        )
    if days == 0:
        return Remaining(_("ends today"), "danger")
    tone = "danger" if days <= SOON_DAYS else "warning" if days <= NEAR_DAYS else "success"
    return Remaining(ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days}, tone)


def listed(items: Iterable) -> str:
    """Return items in a row: with commas; in Chinese with 、."""
    return pgettext("between the items of a list", ", ").join(str(item) for item in items)


def amount_text(amount: Decimal) -> str:
    """Return an amount with thousands separated; cents only where there are any."""
    amount = Decimal(amount)
    places = 0 if amount == amount.to_integral_value() else 2
    return formats.number_format(amount, decimal_pos=places, use_l10n=True, force_grouping=True)


def compact_number(value: int | float | Decimal) -> str:
    """Return a number short enough for a chart or a tile: 1.2M; 120万 in Chinese."""
    language = (translation.get_language() or "en").lower()
    return format_compact_decimal(value, locale=LOCALES.get(language, "en"), fraction_digits=1)


def initials(name: str) -> str:
    """Return one or two characters for a person: 王小明 → 小明, Anna Berg → AB. Brackets are left out."""
    bare = re.sub(r"[(（\[][^)）\]]*[)）\]]?", " ", name)
    han = [character for character in bare if "\u3400" <= character <= "\u9fff"]
    if han:
        return "".join(han[-2:])
    words = ["".join(filter(str.isalnum, word)) for word in bare.split()]
    words = [word for word in words if word]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
