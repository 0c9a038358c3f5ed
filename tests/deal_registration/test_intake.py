"""Filing from a sheet: the signed template, bad rows that come back as a sheet, good rows filed once, in order."""

import datetime
from decimal import Decimal

import pytest
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from core.imports.enums import ImportState, Outcome
from core.imports.models import Import
from core.jobs.models import Job
from deal_registration.enums import State
from deal_registration.intake import signing as notes
from deal_registration.models import Registration, RegistrationLine
from tests.cast import client_for, run_all_jobs
from tests.core.imports.files import raw_workbook, text, workbook

from .sheets import (
    CLOSE,
    address,
    book_of,
    errors_sheet,
    fields,
    file_now,
    filled,
    read_in,
    row,
    send,
    template,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_templates(settings):
    settings.INTAKE_MOST_ROWS = 20


@pytest.fixture
def client(dealer_sales):
    return client_for(dealer_sales)


def page_of(client, source: Import) -> str:
    return client.get(source.get_absolute_url()).content.decode()


def actions(source: Import) -> dict[int, str]:
    return dict(source.rows.order_by("number").values_list("number", "action"))


# --- the template


def test_template_is_locked_but_for_its_inputs_and_offers_choices_from_hidden_lists(client, lines, places):
    book = book_of(template(client))
    main, _meanings, lists, note = book.worksheets
    assert all(sheet.protection.sheet for sheet in book.worksheets)
    assert book.security.lockStructure
    assert main["A1"].protection.locked and not main["A2"].protection.locked
    assert (lists.sheet_state, note.sheet_state) == ("hidden", "veryHidden")
    rules = {str(rule.sqref).split("2:")[0]: rule for rule in main.data_validations.dataValidation}
    by_field = dict(zip(fields(), [rules[cell.column_letter] for cell in main[1]], strict=True))
    for name in ("customer_country", "territory", "line_1", "opportunity_type", "currency"):
        assert by_field[name].type == "list" and by_field[name].formula1.startswith("=lists!")
    offered = {cell.value for column in lists.columns for cell in column}
    assert {"Pumps [pumps]", "Shanghai [cn-shanghai]", "China", "CNY", "New business"} <= offered
    assert book_of(template(client)).worksheets[3]["B2"].value


def test_template_speaks_the_readers_language_and_is_read_back_in_any(client, dealer_sales, lines, places):
    dealer_sales.language = "zh-hans"
    dealer_sales.save()
    content = filled(
        template(client), [row(customer_country="中国", territory="cn-shanghai", line_1="pumps")]
    )
    assert book_of(content).worksheets[0]["A1"].value == "最终客户"
    dealer_sales.language = "zh-hant"
    dealer_sales.save()
    source = read_in(client, content)
    assert (source.state, source.counts["create"]) == (ImportState.PREVIEW, 1)


@pytest.mark.parametrize("who", ["channel_manager", "administrator", "sales_rep"])
def test_nobody_files_for_another(who, request, places):
    staff = client_for(request.getfixturevalue(who))
    for name in ("sheet_new", "sheet_template"):
        assert staff.get(reverse(f"intake:{name}")).status_code == 403


# --- which files are taken


def outdated_note(book):
    note = notes.opened(book.worksheets[3]["B2"].value)
    until = timezone.localdate() - datetime.timedelta(days=2)
    book.worksheets[3]["B2"].value = notes.signed(
        notes.Note(note.version, note.partner, note.language, until)
    )


def older_version(book):
    note = notes.opened(book.worksheets[3]["B2"].value)
    book.worksheets[3]["B2"].value = notes.signed(
        notes.Note(note.version - 1, note.partner, note.language, note.until)
    )


def forged_note(book):
    token = signing.dumps(["1", "SOMEBODY", "en", "2099-01-01"], key="another key", salt=notes.SALT)
    book.worksheets[3]["B2"].value = token


def moved_heading(book):
    sheet = book.worksheets[0]
    sheet["A1"].value, sheet["B1"].value = sheet["B1"].value, sheet["A1"].value


def another_column(book):
    book.worksheets[0].cell(1, len(fields()) + 1).value = "Margin"


def no_note(book):
    book.remove(book.worksheets[3])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (outdated_note, "This template is no longer in use"),
        (older_version, "This template is no longer in use"),
        (forged_note, "not the template of this portal"),
        (no_note, "not the template of this portal"),
        (moved_heading, "The template was changed"),
        (another_column, "The template was changed"),
    ],
)
def test_altered_and_outdated_templates_are_refused_with_a_link(change, words, client, lines, places):
    source = read_in(client, filled(template(client), [row()], change))
    page = page_of(client, source)
    assert source.state == ImportState.UNREADABLE
    assert words in page and reverse("intake:sheet_template") in page
    assert not Registration.objects.exists()


