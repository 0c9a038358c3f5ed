"""The template as an Excel file, empty or with rows: locked but for the cells to fill in, choices from hidden lists."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from core.imports.resources import Column
from core.ui.exports import xlsx_value

from .cells import amount_of, day_of
from .signing import HEADINGS, SHEET, Note, signed

LISTS = "lists"
TEXT, AMOUNT, DAY = "@", "#,##0.00", "yyyy-mm-dd"
DAYS = ("expected_close_on", "tender_published_on")
FORMATS = {"amount": AMOUNT, **dict.fromkeys(DAYS, DAY)}
WIDE = {"customer_name": 34, "customer_address": 34, "description": 40, "project_name": 26}
LONGEST_PROMPT = 250
NEEDED = PatternFill("solid", fgColor="1F4E79")
OPTIONAL = PatternFill("solid", fgColor="D9E2EC")
WRONG = PatternFill("solid", fgColor="FBE3E4")
UNLOCKED = Protection(locked=False)


@dataclass(frozen=True, slots=True)
class Filled:
    """A row to put into the sheet: text by field, what is wrong by field ("" for the whole row)."""

    texts: Mapping[str, str]
    wrong: Sequence[tuple[str, str]] = field(default_factory=tuple)


def main_title() -> str:
    """Return the name of the sheet to fill in, in the reader's language."""
    return _("Deals to register")[:31]


def error_heading() -> str:
    """Return the heading of the column that says what is wrong, in the reader's language."""
    return _("What is wrong")


def build(
    columns: Sequence[Column],
    choices: Mapping[str, Sequence[str]],
    note: Note,
    *,
    company: str,
    rows: Iterable[Filled] = (),
) -> bytes:
    """Return the workbook in the note's language. ``choices``: by field, what a cell may hold."""
    with translation.override(note.language):
        book = Workbook()
        sheet = book.active
        sheet.title = main_title()
        filled = list(rows)
        last = max(settings.INTAKE_MOST_ROWS, len(filled)) + 1
        _headings(sheet, columns)
        _inputs(sheet, columns, last)
        _meanings(book.create_sheet(_("What the columns mean")[:31]), columns, note, company)
        _lists(book.create_sheet(LISTS), sheet, columns, choices, last)
        _note(book.create_sheet(SHEET), note)
        if filled:
            _fill(sheet, columns, filled)
        for each in book.worksheets:
            each.protection.sheet = True
            each.protection.formatColumns = False
            each.protection.formatRows = False
        book.security = WorkbookProtection(lockStructure=True)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _headings(sheet: Worksheet, columns: Sequence[Column]) -> None:
    sheet.freeze_panes = "B2"
    sheet.row_dimensions[1].height = 30
    for at, column in enumerate(columns, start=1):
        cell = sheet.cell(1, at, xlsx_value(str(column.label)))
        cell.font = Font(bold=True, color="FFFFFF" if column.required else "1F2937")
        cell.fill = NEEDED if column.required else OPTIONAL
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = WIDE.get(column.field, max(16, len(str(column.label)) + 4))


def _inputs(sheet: Worksheet, columns: Sequence[Column], last: int) -> None:
    """Unlock the cells to fill in, as text unless they hold an amount or a day."""
    for row in range(2, last + 1):
        for at, column in enumerate(columns, start=1):
            cell = sheet.cell(row, at)
            cell.protection = UNLOCKED
            cell.number_format = FORMATS.get(column.field, TEXT)


def _lists(
    lists: Worksheet,
    sheet: Worksheet,
    columns: Sequence[Column],
    choices: Mapping[str, Sequence[str]],
    last: int,
) -> None:
    """Put the choices on a hidden sheet, and tie each column to its own."""
    lists.sheet_state = "hidden"
    letters = {}
    for at, (name, words) in enumerate(choices.items(), start=1):
        letters[name] = f"{LISTS}!${get_column_letter(at)}$1:${get_column_letter(at)}${max(len(words), 1)}"
        for row, word in enumerate(words, start=1):
            lists.cell(row, at, xlsx_value(word))
    for at, column in enumerate(columns, start=1):
        rule = _rule(column, letters.get(column.field, ""))
        rule.sqref = f"{get_column_letter(at)}2:{get_column_letter(at)}{last}"
        sheet.add_data_validation(rule)


