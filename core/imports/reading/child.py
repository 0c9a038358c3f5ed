"""Run as a program by ``parent``: a file comes in, its rows go out as lines of JSON. Knows nothing of the portal.

    python -I -B child.py '{"format": "csv", "encoding": "", "delimiter": "", "sheet": "", …limits…}' < file

The lines: one ``head`` (what the file was taken for), then ``row`` lines ``[number, cells, {column: flag}]``, at last
``end`` or ``problem`` (a code and what belongs into its words). A line cut off or missing means the program was ended.
It binds itself before it touches the file: memory, processor time, no files written.
"""

import csv
import datetime
import io
import json
import os
import re
import sys

ENCODINGS = ("utf-8", "utf-16", "gb18030", "big5", "cp1252")
DELIMITERS = (",", ";", "\t", "|")
SAMPLE_LINES = 60
SAMPLE_TEXT = 60
EXACT_DIGITS = 10**15  # beyond this a spreadsheet has rounded the number already
FORMULA, LOSSY, FAULT, LONG = "formula", "lossy", "fault", "long"


class Problem(Exception):
    """The file cannot be read. ``code`` and ``params`` are worded by the portal."""

    def __init__(self, code, **params):
        self.code, self.params = code, params
        super().__init__(code)


def main(options, source, say):
    """Read ``source`` (binary) and hand each line to ``say``."""
    try:
        if not bind(options) and options["format"] != "csv":
            raise Problem("not_bound")
        rows = rows_of_text if options["format"] == "csv" else rows_of_workbook
        count = widest = 0
        for kind, *line in rows(source, options):
            if kind == "row":
                count += 1
                widest = max(widest, len(line[1]))
                if count > options["rows"] + 1:
                    raise Problem("too_many_rows", limit=options["rows"])
            say({kind: line if kind == "row" else line[0]})
        if not count:
            raise Problem("no_rows")
        say({"end": {"rows": count, "columns": widest}})
    except Problem as problem:
        say({"problem": {"code": problem.code, "params": problem.params}})
    except MemoryError:
        say({"problem": {"code": "too_much_memory", "params": {}}})
    except Exception as error:  # damaged files raise whatever they like
        say({"problem": {"code": "damaged", "params": {"kind": type(error).__name__}}})


def bind(options):
    """Bind this process; return whether that was possible on this platform."""
    try:
        import resource

        for name, value in (
            (resource.RLIMIT_AS, options["memory"]),
            (resource.RLIMIT_CPU, options["seconds"]),
            (resource.RLIMIT_FSIZE, 0),
        ):
            resource.setrlimit(name, (value, value))
    except (ImportError, ValueError, OSError):
        return False
    return True


# --- text -----------------------------------------------------------------------------------------------------


def rows_of_text(source, options):
    """Yield head and rows of a CSV file, strictly read."""
    content = source.read()
    candidates = encodings_of(content)
    chosen = options.get("encoding") or (candidates[0] if candidates else "")
    if not chosen:
        raise Problem("no_encoding")
    try:
        text = decode(content, chosen)
    except UnicodeDecodeError as error:
        raise Problem(
            "wrong_encoding", encoding=chosen, line=content[: error.start].count(b"\n") + 1
        ) from error
    if "\x00" in text:
        raise Problem("binary")
    delimiter = options.get("delimiter") or delimiter_of(text)
    yield (
        "head",
        {
            "encoding": chosen,
            "encodings": [[name, sample_of(content, name)] for name in candidates],
            "delimiter": delimiter,
        },
    )
    csv.field_size_limit(options["text"])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for cells in reader:
            number += 1
            if any(cell.strip() for cell in cells):
                cells = checked(number, cells, options)
                flags = {str(at): LONG for at, cell in enumerate(cells) if len(cell) > options["cell"]}
                yield "row", number, [cell[: options["cell"]] for cell in cells], flags
    except csv.Error as error:
        code = "huge_cell" if "field larger" in str(error) else "bad_quotes"
        raise Problem(code, line=number + 1) from error


