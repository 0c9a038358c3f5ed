"""Exports of lists as CSV and XLSX. Text that a spreadsheet would run as a formula is made plain text."""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from django.http import FileResponse
from django.utils import timezone
from django_tables2.rows import BoundRow
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from .tables import plain

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CHUNK = 1000
ESCAPE = "'"
# What begins a formula or a command in some spreadsheet, full-width forms too, wherever blanks precede it.
_BLANK = r"[\s\u200b\u200c\u200d\u2060\ufeff]*"
_DANGEROUS = re.compile(rf"^(?:[\t\r\n]|{_BLANK}[=+\-@|%＝＋－﹣−＠｜％])")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
XLSX_CELL_LIMIT = 32_000


def escape(value):
    """Return ``value``, text that could be taken for a formula made text by a leading apostrophe.

    Numbers, dates and empty cells come back as they are.
    """
    if isinstance(value, str) and _DANGEROUS.match(value):
        return ESCAPE + value
    return value


def rows_of(table, records: Iterable) -> Iterator[list]:
    """Yield the headings, then one row of plain values per record, of the columns ``table`` shows."""
    columns = [column for column in table.columns if not column.column.exclude_from_export]
    headings: list[str] = []
    for column in columns:
        heading, own = str(column.header), getattr(column.column, "export_headings", None)
        headings += own(heading) if own else [heading]
    yield headings
    for record in records:
        row, cells = BoundRow(record, table), []
        for column in columns:
            value, own = row.get_cell_value(column.name), getattr(column.column, "export_values", None)
            cells += own(value) if own else [plain(value)]
        yield cells


def _as_csv(rows: Iterable[list]) -> io.BufferedIOBase:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([escape(_csv_text(value)) if not _is_number(value) else value for value in row])
    text.flush()
    text.detach()
    file.seek(0)
    return file


def _is_number(value) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _csv_text(value) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).replace("\x00", "")


def _as_xlsx(rows: Iterable[list]) -> io.BufferedIOBase:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    for number, row in enumerate(rows):
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=xlsx_value(value))
            if isinstance(cell.value, str):
                cell.data_type = "s"  # openpyxl would take a leading "=" for a live formula
            if number == 0:
                cell.font = Font(bold=True)
            cells.append(cell)
        sheet.append(cells)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return file


def xlsx_value(value):
    """Return a value as a cell of a workbook may hold it: text escaped, without what XML cannot say, not too long."""
    if isinstance(value, str):
        return escape(_NOT_IN_XML.sub("", value))[:XLSX_CELL_LIMIT]
    return value


def export_response(kind: str, name: str, table, records: Iterable, at: datetime) -> FileResponse:
    """Return ``records`` as a download in the columns of ``table``; ``kind`` is ``csv`` or ``xlsx``."""
    return rows_response(kind, name, rows_of(table, records), at)


def rows_response(kind: str, name: str, rows: Iterable[list], at: datetime) -> FileResponse:
    """Return ``rows`` of plain values, the headings first, as a download; ``kind`` is ``csv`` or ``xlsx``."""
    file = _as_csv(rows) if kind == "csv" else _as_xlsx(rows)
    response = FileResponse(
        file,
        as_attachment=True,
        filename=f"{name}-{timezone.localtime(at):%Y-%m-%d}.{kind}",
        content_type=TYPES[kind],
    )
    response["Cache-Control"] = "no-store"
    return response
