"""Sheets that leave: the template to fill in, and the rows with errors to correct. Escaped like every export."""

from collections.abc import Iterator

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from core.access.actor import Actor
from core.ui.exports import TYPES, escape, rows_response

from .enums import Action, ImportState, Outcome
from .models import Import, ImportRow
from .registry import resource_class
from .resources import ImportResource

TEXT_FORMAT = "@"
ROWS_AHEAD = 500


def template_response(kind: str, resource: ImportResource, at) -> HttpResponse | FileResponse:
    """Return an empty table with the headings the actor may fill; the Excel file explains them on a second sheet."""
    headings = [str(column.label) for column in resource.columns]
    if kind == "csv":
        return rows_response("csv", resource.file_name, [headings], at)
    book = Workbook()
    sheet = book.active
    sheet.title = str(resource.label)[:31]
    sheet.freeze_panes = "A2"
    for at_column, column in enumerate(resource.columns, start=1):
        cell = sheet.cell(1, at_column, escape(str(column.label)))
        cell.font = Font(bold=True)
        letter = get_column_letter(at_column)
        sheet.column_dimensions[letter].width = max(14, len(str(column.label)) + 6)
        sheet.column_dimensions[letter].number_format = TEXT_FORMAT
        for row in range(2, ROWS_AHEAD + 2):  # as text, so that leading zeros and long numbers stay
            sheet.cell(row, at_column).number_format = TEXT_FORMAT
    notes = book.create_sheet(_("What the columns mean")[:31])
    notes.append([_("Column"), _("Needed"), _("What to write")])
    for column in resource.columns:
        needed = _("yes") if column.required else _("no")
        notes.append([escape(str(column.label)), needed, escape(str(column.help))])
    for cell in notes[1]:
        cell.font = Font(bold=True)
    for letter, width in (("A", 28), ("B", 10), ("C", 90)):
        notes.column_dimensions[letter].width = width
    for row in notes.iter_rows(min_row=2):
        row[2].alignment = Alignment(wrap_text=True, vertical="top")
    response = HttpResponse(content_type=TYPES["xlsx"])
    book.save(response)
    response["Content-Disposition"] = f'attachment; filename="{resource.file_name}.xlsx"'
    response["Cache-Control"] = "no-store"
    return response


def errors_response(kind: str, source: Import, actor: Actor, at) -> FileResponse:
    """Return the rows that were or would be left out, as they stood in the file, each with what is wrong."""
    resource = resource_class(source.resource)(actor)
    return rows_response(kind, f"{resource.file_name}-errors", _error_rows(source, resource), at)


def rows_with_errors(source: Import):
    """Return the rows to be corrected: those with errors, and once it is written those that failed."""
    if source.state in (ImportState.WRITTEN, ImportState.UNDOING, ImportState.UNDONE):
        return source.rows.filter(action=Action.ERROR) | source.rows.filter(outcome=Outcome.FAILED)
    return source.rows.filter(action=Action.ERROR)


def _error_rows(source: Import, resource: ImportResource) -> Iterator[list]:
    width = len(source.headings)
    yield [*source.headings, _("What is wrong")]
    for row in rows_with_errors(source).order_by("number").iterator(chunk_size=500):
        cells = [*row.cells, *[""] * (width - len(row.cells))][:width]
        yield [*cells, problems_in_words(row, resource)]


def problems_in_words(row: ImportRow, resource: ImportResource) -> str:
    """Return all that is wrong with a row, on one line."""
    colon = pgettext("after a label", ": ")
    problems = [*row.problems, *([row.result_problem] if row.result_problem else [])]
    return " ".join(
        f"{resource.label_of(problem.field)}{colon}{problem.words}" if problem.field else problem.words
        for problem in problems
    )
