"""Files from outside: read in a bound process of their own; whatever is wrong with one ends as a message."""

import csv
import io
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from core.imports.reading import child, parent
from core.imports.reading.parent import Asked, Limits, NotReadable, read
from core.imports.wording import UNREADABLE, unreadable_words

from .files import cell, raw_workbook, saved, text, workbook

ROWS = [["Name", "City"], ["Huaxing Pumps", "Shanghai"], ["Nordwerk", "Berlin"]]
CHINESE = [
    ["名称", "城市", "备注"],
    ["上海华星泵业有限公司", "上海", "老客户，每年采购水泵"],
    ["北京天工阀门", "北京", "新"],
]
TAIWANESE = [
    ["名稱", "城市", "備註"],
    ["臺灣精密機械股份有限公司", "臺中", "長期客戶，採購泵浦與閥門"],
    ["龍騰電子", "新竹", "新"],
]


def reading(content: bytes, kind: str = "csv", limits: Limits | None = None, program=parent.PROGRAM, **asked):
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        file.seek(0)
        return read(file, Asked(kind, **asked), limits, program)


def code_of(content: bytes, kind: str = "csv", limits: Limits | None = None, **asked) -> str:
    with pytest.raises(NotReadable) as refusal:
        reading(content, kind, limits, **asked)
    words = unreadable_words(refusal.value.code, refusal.value.params)
    assert refusal.value.code in UNREADABLE and words and "%(" not in words
    return refusal.value.code


def cells(sheet) -> list[list[str]]:
    return [row.cells for row in sheet.rows]


# --- text: encodings and delimiters are found out, and shown ------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "codec", "found"),
    [
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8"),
        (CHINESE, "utf-16", "utf-16"),
        (CHINESE, "gb18030", "gb18030"),
        (TAIWANESE, "big5", "big5"),
        (TAIWANESE, "utf-8", "utf-8"),
        ([["Name", "Ort"], ["Müller Pumpen GmbH", "Köln"], ["Åström AB", "Malmö"]], "cp1252", "cp1252"),
        (ROWS, "ascii", "utf-8"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_encoding_is_found_out_and_told(rows, codec, found):
    sheet = reading(text(rows, codec))
    assert sheet.head["encoding"] == found
    assert [sheet.headings, *cells(sheet)] == rows
    if codec in ("gb18030", "big5", "cp1252"):
        samples = dict(sheet.head["encodings"])
        assert samples[found] in ",".join(rows[0]) + ",".join(rows[1])


@pytest.mark.parametrize("rows, codec", [(CHINESE, "gb18030"), (TAIWANESE, "big5")])
def test_a_single_short_line_is_enough_to_tell_the_chinese_encodings_apart(rows, codec):
    assert reading(text(rows[:2], codec)).head["encoding"] == codec


def test_another_encoding_may_be_asked_for_and_one_that_does_not_fit_is_refused():
    sheet = reading(text(CHINESE, "gb18030"), encoding="cp1252") if _fits(CHINESE) else None
    assert sheet is None or sheet.head["encoding"] == "cp1252"
    assert code_of(text(CHINESE, "gb18030"), encoding="utf-8") == "wrong_encoding"


def _fits(rows) -> bool:
    try:
        text(rows, "gb18030").decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True


def test_mixed_encodings_are_a_message_that_names_the_line():
    content = text(ROWS) + "北京".encode("utf-16-le") + b"\xff\xff\x81\r\n"
    with pytest.raises(NotReadable) as refusal:
        reading(content, encoding="utf-8")
    assert refusal.value.code == "wrong_encoding" and refusal.value.params["line"] == 4
    assert code_of(text(ROWS) + b"\xff\xff\x81\x20\r\n") in ("no_encoding", "wrong_encoding")


@pytest.mark.parametrize("delimiter", child.DELIMITERS)
def test_delimiter_is_found_out(delimiter):
    rows = [["Name", "City", "Note"], ["A, B and C", "x;y", "1"], ["D", "z", "2"]]
    content = io.StringIO()
    csv.writer(content, delimiter=delimiter).writerows(rows)
    sheet = reading(content.getvalue().encode())
    assert sheet.head["delimiter"] == delimiter
    assert cells(sheet) == rows[1:]


def test_rows_keep_the_numbers_they_have_in_the_sheet():
    sheet = reading(b'\r\nName,Note\r\n\r\nA,"two\r\nlines"\r\n,,\r\nB,1\r\n')
    assert sheet.heading_row == 2
    assert [(row.number, row.cells) for row in sheet.rows] == [(4, ["A", "two\r\nlines"]), (6, ["B", "1"])]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'Name,City\r\n"A,Berlin\r\nB,C\r\n', "bad_quotes"),
        (b'Name,City\r\n"A"x,Berlin\r\n', "bad_quotes"),
        (b"Name,City\r\nA\x00B,Berlin\r\n", "binary"),
        (b"Name,City\r\n", "no_rows"),
        (b"\r\n\r\n", "no_rows"),
        (b"Name,City\r\n" + b"x" * 1_200_000 + b",Berlin\r\n", "huge_cell"),
        (b"Name\r\n" + (b"x" * 300 + b",") * 4000 + b"\r\n", "too_many_columns"),
        ((b"c," * 10_000 + b"\r\n") * 2, "too_many_columns"),
        (b"Name\r\n" + b"A\r\n" * 50_001, "too_many_rows"),
        ("Name,City\r\nA,\ud800".encode("utf-16-le", "surrogatepass"), "binary"),
    ],
)
def test_broken_text_is_a_message(content, code):
    assert code_of(content) == code


