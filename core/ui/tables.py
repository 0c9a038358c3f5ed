"""Columns and tables of the portal's lists, on django-tables2.

A column says how its cell looks, what it exports, and what it becomes on a phone's card (``card``):
``title``, ``subtitle``, ``status``, ``meta`` (a line with its label) or ``hide``. An ``optional`` column is on offer,
but off until somebody wants it; one that ``stays`` cannot be taken away (see ``core.ui.columns``).
"""

from datetime import date, datetime
from decimal import Decimal

import django_tables2
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django_tables2.utils import A
from djmoney.money import Money

from core.access.fields import field_access
from core.ui.names import local_name

from .templatetags import ui

__all__ = [
    "A",
    "BooleanColumn",
    "Column",
    "DaysLeftColumn",
    "LinkColumn",
    "MoneyColumn",
    "NameColumn",
    "NumberColumn",
    "PersonColumn",
    "ReferenceColumn",
    "StatusColumn",
    "Table",
    "TitleColumn",
    "WhenColumn",
]


class Column(django_tables2.Column):
    """A column of plain text."""

    card = "meta"
    css = ""
    stays = False

    def __init__(
        self,
        *args,
        card: str = "",
        css: str = "",
        optional: bool = False,
        stays: bool | None = None,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.card = card or type(self).card
        self.optional = optional
        self.stays = type(self).stays if stays is None else stays
        self.css = f"{type(self).css} {css}".strip()

    def value(self, value):
        """Return what an export holds: the value itself, never what ``render`` made of it."""
        return value

    def export_headings(self, heading: str) -> list[str]:
        """Return the headings of this column in an export; most have one."""
        return [heading]

    def export_values(self, value) -> list:
        """Return the cells of one value in an export, as plain numbers, dates and text."""
        return [plain(value)]


def plain(value):
    """Return ``value`` as an export holds it: numbers stay numbers, times are local and without a zone."""
    if isinstance(value, bool):
        return str(_("yes")) if value else str(_("no"))
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return local.replace(tzinfo=None, microsecond=0)
    if value is None or isinstance(value, int | float | Decimal | date):
        return value
    return str(value)


class TitleColumn(Column):
    """What the row is called: the row's link, the card's title.

    ``below`` names another column of the table that is told on a second line, as long as it is no column of its own
    and the reader may see it; an export then has both.
    """

    card = "title"
    css = "cell-title"
    stays = True

    def __init__(self, *args, below: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.below = below
        self.told_below = None  # the column told on the second line; the table says

    def render(self, value, record, table):
        """Return the value as the row's link, and the second line."""
        url = table.url_of(record)
        name = format_html('<a href="{}">{}</a>', url, value) if url else value
        told = self._told(record)
        return format_html('{}<small class="cell-beside">{}</small>', name, told) if told else name

    def value(self, value, record):
        """Return what an export holds, of both lines."""
        return [value, self._told(record)] if self.told_below else value

    def export_headings(self, heading: str) -> list[str]:
        """Return the heading, and that of the second line."""
        return [heading, str(self.told_below.verbose_name)] if self.told_below else [heading]

    def export_values(self, value) -> list:
        """Return the cells of both lines."""
        return [plain(one) for one in value] if isinstance(value, list) else [plain(value)]

    def _told(self, record):
        if self.told_below is None:
            return ""
        return A(self.told_below.accessor or self.below).resolve(record, quiet=True) or ""


class LinkColumn(Column):
    """A value that links somewhere else than the row: ``LinkColumn(url=lambda record: …)``."""

    def __init__(self, *args, url, **kwargs):
        super().__init__(*args, **kwargs)
        self.url = url

    def render(self, value, record):
        """Return the value as a link, or bare where there is no address."""
        address = self.url(record)
        return format_html('<a href="{}">{}</a>', address, value) if address else value


class StatusColumn(Column):
    """A state as a badge, in words."""

    card = "status"

    def render(self, value, record, bound_column):
        """Return the badge."""
        return ui.status(_raw(record, bound_column), _display(record, bound_column) or value)

    def value(self, record, bound_column, value):
        """Return the state in words."""
        return _display(record, bound_column) or value


def _raw(record, bound_column):
    return bound_column.accessor.resolve(record, quiet=True)


def _display(record, bound_column) -> str:
    """Return the words of a field with choices; "" for anything else."""
    accessor = bound_column.accessor
    owner = accessor.penultimate(record, quiet=True)
    holder, name = owner if owner else (record, str(accessor))
    words = getattr(holder, f"get_{name}_display", None)
    return str(words()) if words else ""


class MoneyColumn(Column):
    """An amount with its currency: right-aligned; two columns in an export."""

    css = "cell-number"

    def render(self, value):
        """Return amount and currency."""
        return ui.money(value)

    def export_headings(self, heading: str) -> list[str]:
        """Return one for the amount, one for the currency."""
        return [heading, str(_("Currency"))]

    def export_values(self, value) -> list:
        """Return the amount as a number, and the currency's code."""
        if isinstance(value, Money):
            return [value.amount, value.currency.code]
        return [plain(value), ""]


class NumberColumn(Column):
    """A number, right-aligned, thousands separated."""

    css = "cell-number"


class WhenColumn(Column):
    """A time, relative; the exact one on hover. ``style``: relative, date or exact."""

    def __init__(self, *args, style: str = "relative", **kwargs):
        super().__init__(*args, **kwargs)
        self.style = style

    def render(self, value):
        """Return the time in words."""
        return ui.when(value, self.style)


class DaysLeftColumn(Column):
    """An end: how many days are left, coloured by nearness; the end itself in an export."""

    def render(self, value):
        """Return the days left in words."""
        return ui.days_left(value)


class NameColumn(Column):
    """Reference data with names in three languages."""

    def render(self, value):
        """Return the name in the reader's language."""
        return local_name(value) if hasattr(value, "name_en") else value

    def value(self, value):
        """Return the same for an export."""
        return self.render(value)


class PersonColumn(Column):
    """A person by name, with initials."""

    def render(self, value):
        """Return disc and name."""
        return ui.person(str(value))

    def value(self, value):
        """Return the name."""
        return str(value)


class ReferenceColumn(Column):
    """A public reference, in groups of four."""

    css = "cell-reference"

    def render(self, value):
        """Return the reference as printed."""
        return ui.reference(value)

    def value(self, value):
        """Return the same for an export."""
        return ui.reference(value)


class BooleanColumn(Column):
    """Yes or no."""

    empty_values = ()

    def render(self, value):
        """Return the word."""
        return _("yes") if value else _("no")

    def value(self, value):
        """Return the word for an export."""
        return str(self.render(value))


class Table(django_tables2.Table):
    """A table of the portal. Fields that ``actor`` may not read are left out (``Meta.model`` says of what).

    ``hidden`` names them where they are known already. ``shown`` names the columns wanted, in their order (see
    ``core.ui.columns.arranged``); without it, all are there.
    """

    def __init__(
        self,
        data,
        *,
        actor=None,
        hidden: tuple[str, ...] | None = None,
        shown: tuple[str, ...] | None = None,
        **kwargs,
    ):
        if self._meta.model is not None and self._meta.fields is None:
            raise ImproperlyConfigured(
                f"{type(self).__name__}.Meta names a model but no fields: it would show all."
            )
        kwargs.setdefault("default", ui.NOTHING)
        if hidden is None:
            hidden = self.hidden_for(actor) if actor is not None else ()
        left_out = (*(kwargs.get("exclude") or ()), *hidden)
        if shown is not None:
            left_out = (*left_out, *(name for name in self.base_columns if name not in shown))
            kwargs["sequence"] = tuple(name for name in shown if name not in left_out)
        kwargs["exclude"] = left_out
        kwargs.setdefault("order_by", ())
        super().__init__(data, **kwargs)
        for bound in self.columns:
            below = getattr(bound.column, "below", "")
            if below and below not in hidden and below not in self.columns.names():
                bound.column.told_below = self.base_columns[below]

    @classmethod
    def hidden_for(cls, actor) -> tuple[str, ...]:
        """Return the columns of fields that ``actor`` may not read."""
        model = cls._meta.model
        if model is None:
            return ()
        access = field_access(actor, model)
        fields = {
            name: str(column.accessor or name).replace("__", ".").split(".")[0]
            for name, column in cls.base_columns.items()
        }
        return tuple(name for name, field in fields.items() if not access.readable(field))

    def url_of(self, record) -> str:
        """Return where a row leads; "" for nowhere."""
        row_url = getattr(self, "row_url", None)
        try:
            if row_url:
                return row_url(record) or ""
            return record.get_absolute_url() if hasattr(record, "get_absolute_url") else ""
        except NoReverseMatch:
            return ""

    @property
    def lines(self):
        """Yield (record, its address, cells) of every row; a cell is (css, label on a phone, content)."""
        for row in self.rows:
            cells = []
            for column, content in row.items():
                cells.append({"css": ui.column_css(column), "label": column.header, "content": content})
            yield {"record": row.record, "url": self.url_of(row.record), "cells": cells}
