"""The pages of an import: each step shows what is to be done, hostile files end as messages."""

import re

import pytest
from django.urls import reverse

from core.imports.enums import Choice, ImportState
from core.imports.models import Import
from core.jobs.models import Job, JobState
from core.ledger.models import Event
from tests.cast import client_for, run_all_jobs

from .files import raw_workbook, text, upload, workbook

pytestmark = pytest.mark.django_db

START = "accounts:account_import"
ROWS = [
    ["Name", "Country", "Customer number"],
    ["Quzhou Compressor Factory", "CN", "C-1"],
    ["Quzhou Compressor Factory Ltd", "CN", ""],
    ["Somebody", "Atlantis", "C-3"],
]


@pytest.fixture
def head(making):
    return making.make_staff("sales_head", "sales_head")


@pytest.fixture
def client(head):
    return client_for(head)


def key_in(response) -> str:
    return re.search(r'name="one_time_key" value="([^"]+)"', response.content.decode())[1]


def send(client, content: bytes, name: str = "accounts.csv", key: str = ""):
    key = key or key_in(client.get(reverse(START)))
    return client.post(reverse(START), {"file": upload(content, name), "one_time_key": key})


def address(source: Import, name: str) -> str:
    return reverse(f"imports:import_{name}", args=[source.ref])


def fresh() -> Import:
    return Import.objects.get()


@pytest.fixture
def previewed(client) -> Import:
    """An import of ``ROWS`` that waits for the word to write."""
    send(client, text(ROWS))
    run_all_jobs()
    source = fresh()
    response = client.post(
        address(source, "columns"), {"column-0": "name", "column-1": "country", "column-2": "number"}
    )
    assert response.status_code == 302
    run_all_jobs()
    source.refresh_from_db()
    assert source.state == ImportState.PREVIEW
    return source


def test_the_way_of_an_import_from_file_to_undo(client, head):
    start = client.get(reverse(START))
    assert start.status_code == 200
    response = send(client, text(ROWS, "gb18030"))
    source = fresh()
    assert response.headers["Location"] == source.get_absolute_url()
    assert "The file is being read" in client.get(source.get_absolute_url()).content.decode()
    run_all_jobs()
    page = client.get(source.get_absolute_url()).content.decode()
    assert "Which column holds what" in page and "Quzhou Compressor Factory" in page
    client.post(address(source, "columns"), {"column-0": "name", "column-1": "country", "column-2": "number"})
    assert "Every row is being checked" in client.get(source.get_absolute_url()).content.decode()
    run_all_jobs()
    page = client.get(source.get_absolute_url()).content.decode()
    assert "Looks the same as row 2 of this file" in page and "This is no country" in page
    client.post(address(source, "decide"), {"row": 3, "choice": "skip"})
    client.post(address(source, "confirm"), {"one_time_key": "k"})
    assert "The rows are being imported" in client.get(source.get_absolute_url()).content.decode()
    run_all_jobs()
    page = client.get(source.get_absolute_url()).content.decode()
    assert "The import is done" in page
    client.post(address(source, "undo"))
    run_all_jobs()
    assert "The import is undone" in client.get(source.get_absolute_url()).content.decode()
    assert source.file_name in client.get(reverse("imports:import_list")).content.decode()