def test_a_cell_that_is_far_too_long_is_flagged_not_lost():
    sheet = reading(b"Name,City\r\n" + b"x" * 9000 + b",Berlin\r\n")
    assert sheet.rows[0].flags == {"0": "long"}
    assert len(sheet.rows[0].cells[0]) == Limits().cell


# --- workbooks ----------------------------------------------------------------------------------------------------


def test_values_of_a_workbook_become_text():
    rows = [
        ["Name", "Number", "Share", "Since", "At", "Known", "Id"],
        ["华星", 1001, 0.25, date(2026, 1, 5), datetime(2026, 1, 5, 9, 30), True, "0042"],
    ]
    sheet = reading(workbook(rows), "xlsx")
    assert cells(sheet) == [["华星", "1001", "0.25", "2026-01-05", "2026-01-05 09:30:00", "true", "0042"]]
    assert sheet.head == {"sheets": ["Sheet"], "sheet": "Sheet"}


def test_formulas_are_flagged_and_never_evaluated():
    rows = [["Name", "City", "Sum"], ["A", "Berlin", "=1+1"], ["B", '=WEBSERVICE("http://x")', "2"]]
    sheet = reading(workbook(rows), "xlsx")
    assert [row.flags for row in sheet.rows] == [{"2": "formula"}, {"1": "formula"}]
    assert cells(sheet) == [["A", "Berlin"], ["B", "", "2"]]


def test_a_cached_value_of_a_formula_is_not_taken_for_what_the_cell_holds():
    row = '<row r="2"><c r="A2"><f>1+1</f><v>99</v></c></row>'
    sheet = reading(raw_workbook(f'<row r="1">{cell("A1", "Name")}</row>{row}'), "xlsx")
    assert sheet.rows[0].flags == {"0": "formula"} and sheet.rows[0].cells == []


def test_errors_and_rounded_numbers_are_flagged():
    rows = [["Name", "Number"], ["#N/A", 913100001234567890], ["B", 91310000]]
    sheet = reading(workbook(rows), "xlsx")
    assert [row.flags for row in sheet.rows] == [{"0": "fault", "1": "lossy"}, {}]
    assert cells(sheet)[1] == ["B", "91310000"]


def test_another_sheet_may_be_asked_for():
    book = Workbook()
    book.active.append(["Notes"])
    other = book.create_sheet("客户")
    for row in ROWS:
        other.append(row)
    sheet = reading(saved(book), "xlsx", sheet="客户")
    assert (sheet.head["sheet"], cells(sheet)) == ("客户", ROWS[1:])
    assert code_of(saved(book), "xlsx", sheet="none such") == "no_such_sheet"
    assert code_of(saved(book), "xlsx") == "no_rows"


