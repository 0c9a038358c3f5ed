"""A head of sales imports accounts from a file and takes the import back, with real clicks, in each language."""

import pytest
from django.utils import timezone

from core.imports.models import Import
from crm.accounts import services
from crm.accounts.models import Account
from tests.browser.eyes import look
from tests.browser.stage import LANGUAGES, WORDS, dress
from tests.cast import actor_of
from tests.core.imports.files import text, workbook

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ENCODINGS = {"en": "utf-8", "zh-hans": "gb18030", "zh-hant": "big5"}
HEADINGS = {
    "en": ["Name", "City", "Country", "Customer number", "Note"],
    "zh-hans": ["名称", "城市", "国家", "客户编号", "备注"],
    "zh-hant": ["名稱", "城市", "國家", "客戶編號", "備註"],
}
NOWHERE = {"en": "Atlantis", "zh-hans": "大西国", "zh-hant": "大西國"}


def rows_in(words, language: str) -> list[list[str]]:
    """Return a file with a row of every kind: new, changed, known by its name, twice, with an error."""
    new = f"{words.city}{words.own_opportunity}"
    return [
        HEADINGS[language],
        [new, words.city, "CN", "C-1", words.note],
        [words.known, words.city, "CN", "C-7", ""],
        [words.customer, words.places[3], "", "", ""],
        [f"{new}{words.lines[0]}", words.city, NOWHERE[language], "", ""],
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_is_read_matched_checked_imported_and_undone(
    language, visit, making, own_partner, rival_partner, sub_partner, places, lines
):
    words = WORDS[language]
    head = making.make_staff("sales_head", "sales_head")
    dress(words, language, {"sales_rep": head}, (own_partner, rival_partner, sub_partner), places, lines)
    known = {"country": "CN", "territory": places.shanghai}
    for name, number in ((words.known, "C-7"), (words.customer, "")):
        services.create_account(
            data={"name": name, "number": number, "city": words.places[2], **known},
            actor=actor_of(head),
            at=timezone.now(),
        )
    shown = lambda step: f"import {language} {step}"  # noqa: E731
    before = Account.objects.count()

    person = visit(head)
    page = person.page
    page.goto("/accounts/")
    page.locator("a[href='/accounts/import/']").click()
    problems = look(page, shown("1 file"), dark=True)
    content = text(rows_in(words, language), ENCODINGS[language])
    page.set_input_files("input[type=file]", {"name": "a.csv", "mimeType": "text/csv", "buffer": content})
    page.locator(".form-actions button[type=submit]").click()

    page.locator(".import-columns").wait_for(timeout=30_000)
    assert words.customer in page.inner_text("main")
    assert page.locator("select[name=column-0]").input_value() == "name"
    assert page.locator("select[name=column-3]").input_value() == "number"
    assert page.locator("select[name=column-4]").input_value() == ""
    problems += look(page, shown("2 columns"), dark=True)
    page.locator(".import-actions button[type=submit]").click()

    row = page.locator(".import-row")
    row.first.wait_for(timeout=30_000)
    assert row.count() == 4
    problems += look(page, shown("3 preview"), dark=True)
    page.locator("button[value='same:0']").first.click()
    page.locator(".import-twin.is-chosen").wait_for()
    page.reload()
    page.locator("[data-dialog-open=write]").click()
    page.locator("dialog#write[open]").wait_for()
    problems += look(page, shown("4 sure"))
    page.locator("dialog#write button[type=submit]").click()

    page.locator("[data-dialog-open=undo]").wait_for(timeout=30_000)
    problems += look(page, shown("5 result"), dark=True)
    assert Account.objects.count() == before + 1
    assert Account.objects.get(number="C-7").city == words.city

    page.locator("[data-dialog-open=undo]").click()
    page.locator("dialog#undo[open]").wait_for()
    page.locator("dialog#undo button[type=submit]").click()
    page.locator("a[href='?show=undone']").wait_for(timeout=30_000)
    problems += look(page, shown("6 undone"))
    assert Account.objects.count() == before
    assert Account.objects.get(number="C-7").city == words.places[2]
    page.goto("/imports/")
    problems += look(page, shown("7 list"))
    assert problems + person.watch.take() == []


def test_a_broken_file_ends_as_a_message(visit, making):
    head = making.make_staff("sales_head", "sales_head")
    person = visit(head)
    page = person.page
    page.goto("/accounts/import/")
    damaged = bytearray(workbook([["Name"], ["A"]]))
    damaged[len(damaged) // 3] ^= 0xFF
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.set_input_files("input[type=file]", {"name": "a.xlsx", "mimeType": kind, "buffer": bytes(damaged)})
    page.locator(".form-actions button[type=submit]").click()
    page.locator(".next-step.tone-danger[role=alert], .field-errors").first.wait_for(timeout=30_000)
    problems = look(page, "import broken", dark=True)
    if not Import.objects.exists():
        person.watch.take()
    assert problems + person.watch.take() == []