HOSTILE = {
    "lying.xlsx": b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
    "lying.csv": workbook([["Name"], ["A"]]),
    "program.csv": b"MZ\x90\x00" + b"\x00" * 100,
    "picture.png": b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
    "offer.pdf": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n",
    "nul.csv": b"Name\r\nA\x00B\r\n",
    "empty.csv": b"",
    "bomb.xlsx": raw_workbook("", **{"xl/media/zeros.bin": b"0" * 60_000_000}),
    "macros.xlsx": raw_workbook("", **{"xl/vbaProject.bin": b"x"}),
    "cut.xlsx": workbook([["Name"], ["A"]])[:-40],
    "letter.docx": raw_workbook("", **{"word/document.xml": b"<x/>"}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_table_is_refused_at_the_field(name, client):
    response = send(client, HOSTILE[name], name)
    page = response.content.decode()
    if name == "letter.docx":
        assert response.status_code in (302, 422)
    else:
        assert response.status_code == 422 and "field-errors" in page
        assert not Import.objects.exists()


UNREADABLE = {
    "quotes.csv": b'Name,City\r\n"A,B\r\n',
    "headings.csv": b"Name,City\r\n",
    "wide.csv": b"c," * 10_000 + b"\r\nx\r\n",
    "broken.xlsx": raw_workbook("<row", **{"xl/styles.xml": b"<not"}),
    "backwards.xlsx": raw_workbook('<row r="5"><c r="A5"><v>1</v></c></row><row r="2"/>'),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_told_on_its_page(name, client):
    assert send(client, UNREADABLE[name], name).status_code == 302
    run_all_jobs()
    source = fresh()
    assert source.state == ImportState.UNREADABLE
    response = client.get(source.get_absolute_url())
    assert response.status_code == 200 and "The file cannot be read" in response.content.decode()
    assert client.post(address(source, "cancel")).status_code == 302


def test_a_form_sent_twice_starts_one_import(client):
    key = key_in(client.get(reverse(START)))
    places = {send(client, text(ROWS), key=key).headers["Location"] for _press in range(2)}
    assert len(places) == 1 and Import.objects.count() == 1


def test_columns_named_wrongly_are_told_and_nothing_is_lost(client):
    send(client, text(ROWS))
    run_all_jobs()
    source = fresh()
    response = client.post(address(source, "columns"), {"column-0": "name", "column-1": "name"})
    assert response.status_code == 422
    assert "is chosen for two columns" in response.content.decode()
    response = client.post(address(source, "columns"), {"column-1": "country", "column-0": "owner_id"})
    assert response.status_code == 422
    source.refresh_from_db()
    assert source.state == ImportState.COLUMNS


def test_how_it_was_read_is_shown_and_may_be_changed(client):
    send(client, text([["名称", "城市"], ["上海华星泵业", "上海"]], "gb18030"))
    run_all_jobs()
    source = fresh()
    page = client.get(source.get_absolute_url()).content.decode()
    assert "GB18030" in page and "名称,城市" in page and "comma" in page
    client.post(address(source, "read_again"), {"encoding": "gb18030", "delimiter": ";"})
    run_all_jobs()
    source.refresh_from_db()
    assert source.headings == ["名称,城市"]
    assert client.post(address(source, "read_again"), {"encoding": "rot13"}).status_code == 302
    source.refresh_from_db()
    assert source.state == ImportState.COLUMNS


def test_progress_asks_for_the_page_anew_once_the_work_is_done(client):
    send(client, text(ROWS))
    source = fresh()
    part = client.get(address(source, "progress"), headers={"HX-Request": "true"})
    assert part.status_code == 200 and 'id="working"' in part.content.decode()
    run_all_jobs()
    part = client.get(address(source, "progress"), headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Refresh"]) == (204, "true")


def test_work_that_was_given_up_says_so(client):
    send(client, text(ROWS))
    Job.objects.update(state=JobState.FAILED)
    source = fresh()
    assert "The work stopped" in client.get(source.get_absolute_url()).content.decode()


def test_a_check_that_fails_each_time_ends_as_a_message(client, monkeypatch):
    from core.imports import jobs
    from core.jobs import run_due

    send(client, text(ROWS))
    source = fresh()

    def fail(*args, **kwargs):
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(jobs, "read_file", fail)
    for _attempt in range(jobs.ATTEMPTS):
        run_due()
        Job.objects.update(run_at=source.created_at)
    source.refresh_from_db()
    assert source.state == ImportState.UNREADABLE
    assert "for a reason we do not know" in client.get(source.get_absolute_url()).content.decode()


def test_a_row_decided_by_htmx_comes_back_alone(client, previewed):
    response = client.post(
        address(previewed, "decide"), {"row": 3, "choice": "create"}, headers={"HX-Request": "true"}
    )
    page = response.content.decode()
    assert response.status_code == 200 and 'id="row-3"' in page and "<html" not in page
    assert previewed.rows.get(number=3).choice == Choice.CREATE


def test_rows_ticked_are_decided_at_once_and_one_comes_back_to_the_same_page(client, previewed):
    response = client.post(
        address(previewed, "decide"),
        {
            "rows": ["3", "2", "nonsense", "-1"],
            "choice": "skip",
            "scope": "ticked",
            "show": "twin",
            "page": "1",
        },
    )
    assert response.headers["Location"].endswith("?show=twin&page=1")
    assert previewed.rows.get(number=3).choice == Choice.SKIP
    assert previewed.rows.get(number=2).choice == ""


@pytest.mark.parametrize(
    "data",
    [
        {"row": 2, "choice": "skip"},
        {"row": 99, "choice": "skip"},
        {"row": "x", "choice": "skip"},
        {"row": 3, "choice": "drop table"},
        {"row": 3, "choice": "same:9"},
        {"choice": "skip", "scope": "everything"},
        {},
    ],
)
def test_decisions_that_mean_nothing_change_nothing(data, client, previewed):
    response = client.post(address(previewed, "decide"), data)
    assert response.status_code in (302, 404)
    assert not previewed.rows.exclude(choice="").exists()


def test_every_tab_shows_its_rows(client, previewed):
    for tab in ("all", "create", "twin", "error", "undecided", "nonsense"):
        assert client.get(previewed.get_absolute_url() + f"?show={tab}&page=2").status_code == 200
    page = client.get(previewed.get_absolute_url() + "?show=error").content.decode()
    assert "Somebody" in page and "Quzhou" not in page


def test_the_columns_may_be_named_anew_before_it_is_confirmed(client, previewed):
    assert (
        "Which column holds what"
        in client.get(previewed.get_absolute_url() + "?step=columns").content.decode()
    )
    client.post(address(previewed, "columns"), {"column-0": "name", "column-1": "", "column-2": ""})
    run_all_jobs()
    previewed.refresh_from_db()
    assert (previewed.state, previewed.counts["error"]) == (ImportState.PREVIEW, 0)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_rows_with_errors_come_as_a_sheet_to_be_corrected_and_read_again(kind, client, previewed):
    response = client.get(address(previewed, "errors") + f"?type={kind}")
    content = b"".join(response.streaming_content)
    client.post(address(previewed, "cancel"))
    send(client, content, f"errors.{kind}")
    run_all_jobs()
    again = Import.objects.order_by("-pk").first()
    assert again.headings == [*ROWS[0], "What is wrong"]
    assert again.mapping == ["name", "country", "number", ""]
    assert [row.cells[:3] for row in again.rows.all()] == [ROWS[3]]
    assert "This is no country" in again.rows.get().cells[3]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_the_sheet_to_fill_in_is_understood_when_it_comes_back(kind, language, client, head):
    type(head).objects.filter(pk=head.pk).update(language=language)
    client = client_for(head)
    response = client.get(reverse("accounts:account_import_template") + f"?type={kind}")
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if kind == "csv":
        content += "甲公司,,,,,,,,,,,,,\r\n".encode()
    else:
        import io

        from openpyxl import load_workbook

        book = load_workbook(io.BytesIO(content))
        assert len(book.sheetnames) == 2 and book.worksheets[0]["D2"].number_format == "@"
        book.worksheets[0]["A2"] = "甲公司"
        buffer = io.BytesIO()
        book.save(buffer)
        content = buffer.getvalue()
    send(client, content, f"accounts.{kind}")
    run_all_jobs()
    source = fresh()
    assert all(source.mapping) and len(source.mapping) == 14
    assert source.rows.get().cells == ["甲公司"]


def test_pages_need_the_same_queries_for_one_row_and_for_many(client, head, count_queries):
    counts = []
    for size in (2, 20):
        rows = [[f"Works number {number} of Quzhou", "Atlantis", f"C-{number}"] for number in range(size)]
        send(client, text([ROWS[0], *rows]))
        run_all_jobs()
        source = Import.objects.order_by("-pk").first()
        client.post(address(source, "columns"), {"column-0": "name", "column-1": "", "column-2": "number"})
        run_all_jobs()
        counts.append(count_queries(client.get, source.get_absolute_url()))
    assert counts[0] == counts[1]


def test_looking_leaves_no_event(client, previewed):
    before = Event.objects.count()
    for name in ("detail", "errors", "progress"):
        client.get(address(previewed, name))
    assert Event.objects.count() == before


def test_the_list_of_accounts_offers_an_import_to_who_may(client, sales_rep):
    assert reverse(START) in client.get("/accounts/").content.decode()
    assert reverse(START) not in client_for(sales_rep).get("/accounts/").content.decode()