def test_cells_far_out_cost_nothing_and_are_refused_only_where_they_hold_something():
    far = '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c><c r="XFD1" s="0"/></row>'
    last = f'<row r="1048576">{cell("A1048576", "B")}</row>'
    begun = time.monotonic()
    sheet = reading(raw_workbook(far + last), "xlsx")
    assert [(row.number, row.cells) for row in sheet.rows] == [(1_048_576, ["B"])]
    assert time.monotonic() - begun < 20
    assert code_of(raw_workbook(f'<row r="1">{cell("A1", "N")}{cell("XFD1", "x")}</row>'), "xlsx") == (
        "too_many_columns"
    )


MERGED = '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'


def test_a_small_workbook_that_hangs_openpyxl_is_read_or_refused_at_once():
    rows = "".join(f'<row r="{at}">{cell(f"A{at}", name)}</row>' for at, name in enumerate(["Name", "A"], 1))
    content = raw_workbook(rows, MERGED)
    assert len(content) < 5 * 1024
    hang = "import openpyxl, sys; openpyxl.load_workbook(sys.stdin.buffer)"
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        file.seek(0)
        with pytest.raises(subprocess.TimeoutExpired):  # the control: openpyxl itself does not come to an end
            subprocess.run([sys.executable, "-c", hang], stdin=file, timeout=6, check=False)
    begun = time.monotonic()
    assert cells(reading(content, "xlsx")) == [["A"]]
    to_the_edge = "".join(f'<row r="{at}"><c r="XFD{at}"><v>1</v></c></row>' for at in range(1, 600))
    assert code_of(raw_workbook(to_the_edge, MERGED), "xlsx") == "too_many_columns"
    assert time.monotonic() - begun < 30


def busy(tmp_path, work: str):
    program = tmp_path / "busy.py"
    program.write_text(
        f"import json, sys\nsys.path.insert(0, {str(parent.PROGRAM.parent)!r})\nimport child\n"
        f"child.bind(json.loads(sys.argv[1]))\n{work}\n"
    )
    return program


@pytest.mark.parametrize(
    ("work", "code"),
    [
        ("while True: pass", "too_slow"),
        ("import time; time.sleep(60)", "too_slow"),
        ("x = bytearray(2_000_000_000)", "damaged"),
        ("import os; os._exit(0)", "damaged"),
        ("print('{\"row\": [1, ')", "damaged"),
        ("open('written', 'wb').write(b'x' * 100_000)", "damaged"),
        ("print('x' * 6_000_000)", "too_much_text"),
        ("for n in range(3_000_000): print(json.dumps({'row': [n, ['x' * 60], {}]}))", "too_much_text"),
    ],
)
def test_a_process_that_runs_wild_is_ended_and_told(tmp_path, monkeypatch, work, code):
    monkeypatch.chdir(tmp_path)
    limits = Limits(seconds=1, wall=4, output=20_000_000)
    begun = time.monotonic()
    with pytest.raises(NotReadable) as refusal:
        reading(text(ROWS), limits=limits, program=busy(tmp_path, work))
    assert refusal.value.code == code
    assert time.monotonic() - begun < 30
    assert not (tmp_path / "written").exists() or (tmp_path / "written").stat().st_size == 0


def test_limits_hold_inside_the_process(tmp_path):
    """The control: the same program without its bounds gets as far as it likes."""
    program = busy(
        tmp_path,
        "x = bytearray(2_000_000_000)\nprint(json.dumps({'problem': {'code': 'no_sheet', 'params': {}}}))",
    )
    with pytest.raises(NotReadable, match="damaged"):
        reading(text(ROWS), program=program)
    program.write_text(program.read_text().replace("child.bind", "str"))
    with pytest.raises(NotReadable, match="no_sheet"):
        reading(text(ROWS), program=program)


def test_memory_that_runs_out_is_a_message():
    rows = f'<row r="1">{cell("A1", "x" * 60_000_000)}</row>'
    tight = replace(Limits(), memory=120 * 1024 * 1024)
    assert code_of(raw_workbook(rows), "xlsx", tight) in ("too_much_memory", "damaged")


def test_archives_that_lie_about_their_size_are_not_inflated():
    content = raw_workbook("", **{"xl/media/big.bin": b"0" * 5_000_000})
    assert code_of(content, "xlsx", replace(Limits(), inflated=1_000_000)) == "inflated"


