"""What makes a file our template: its signed note, its headings; and what the cells of a new one offer."""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

from django.conf import settings
from django.utils import translation

from core.imports.reading.parent import Asked, Limits, NotReadable, read
from core.ui.countries import country_choices
from core.ui.names import SUFFIXES, local_name
from crm.opportunities.enums import OpportunityType

from . import columns, workbook
from .signing import HEADINGS, SHEET, VERSION, Note, NotOurs, opened

NOT_OURS = frozenset({"no_such_sheet", "no_rows", "too_many_rows", "too_many_columns"})


def note_of(file: BinaryIO, *, partner_ref: str, today: datetime.date) -> Note:
    """Return the note of a template that counts on ``today`` for this partner.

    Raises ``NotReadable`` with the code ``not_ours``, ``foreign`` or ``outdated``.
    """
    try:
        sheet = read(file, Asked("xlsx", sheet=SHEET), Limits(rows=5, columns=5))
    except NotReadable as problem:
        raise NotReadable("not_ours") if problem.code in NOT_OURS else problem from None
    try:
        note = opened(sheet.rows[0].cells[len(HEADINGS) - 1])
    except (NotOurs, IndexError):
        raise NotReadable("not_ours") from None
    if note.partner != partner_ref:
        raise NotReadable("foreign")
    if note.version != VERSION or note.until < today or note.language not in SUFFIXES:
        raise NotReadable("outdated")
    return note


def template_mapping(headings: Sequence[str], language: str) -> list[str] | None:
    """Return which column holds what if the headings are the template's, with or without the column of errors."""
    with translation.override(language):
        labels = [str(column.label) for column in columns.COLUMNS]
        wrong = workbook.error_heading()
    rest = list(headings[len(labels) :])
    if list(headings[: len(labels)]) != labels or (rest and rest != [wrong]):
        return None
    return [column.field for column in columns.COLUMNS] + [""] * len(rest)


def choices(language: str, *, territories: Iterable[Any], lines: Iterable[Any]) -> dict[str, list[str]]:
    """Return what the cells of the template offer, by field, in one language."""
    offered = [_labelled(row, language) for row in lines]
    with translation.override(language):
        return {
            "customer_country": [str(words) for _code, words in country_choices()],
            "territory": [_labelled(row, language) for row in territories],
            "opportunity_type": [str(words) for _code, words in OpportunityType.choices],
            "currency": list(settings.CURRENCIES),
            **dict.fromkeys(columns.LINE_FIELDS, offered),
        }


def names_of(row: Any) -> list[str]:
    """Return all by which a territory or product line may be called in a sheet."""
    names = [local_name(row, language) for language in SUFFIXES]
    return [row.code, *names, *(_labelled(row, language) for language in SUFFIXES)]


def _labelled(row: Any, language: str) -> str:
    """Return how a choice reads in the template: its name, its code in brackets."""
    return f"{local_name(row, language)} [{row.code}]"
