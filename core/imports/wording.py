"""Why a file cannot be read, how it was read, and what is being done: in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from .enums import ImportState
from .models import Import
from .registry import resource_class

UNREADABLE = {
    "damaged": _(
        "The file is damaged, or no spreadsheet program wrote it. Open it, save it anew and try again."
    ),
    "too_slow": _("Reading the file takes too long. Copy the rows into a new, plain sheet and try again."),
    "too_much_memory": _("The file is too large to be read. Take it in parts."),
    "too_much_text": _("The file holds too much text. Take it in parts."),
    "inflated": _("The file would be too large when unpacked."),
    "too_many_rows": _("The file has more than %(limit)s rows. Take it in parts."),
    "too_many_columns": _("Row %(line)s has more than %(limit)s columns. Take out what is not needed."),
    "huge_row": _("Row %(line)s holds far too much text."),
    "huge_cell": _("A cell near row %(line)s holds far too much text. Maybe a quotation mark is not closed."),
    "bad_quotes": _("Near row %(line)s a quotation mark is not closed, or stands inside a cell by itself."),
    "no_rows": _("There are no rows below the headings."),
    "no_sheet": _("The workbook has no sheet with cells."),
    "no_such_sheet": _("There is no sheet “%(sheet)s”."),
    "no_encoding": _(
        "The text is in no encoding that can be told. Save the file as UTF-8 or as an Excel file."
    ),
    "wrong_encoding": _("From line %(line)s on the text is not in %(encoding)s. Choose another encoding."),
    "binary": _("This is no text: it holds signs that no table has."),
    "not_bound": _("Excel files cannot be read safely on this server. Save the table as CSV."),
    "not_started": _("The file could not be read just now. Try again later."),
    "lost": _("The file is no longer there. Upload it again."),
    "stopped": _("The work stopped for a reason we do not know yet. Try again, or ask an administrator."),
}
ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "gb18030": _("GB18030, GBK (simplified Chinese)"),
    "big5": _("Big5 (traditional Chinese)"),
    "cp1252": _("Windows-1252 (Western European)"),
}
DELIMITER_NAMES = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": _("vertical bar")}
AT_WORK = {
    ImportState.READING: _("The file is being read"),
    ImportState.CHECKING: _("Every row is being checked"),
    ImportState.WRITING: _("The rows are being imported"),
    ImportState.UNDOING: _("The import is being undone"),
}


def unreadable_words(code: str, params: Mapping[str, Any], own: Mapping[str, Any] | None = None) -> str:
    """Return why a file cannot be read; a plain sentence for a code not known. ``own``: words for more codes."""
    words = str((own or {}).get(code) or UNREADABLE.get(code, UNREADABLE["damaged"]))
    filled = {
        name: number_format(int(value), force_grouping=True)
        if name in ("limit", "line") and str(value).isdecimal()
        else value
        for name, value in params.items()
    }
    if "encoding" in filled:
        filled["encoding"] = str(ENCODING_NAMES.get(filled["encoding"], filled["encoding"]))
    try:
        return words % filled
    except (KeyError, TypeError, ValueError):
        return words


def problem_words(source: Import) -> str:
    """Return why an import's file cannot be read; "" where it can."""
    if not source.problem:
        return ""
    own = resource_class(source.resource).unreadable
    return unreadable_words(source.problem[0], source.problem[1], own)


def work_words(source: Import) -> str:
    """Return what is being done with an import; "" where nothing is."""
    return str(AT_WORK.get(source.state, ""))