def _rule(column: Column, source: str) -> DataValidation:
    """Return what a cell of a column may hold, with the words shown beside it."""
    label = str(column.label)
    kind: dict[str, Any] = {}
    if source:
        kind = {"type": "list", "formula1": f"={source}", "error": _("Choose one from the list.")}
    elif column.field == "amount":
        kind = {"type": "decimal", "operator": "greaterThanOrEqual", "formula1": "0"}
        kind["error"] = _(
            "Write the amount in digits, with a point before the decimals, for example 1200000.50."
        )
    elif column.field in DAYS:
        earliest = "TODAY()" if column.field == "expected_close_on" else "DATE(2000,1,1)"
        kind = {"type": "date", "operator": "greaterThanOrEqual", "formula1": earliest}
        kind["error"] = _("Write the day as year-month-day, for example 2027-03-31.")
    rule = DataValidation(allow_blank=True, showErrorMessage=bool(kind), showInputMessage=True, **kind)
    rule.errorTitle = label[:32]
    rule.promptTitle = label[:32]
    rule.prompt = (str(column.help) or label)[:LONGEST_PROMPT]
    return rule


def _meanings(sheet: Worksheet, columns: Sequence[Column], note: Note, company: str) -> None:
    """Explain the columns, for whom the template is, and until when it counts."""
    yes, no = pgettext("needed", "yes"), pgettext("needed", "no")
    rows = [
        [_("For"), xlsx_value(company)],
        [_("Version"), str(note.version)],
        [_("Counts until"), date_format(note.until, "DATE_FORMAT")],
        [_("At most"), _("%(n)s rows") % {"n": settings.INTAKE_MOST_ROWS}],
        [],
        [_("Column"), _("What to write"), _("Needed")],
        *([str(column.label), str(column.help), yes if column.required else no] for column in columns),
    ]
    for row in rows:
        sheet.append([xlsx_value(value) for value in row])
    for at, width in enumerate((32, 90, 12), start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    for row in sheet.iter_rows():
        row[0].font = Font(bold=True)
        row[1].alignment = Alignment(wrap_text=True, vertical="top")


def _note(sheet: Worksheet, note: Note) -> None:
    """Put the signed note on a sheet that spreadsheet programs do not offer to show."""
    sheet.sheet_state = "veryHidden"
    sheet.append(list(HEADINGS))
    sheet.append([str(note.version), signed(note)])


def _fill(sheet: Worksheet, columns: Sequence[Column], rows: Sequence[Filled]) -> None:
    """Put rows in: what was typed, the cells that are wrong coloured and commented, the last column saying all."""
    at_wrong = len(columns) + 1
    heading = sheet.cell(1, at_wrong, error_heading())
    heading.font, heading.fill = Font(bold=True, color="9B1C1C"), WRONG
    heading.alignment = Alignment(wrap_text=True, vertical="center")
    sheet.column_dimensions[get_column_letter(at_wrong)].width = 60
    places = {column.field: at for at, column in enumerate(columns, start=1)}
    for number, row in enumerate(rows, start=2):
        for name, text in row.texts.items():
            if name in places:
                sheet.cell(number, places[name]).value = _typed(name, text)
        for name in {name for name, _words in row.wrong if name in places}:
            cell = sheet.cell(number, places[name])
            cell.fill = WRONG
            words = " ".join(words for each, words in row.wrong if each == name)
            cell.comment = Comment(words[:1000], "", width=320, height=90)
        last = sheet.cell(number, at_wrong, xlsx_value(" ".join(_sentence(columns, row))))
        last.alignment = Alignment(wrap_text=True, vertical="top")


def _sentence(columns: Sequence[Column], row: Filled) -> Iterable[str]:
    """Yield what is wrong with a row, each with the column's name."""
    labels = {column.field: str(column.label) for column in columns}
    colon = pgettext("after a label", ": ")
    for name, words in row.wrong:
        yield f"{labels[name]}{colon}{words}" if name in labels else words


def _typed(name: str, text: str) -> Any:
    """Return a cell's value: an amount as a number, a day as a day where they read as such, else the text."""
    try:
        if name == "amount":
            return amount_of(text)
        if name in DAYS:
            return day_of(text)
    except ValueError:
        pass
    except Exception as error:
        if not hasattr(error, "messages"):
            raise
    return xlsx_value(text)