def test_template_of_another_company_is_refused_without_a_word_about_whose_it_is(
    client, rival, lines, places
):
    content = filled(template(client_for(rival)), [row()])
    source = read_in(client, content)
    page = page_of(client, source)
    assert "made for another company" in page and "Rival" not in page


def test_plain_workbook_is_no_template(client, lines, places):
    source = read_in(client, workbook([["End customer"], ["Somebody"]]))
    assert source.problem[0] == "not_ours"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("macros.xlsx", raw_workbook("", **{"xl/vbaProject.bin": b"x"})),
        ("macros.xlsm", raw_workbook("", **{"xl/vbaProject.bin": b"x"})),
        ("deals.xlsm", workbook([["A"], ["B"]])),
        ("bomb.xlsx", raw_workbook("", **{"xl/media/zeros.bin": b"0" * 60_000_000})),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100),
    ],
)
def test_macros_bombs_and_lies_are_refused_at_the_field(name, content, client):
    response = send(client, content, name)
    assert response.status_code == 422 and not Import.objects.exists()


def test_one_row_more_than_the_setting_allows_is_refused(client, lines, places, settings):
    settings.INTAKE_MOST_ROWS = 2
    rows = [row(customer_name=f"Customer {letter} Works") for letter in "ABC"]
    source = read_in(client, filled(template(client), rows))
    assert source.problem[0] == "too_many_rows" and "at most 2 deals" in page_of(client, source)
    assert read_in(client, filled(template(client), rows[:2]), key="k2").state == ImportState.PREVIEW


# --- rows


def test_good_rows_are_filed_and_the_bad_one_comes_back_mended_and_filed(client, lines, places, dealer_sales):
    rows = [
        row(project_name="North plant", contact_name="Chen Wei", contact_email="chen@example.com"),
        row(
            customer_name="Bad row GmbH",
            territory="Atlantis",
            amount="1.200,50",
            expected_close_on="31.12.2099",
        ),
        row(customer_name="Suzhou Valve Works", line_2="Valves [valves]", amount="1,200,000.50"),
    ]
    source = read_in(client, filled(template(client), rows))
    assert source.state == ImportState.PREVIEW and actions(source) == {2: "create", 3: "error", 4: "create"}
    page = page_of(client, source)
    assert "Ready to file" in page and "No territory in use is called so" in page
    assert not Registration.objects.exists(), "nothing is filed before the word"

    file_now(client, source)
    first, second = Registration.objects.order_by("pk")
    assert first.received_at < second.received_at, "in the order of the rows"
    assert (first.project_name, first.created_by, first.contacts.get().email) == (
        "North plant",
        dealer_sales,
        "chen@example.com",
    )
    assert {line.line for line in second.lines.all()} == {lines.pumps, lines.valves}
    assert (second.value.amount, str(second.value.currency)) == (Decimal("1200000.50"), "CNY")
    assert State.DRAFT not in {first.state, second.state}
    page = page_of(client, source)
    assert "2 deals are filed" in page and first.ref in page and "Receipt" in page

    sheet = book_of(errors_sheet(client, source)).worksheets[0]
    places_of = {name: at for at, name in enumerate(fields(), start=1)}
    assert sheet.max_row >= 2 and sheet["A2"].value == "Bad row GmbH" and sheet["A3"].value is None
    assert sheet.cell(2, places_of["territory"]).comment.text.startswith("No territory in use")
    assert sheet.cell(2, places_of["amount"]).value == "1.200,50"
    assert "Territory of the site: No territory" in sheet.cell(2, len(fields()) + 1).value

    def mend(book):
        main = book.worksheets[0]
        main.cell(2, places_of["territory"]).value = "cn-shanghai"
        main.cell(2, places_of["amount"]).value = 1200.5
        main.cell(2, places_of["expected_close_on"]).value = CLOSE

    again = read_in(client, filled(errors_sheet(client, source), [], mend), key="k2")
    assert actions(again) == {2: "create"}, again.rows.get().problems
    file_now(client, again)
    assert Registration.objects.filter(customer_name="Bad row GmbH").exclude(state=State.DRAFT).count() == 1


def test_same_deal_twice_in_the_sheet_is_pointed_out_and_filed_only_when_said(client, lines, places):
    rows = [row(), row(customer_name="HUADONG WATER WORKS CO LTD"), row(line_1="Valves [valves]")]
    source = read_in(client, filled(template(client), rows))
    assert actions(source) == {2: "create", 3: "twin", 4: "create"}
    assert "Looks the same as row 2 of this file" in page_of(client, source)
    file_now(client, source)
    assert Registration.objects.count() == 2
    assert source.rows.get(number=3).outcome == Outcome.SKIPPED