def decode(content, encoding):
    """Return the text, without a byte order mark; raises ``UnicodeDecodeError``."""
    if encoding == "utf-16":
        bare = not content.startswith((b"\xff\xfe", b"\xfe\xff"))
        return content.decode("utf-16-le" if bare else "utf-16")
    return content.decode("utf-8-sig" if encoding == "utf-8" else encoding)


def sample_of(content, encoding):
    """Return how the beginning reads in one encoding: the first line with signs that are not ASCII, else the first."""
    try:
        lines = decode(content, encoding).splitlines()
    except UnicodeDecodeError:
        return ""
    telling = next((line for line in lines[:200] if not line.isascii()), lines[0] if lines else "")
    return telling.strip()[:SAMPLE_TEXT]


def encodings_of(content):
    """Return the encodings that ``content`` may be in, the likeliest first.

    A mark at the beginning or valid UTF-8 settles it. Between GB18030 and Big5 the share of common characters
    decides; single high bytes between Latin letters speak for Windows' Western code page.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return [name for name in ("utf-16",) if decodes(content, name)]
    if content.startswith(b"\xef\xbb\xbf") or decodes(content, "utf-8"):
        return [name for name in ("utf-8",) if decodes(content, name)]
    scores = {"gb18030": common_share(content, GB_COMMON), "big5": common_share(content, BIG5_COMMON)}
    scores["cp1252"] = western_share(content)
    fitting = [name for name in scores if decodes(content, name)]
    return sorted(fitting, key=lambda name: -scores[name])


def decodes(content, encoding):
    """Tell whether ``content`` is valid in ``encoding``."""
    try:
        decode(content, encoding)
    except (UnicodeDecodeError, UnicodeError):
        return False
    return True


def GB_COMMON(first, second):
    """Tell whether two bytes are one of the 3,755 everyday characters or a punctuation mark of GB 2312."""
    return (0xB0 <= first <= 0xD7 or 0xA1 <= first <= 0xA3) and second >= 0xA1


def BIG5_COMMON(first, second):
    """Tell whether two bytes are one of the 5,401 everyday characters or a punctuation mark of Big5."""
    return 0xA1 <= first <= 0xC6 and (0x40 <= second <= 0x7E or 0xA1 <= second <= 0xFE)


def common_share(content, is_common):
    """Return which share of the pairs of bytes that begin with a high one are common characters, 0 to 1."""
    pairs = common = 0
    at, end = 0, min(len(content), 200_000) - 1
    while at < end:
        if content[at] < 0x80:
            at += 1
            continue
        pairs += 1
        common += is_common(content[at], content[at + 1])
        at += 2
    return common / pairs if pairs else 0.0


def western_share(content):
    """Return which share of high bytes are accented letters that stand alone beside ASCII letters, 0 to 1."""
    head = content[:200_000]
    high = sum(byte >= 0x80 for byte in head)
    alone = len(re.findall(rb"(?<![\x80-\xff])[\xc0-\xff](?![\x80-\xff])", head))
    return alone / high if high else 0.0


def delimiter_of(text):
    """Return the sign that parts the first lines most evenly into more than one cell; a comma where none does."""
    lines = text.splitlines(keepends=True)[:SAMPLE_LINES]
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = []
        try:
            for cells in csv.reader(lines, delimiter=delimiter):
                if cells:
                    widths.append(len(cells))
        except csv.Error:
            continue
        if not widths or widths[0] < 2:
            continue
        score = widths.count(widths[0]) / len(widths) + min(widths[0], 50) / 1000
        if score > best_score:
            best, best_score = delimiter, score
    return best


# --- workbooks ------------------------------------------------------------------------------------------------


def rows_of_workbook(source, options):
    """Yield head and rows of one sheet. Formulas are named, never evaluated; cells that are not there cost nothing."""
    import warnings

    warnings.simplefilter("ignore")
    from openpyxl import load_workbook
    from openpyxl.worksheet._reader import DATA_TAG, ROW_TAG, WorkSheetParser, iterparse

    class Parser(WorkSheetParser):
        """Openpyxl's, but a formula stays what it is."""

        def parse_formula(self, element):
            """Return that there is one; what it says is nobody's business."""
            return "="

    if not zip_is_sound(source, options):
        raise Problem("inflated")
    book = load_workbook(source, read_only=True, keep_links=False)
    sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "_get_source")]
    if not sheets:
        raise Problem("no_sheet")
    wanted = options.get("sheet") or ""
    names = [sheet.title for sheet in sheets]
    if wanted and wanted not in names:
        raise Problem("no_such_sheet", sheet=wanted)
    sheet = sheets[names.index(wanted)] if wanted else sheets[0]
    yield "head", {"sheets": names[:100], "sheet": sheet.title}
    with sheet._get_source() as stream:
        parser = Parser(
            stream,
            sheet._shared_strings,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        last = 0
        for _event, element in iterparse(stream):
            if element.tag == DATA_TAG:
                break
            if element.tag != ROW_TAG:
                continue
            number, cells = parser.parse_row(element)
            element.clear()
            if number <= last:
                raise Problem("damaged", kind="RowOrder")
            last = number
            texts, flags = texts_of(number, cells, options)
            if any(text.strip() for text in texts) or flags:
                yield "row", number, checked(number, texts, options), flags


def zip_is_sound(source, options):
    """Inflate every part once, keeping nothing: what a list of members says of their sizes may be a lie."""
    import zipfile

    left = options["inflated"]
    with zipfile.ZipFile(source) as archive:
        for member in archive.infolist():
            with archive.open(member) as part:
                while chunk := part.read(1 << 20):
                    left -= len(chunk)
                    if left < 0:
                        return False
    source.seek(0)
    return True


def texts_of(number, cells, options):
    """Return a row's cells as text in their places, and flags for what could not be taken as it stands."""
    texts, flags = [], {}
    for cell in cells:
        value, kind, column = cell["value"], cell["data_type"], cell["column"]
        if value is None:
            continue
        if column > options["columns"]:
            raise Problem("too_many_columns", limit=options["columns"], line=number)
        if column < 1:
            raise Problem("damaged", kind="Column")
        texts.extend([""] * (column - len(texts)))
        text, flag = text_of(value, kind)
        if len(text) > options["cell"]:
            text, flag = text[: options["cell"]], flag or LONG
        texts[column - 1] = text
        if flag:
            flags[str(column - 1)] = flag
    return texts, flags


def text_of(value, kind):
    """Return a cell's value as text, and a flag ("" for none)."""
    if kind == "f":
        return "", FORMULA
    if kind == "e":
        return str(value), FAULT
    if isinstance(value, bool):
        return ("true" if value else "false"), ""
    if isinstance(value, int):
        return str(value), LOSSY if abs(value) >= EXACT_DIGITS else ""
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return "", FAULT
        whole = value.is_integer() and abs(value) < 1e21
        return (str(int(value)) if whole else repr(value)), LOSSY if abs(value) >= EXACT_DIGITS else ""
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return (value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")), ""
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat(), ""
    return clean(str(value)), ""


def clean(text):
    """Return text without what a spreadsheet writes for signs it cannot hold, and without NUL."""
    text = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)
    return "".join(sign for sign in text if sign != "\x00" and not "\ud800" <= sign <= "\udfff")


def checked(number, cells, options):
    """Return a row's cells without empty ones at its end; a row beyond the limits is a problem of the file."""
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    if end > options["columns"]:
        raise Problem("too_many_columns", limit=options["columns"], line=number)
    if sum(map(len, cells[:end])) > options["text"]:
        raise Problem("huge_row", line=number)
    return cells[:end]


def say_to(stream):
    """Return a function that writes one line of JSON to ``stream``."""

    def say(line):
        stream.write(json.dumps(line, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n")

    return say


if __name__ == "__main__":
    with os.fdopen(0, "rb", closefd=False) as given, os.fdopen(1, "wb", closefd=False) as out:
        main(json.loads(sys.argv[1]), given, say_to(out))
