"""Sheets of filings as dealers make them: the real template, filled in as a spreadsheet program would."""

import io
from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from core.imports.models import Import
from tests.cast import run_all_jobs
from tests.core.imports.files import saved

CLOSE = date.today() + timedelta(days=60)


def template(client, kind: str = "xlsx") -> bytes:
    """Return the template as the actor of ``client`` downloads it."""
    response = client.get(reverse("intake:sheet_template"), {"type": kind})
    assert response.status_code == 200
    return b"".join(response) if response.streaming else response.content


def row(**changes) -> dict:
    """Return a complete row by field: pumps for a waterworks in Shanghai."""
    return {
        "customer_name": "Huadong Water Works Co., Ltd.",
        "customer_country": "China",
        "territory": "Shanghai [cn-shanghai]",
        "line_1": "Pumps [pumps]",
        "amount": 250000,
        "currency": "CNY",
        "expected_close_on": CLOSE,
        **changes,
    }


def fields() -> list[str]:
    """Return the fields in the order of the template's columns."""
    from deal_registration.intake.columns import COLUMNS

    return [column.field for column in COLUMNS]


def filled(content: bytes, rows: list[dict], change=None) -> bytes:
    """Return a template with rows typed into it; ``change`` may do more to the workbook."""
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    places = {name: at for at, name in enumerate(fields(), start=1)}
    for number, values in enumerate(rows, start=2):
        for name, value in values.items():
            sheet.cell(number, places[name]).value = value
    if change:
        change(book)
    return saved(book)


def book_of(content: bytes) -> Workbook:
    """Return a workbook from its bytes."""
    return load_workbook(io.BytesIO(content))


def send(client, content: bytes, name: str = "deals.xlsx", key: str = "key-of-this-sheet"):
    """Send a sheet as the page's form does."""
    return client.post(
        reverse("intake:sheet_new"), {"file": SimpleUploadedFile(name, content), "one_time_key": key}
    )


def read_in(client, content: bytes, name: str = "deals.xlsx", key: str = "key-of-this-sheet") -> Import:
    """Send a sheet and let the jobs read and check it; return its import."""
    response = send(client, content, name, key)
    assert response.status_code == 302, response.content.decode()
    run_all_jobs()
    return Import.objects.get(ref=response.headers["Location"].rstrip("/").rsplit("/", 1)[-1])


def address(source: Import, name: str) -> str:
    """Return an address of an import's page."""
    return reverse(f"imports:import_{name}", args=[source.ref])


def file_now(client, source: Import) -> Import:
    """Say the word, and let the jobs file."""
    client.post(address(source, "confirm"), {"one_time_key": f"confirm-{source.ref}"})
    run_all_jobs()
    source.refresh_from_db()
    return source


def errors_sheet(client, source: Import) -> bytes:
    """Return the rows with errors as the page offers them."""
    response = client.get(address(source, "errors"), {"type": "xlsx"})
    assert response.status_code == 200
    return response.content