def test_own_deal_that_is_there_is_shown_and_a_rivals_never(client, own, rival_registration, lines, places):
    rows = [
        row(customer_name="Own Customer Waterworks Co., Ltd."),
        row(customer_name="Rival Customer Chemicals Co., Ltd."),
    ]
    source = read_in(client, filled(template(client), rows))
    assert actions(source) == {2: "twin", 3: "create"}
    page = page_of(client, source)
    assert own.ref in page and "Registered already" in page
    assert rival_registration.ref not in page
    client.post(address(source, "decide"), {"row": 2, "choice": "same"})
    assert source.rows.get(number=2).choice == "", "a filing is not the known one: it is filed or left out"
    client.post(address(source, "decide"), {"row": 2, "choice": "create"})
    file_now(client, source)
    assert Registration.objects.filter(pk__gt=rival_registration.pk).count() == 2


def test_formulas_hidden_rows_and_merged_cells(client, lines, places):
    def twist(book):
        sheet = book.worksheets[0]
        sheet["A3"].value = '=HYPERLINK("http://evil.example","x")'
        sheet.row_dimensions[4].hidden = True
        sheet.merge_cells("A5:A6")

    rows = [
        row(),
        row(),
        row(customer_name="Hidden Works"),
        row(customer_name="Merged Works"),
        row(customer_name=""),
    ]
    source = read_in(client, filled(template(client), rows, twist))
    assert actions(source) == {2: "create", 3: "error", 4: "create", 5: "create", 6: "error"}
    page = page_of(client, source)
    assert "This cell holds a formula" in page and "Hidden Works" in page
    back = book_of(errors_sheet(client, source)).worksheets[0]
    assert not any(cell.data_type == "f" for line in back.iter_rows() for cell in line)


def test_text_that_looks_like_a_formula_goes_out_as_text_and_comes_back_as_it_was(client, lines, places):
    headings = text_headings(client)
    values = {"customer_name": "=cmd|' /C calc'!A1 Works", "territory": "nowhere"}
    values = {name: str(value) for name, value in row(**values).items()}
    content = text([headings, [values.get(name, "") for name in fields()]])
    source = read_in(client, content, "deals.csv")
    back = errors_sheet(client, source)
    cell = book_of(back).worksheets[0]["A2"]
    assert cell.data_type == "s" and cell.value.startswith("'=")

    def mend(book):
        book.worksheets[0].cell(2, fields().index("territory") + 1).value = "cn-shanghai"

    again = read_in(client, filled(back, [], mend), key="k2")
    file_now(client, again)
    assert Registration.objects.get().customer_name == "=cmd|' /C calc'!A1 Works"


def text_headings(client) -> list[str]:
    import csv
    import io

    return next(csv.reader(io.StringIO(template(client, "csv").decode("utf-8-sig"))))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5", "utf-16"])
def test_csv_with_the_templates_headings_goes_straight_to_the_preview(encoding, client, lines, places):
    name = "華東給水工程有限公司" if encoding == "big5" else "华东给水工程有限公司"
    values = {key: str(value) for key, value in row(customer_name=name, amount="1,200,000.50").items()}
    content = text([text_headings(client), [values.get(field, "") for field in fields()]], encoding)
    source = read_in(client, content, "deals.csv")
    assert source.state == ImportState.PREVIEW and actions(source) == {2: "create"}
    file_now(client, source)
    assert Registration.objects.get().customer_name == name


def test_csv_with_columns_of_its_own_asks_which_is_which(client, lines, places):
    headings = ["客户名称", "国家", "区域", "产品线", "金额", "预计成交日期"]
    cells = ["华东水务", "中国", "cn-shanghai", "pumps; valves", "120000", CLOSE.isoformat()]
    content = text([headings, cells], "gb18030")
    source = read_in(client, content, "deals.csv")
    assert source.state == ImportState.COLUMNS
    mapping = {f"column-{at}": field for at, field in enumerate(source.mapping)}
    assert mapping["column-3"] == "line_1"
    missing = client.post(address(source, "columns"), {**mapping, "column-4": ""})
    assert missing.status_code == 422 and "Expected value" in missing.content.decode()
    client.post(address(source, "columns"), mapping)
    run_all_jobs()
    source.refresh_from_db()
    file_now(client, source)
    assert Registration.objects.get().lines.count() == 2


# --- once, in order, as who one is