def test_where_a_process_cannot_be_bound_workbooks_are_refused_and_text_is_read(monkeypatch):
    """As on a platform without ``resource``; the text's parser is bound by the clock alone."""
    monkeypatch.setattr(child, "bind", lambda options: False)
    options = {"format": "xlsx", "encoding": "", "delimiter": "", "sheet": "", **_plain_limits()}
    said: list[dict] = []
    child.main(options, io.BytesIO(workbook(ROWS)), said.append)
    assert said == [{"problem": {"code": "not_bound", "params": {}}}]
    said.clear()
    child.main(options | {"format": "csv"}, io.BytesIO(text(ROWS)), said.append)
    assert said[-1] == {"end": {"rows": 3, "columns": 2}}


def _plain_limits() -> dict:
    return {name: getattr(Limits(), name) for name in Limits.__dataclass_fields__}


# --- damaged workbooks --------------------------------------------------------------------------------------------

GOOD = workbook([*ROWS, ["=1+1", 3]])
DAMAGED = {
    "no zip at all": b"PK\x03\x04 and nothing else",
    "cut": GOOD[: len(GOOD) // 2],
    "an empty zip": b"PK\x05\x06" + b"\x00" * 18,
    "no workbook": raw_workbook("", **{"xl/workbook.xml": b"<x/>"}),
    "no xml": raw_workbook("", **{"xl/workbook.xml": b"not xml"}),
    "an entity that grows": raw_workbook(
        "",
        **{
            "xl/worksheets/sheet1.xml": b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
            b"<worksheet><sheetData>&b;</sheetData></worksheet>"
        },
    ),
    "an entity from outside": raw_workbook(
        "",
        **{
            "xl/worksheets/sheet1.xml": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
            b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
            b'<c r="A1" t="inlineStr"><is><t>&a;</t></is></c></row></sheetData></worksheet>'
        },
    ),
    "a sheet that is missing": raw_workbook("", **{"xl/_rels/workbook.xml.rels": b"<Relationships/>"}),
    "a row without a number": raw_workbook('<row r="x"><c r="A1"><v>1</v></c></row>'),
    "rows backwards": raw_workbook(f'<row r="5">{cell("A5", "a")}</row><row r="2">{cell("A2", "b")}</row>'),
    "a text that is not there": raw_workbook('<row r="1"><c r="A1" t="s"><v>7</v></c></row>'),
    "a cell nowhere": raw_workbook('<row r="1"><c r="0" t="b"><v>x</v></c></row>'),
    "a date beyond time": raw_workbook('<row r="1"><c r="A1" t="d"><v>9999999-99-99</v></c></row>'),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_workbooks_are_a_message(name):
    assert code_of(DAMAGED[name], "xlsx") in ("damaged", "no_rows", "no_sheet")


def in_process(content: bytes) -> list[dict]:
    """Run the child's own code here, unbound, for speed: every byte may be anything."""
    said: list[dict] = []
    options = {"format": "xlsx", "encoding": "", "delimiter": "", "sheet": "", **_plain_limits()}
    bound, child.bind = child.bind, lambda given: True
    try:
        child.main(options, io.BytesIO(content), said.append)
    finally:
        child.bind = bound
    return said


@settings(max_examples=120)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=12))
def test_any_damaged_bytes_end_in_rows_or_a_message(changes):
    damaged = bytearray(GOOD)
    for place, byte in changes:
        damaged[place] = byte
    said = in_process(bytes(damaged))
    assert "end" in said[-1] or said[-1]["problem"]["code"] in UNREADABLE


@settings(max_examples=60)
@given(st.sampled_from(["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"]), st.data())
def test_any_damaged_part_ends_in_rows_or_a_message(part, data):
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    content = bytearray(members[part])
    for _round in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(32, 126))
    members[part] = bytes(content)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    said = in_process(buffer.getvalue())
    assert "end" in said[-1] or said[-1]["problem"]["code"] in UNREADABLE


@given(st.binary(max_size=400))
def test_any_bytes_as_text_end_in_rows_or_a_message(content):
    said: list[dict] = []
    options = {"format": "csv", "encoding": "", "delimiter": "", "sheet": "", **_plain_limits()}
    bound, child.bind = child.bind, lambda given: True
    try:
        child.main(options, io.BytesIO(content), said.append)
    finally:
        child.bind = bound
    assert json.dumps(said)
    assert "end" in said[-1] or said[-1]["problem"]["code"] in UNREADABLE