def test_a_job_begun_anew_after_any_row_files_nothing_twice(client, lines, places, monkeypatch):
    """The worker dies after the second row's transaction; another takes over; the first's word still counts once."""
    from core.imports.services import writing

    rows = [row(customer_name=f"Customer {letter} Works") for letter in "ABCD"]
    source = read_in(client, filled(template(client), rows))
    whole, calls = writing._write_batch, []

    def dies(*args, **kwargs):
        calls.append(1)
        if len(calls) == 3:
            raise SystemExit("killed")
        return whole(*args, **kwargs)

    monkeypatch.setattr(writing, "_write_batch", dies)
    client.post(address(source, "confirm"), {"one_time_key": "c"})
    with pytest.raises(SystemExit):
        run_all_jobs()
    assert Registration.objects.exclude(state=State.DRAFT).count() == 2, "acknowledged = stored"
    monkeypatch.setattr(writing, "_write_batch", whole)
    Job.objects.filter(kind="imports.write").update(
        lease_until=timezone.now() - datetime.timedelta(seconds=1)
    )
    run_all_jobs()
    source.refresh_from_db()
    assert source.state == ImportState.WRITTEN
    assert Registration.objects.count() == 4 and not Registration.objects.filter(state=State.DRAFT).exists()


def test_a_row_whose_outcome_was_lost_is_found_again_by_its_key(client, lines, places):
    source = read_in(client, filled(template(client), [row()]))
    file_now(client, source)
    one = source.rows.get()
    one.outcome, one.target_id = "", None
    one.save()
    Import.objects.filter(pk=source.pk).update(state=ImportState.WRITING)
    Job.objects.filter(kind="imports.write").update(state="waiting", run_at=timezone.now())
    run_all_jobs()
    assert Registration.objects.count() == 1
    assert source.rows.get().target_id == Registration.objects.get().pk


def test_places_are_taken_row_by_row_with_one_transaction_each(client, lines, places):
    rows = [row(customer_name=f"Customer {letter} Works") for letter in "ABC"]
    source = file_now(client, read_in(client, filled(template(client), rows)))
    taken = RegistrationLine.objects.order_by("registration_id").values_list("sequence_number", "received_at")
    assert [number for number, _at in taken] == [1, 2, 3]
    assert len({at for _number, at in taken}) == 3
    assert source.counts["created"] == 3


def test_partner_suspended_meanwhile_files_nothing_and_is_told(client, own_partner, lines, places):
    source = read_in(client, filled(template(client), [row()]))
    client.post(address(source, "confirm"), {"one_time_key": "c"})
    own_partner.agreements.all().delete()
    run_all_jobs()
    source.refresh_from_db()
    assert not Registration.objects.exists()
    assert source.rows.get().outcome == Outcome.FAILED
    assert "cannot register deals at the moment" in page_of(client, source)


def test_sheet_of_somebody_who_left_the_company_files_nothing(client, dealer_sales, lines, places):
    source = read_in(client, filled(template(client), [row()]))
    client.post(address(source, "confirm"), {"one_time_key": "c"})
    dealer_sales.memberships.update(is_active=False)
    run_all_jobs()
    assert not Registration.objects.exists()


def test_sheets_are_the_own_ones_of_whoever_sent_them(client, dealer_manager, rival, lines, places):
    source = read_in(client, filled(template(client), [row()]))
    for other in (dealer_manager, rival):
        assert client_for(other).get(source.get_absolute_url()).status_code == 404
        assert client_for(other).get(address(source, "errors")).status_code == 404


def test_what_is_filed_cannot_be_undone_as_a_whole(client, lines, places):
    source = file_now(client, read_in(client, filled(template(client), [row()])))
    assert "Undo" not in page_of(client, source)
    client.post(address(source, "undo"))
    source.refresh_from_db()
    assert source.state == ImportState.WRITTEN


def test_pages_cost_the_same_for_one_row_and_for_twelve(client, lines, places):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in (1, 12):
        rows = [row(customer_name=f"Customer {number} {letter} Works") for letter in "ABCDEFGHIJKL"[:number]]
        source = file_now(client, read_in(client, filled(template(client), rows), key=f"k{number}"))
        with CaptureQueriesContext(connection) as queries:
            page_of(client, source)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_whoever_sent_a_sheet_is_told_when_it_is_done(client, dealer_sales, lines, places):
    from core.notifications.models import Notification
    from tests.cast import settle_all

    file_now(client, read_in(client, filled(template(client), [row()])))
    settle_all()
    told = Notification.objects.filter(user=dealer_sales, kind="import_finished")
    assert told.count() == 1
