"""A dealer's pages through the client: typing, filing, answering, ending; rivals see nothing of it."""

import re
import zoneinfo
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from core.documents import files_of
from deal_registration import services
from deal_registration.enums import State
from deal_registration.models import Registration
from tests.cast import actor_of, client_for

from .forms_data import typed

NEW = "registrations:registration_new"


def page(name: str, registration) -> str:
    return reverse(f"registrations:{name}", args=[registration.ref])


@pytest.fixture
def dealer(dealer_sales):
    return client_for(dealer_sales)


# --- filing -------------------------------------------------------------------------------------------------------


def test_submitting_files_the_deal_and_shows_it(dealer, places, lines):
    answer = dealer.post(reverse(NEW), typed(places, lines, action="submit"), follow=True)

    filed = Registration.objects.get()
    assert answer.redirect_chain[-1][0] == page("registration_detail", filed)
    assert filed.state == State.SCREENING
    assert filed.value.amount == 250_000
    assert [contact.name for contact in filed.contacts.all()] == ["Chen Wei"]
    assert b"Being checked" in answer.content


def test_draft_is_kept_and_can_be_continued(dealer, places, lines):
    half = typed(places, lines, action="draft", customer_country="", territory="", value_0="", line_ids=[])
    dealer.post(reverse(NEW), half)

    draft = Registration.objects.get()
    assert draft.state == State.DRAFT
    shown = dealer.get(page("registration_edit", draft))
    assert b"Huadong Water Works" in shown.content
    assert b"Chen Wei" in shown.content

    dealer.post(page("registration_edit", draft), typed(places, lines, action="submit"))
    draft.refresh_from_db()
    assert draft.state == State.SCREENING
    assert draft.contacts.count() == 1


def test_double_click_files_once(dealer, places, lines):
    data = typed(places, lines, action="submit")
    first = dealer.post(reverse(NEW), data)
    second = dealer.post(reverse(NEW), data)

    assert Registration.objects.count() == 1
    assert first.url == second.url


def test_refused_form_can_be_corrected_with_the_same_key(dealer, places, lines):
    refused = dealer.post(reverse(NEW), typed(places, lines, action="submit", value_0=""))
    assert refused.status_code == 422
    assert Registration.objects.get().state == State.DRAFT

    dealer.post(reverse(NEW), typed(places, lines, action="submit"))
    assert Registration.objects.get().state == State.SCREENING


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("customer_name", "", "Name the end customer."),
        ("customer_name", "x" * 301, "at most 300"),
        ("customer_name", "\u200b ---", "letters or digits"),
        ("customer_name", "null\x00byte", "Null characters"),
        ("customer_country", "XX", "Select a valid choice"),
        ("customer_country", "", "Say in which country"),
        ("territory", "nowhere", "Select a valid choice"),
        ("line_ids", [], "Choose at least one product line."),
        ("line_ids", ["999999"], "Select a valid choice"),
        ("line_ids", ["abc"], "Select a valid choice"),
        ("value_0", "much", "Enter a number."),
        ("value_0", "-5", "greater than or equal to 0"),
        ("value_0", "9" * 30, "no more than 16 digits"),
        ("value_0", "NaN", "Enter a number."),
        ("value_1", "XXX", "Select a valid choice"),
        ("expected_close_on", "2026-02-31", "Enter a valid date."),
        ("expected_close_on", "1999-01-01", "This day is over."),
        ("expected_close_on", "9999-12-31", "more than ten years ahead"),
        ("opportunity_type", "theft", "Select a valid choice"),
        ("contacts-0-email", "not-an-address", "valid email"),
        ("contacts-0-name", "", "Write this person"),
        ("description", "x" * 4001, "at most 4000"),
        ("contacts-TOTAL_FORMS", "1000", "at most 20"),
        ("contacts-TOTAL_FORMS", "many", "ManagementForm data is missing"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_nothing_typed_is_lost(
    dealer, places, lines, field, value, message
):
    answer = dealer.post(
        reverse(NEW), typed(places, lines, action="submit", own_reference="KEEP-ME", **{field: value})
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert message in text
    assert "KEEP-ME" in text
    assert "Chen Wei" in text or field == "contacts-0-name" or value == "many"
    assert not Registration.objects.exclude(state=State.DRAFT).exists()


def test_well_formed_part_of_a_refused_form_is_saved_as_a_draft(dealer, places, lines):
    dealer.post(reverse(NEW), typed(places, lines, action="submit", expected_close_on="soon"))
    draft = Registration.objects.get()
    assert (draft.state, draft.customer_name, draft.expected_close_on) == (
        State.DRAFT,
        "Huadong Water Works Co., Ltd.",
        None,
    )


def test_autosave_keeps_the_well_formed_part_and_never_a_second_draft(dealer, places, lines):
    half = typed(places, lines, action="autosave", expected_close_on="someday")
    assert dealer.post(reverse(NEW), half).status_code == 204
    assert dealer.post(reverse(NEW), {**half, "customer_city": "Suzhou"}).status_code == 204
    draft = Registration.objects.get()
    assert (draft.state, draft.customer_city, draft.expected_close_on) == (State.DRAFT, "Suzhou", None)

    dealer.post(reverse(NEW), typed(places, lines, action="submit"))
    dealer.post(reverse(NEW), {**half, "customer_city": "Wuxi"})  # sent before, arrived after
    draft.refresh_from_db()
    assert (draft.state, draft.customer_city) == (State.SCREENING, "Shanghai")


def test_empty_form_makes_no_draft(dealer, places, lines):
    empty = dict.fromkeys(typed(places, lines), "") | {
        "one_time_key": "k",
        "opportunity_type": "new",
        "value_1": "CNY",
        "contacts-TOTAL_FORMS": "1",
        "contacts-INITIAL_FORMS": "0",
    }
    empty.pop("line_ids")
    for action in ("draft", "submit", "autosave"):
        assert dealer.post(reverse(NEW), {**empty, "action": action}).status_code == 422
    assert not Registration.objects.exists()


def test_hostile_text_comes_back_harmless(dealer, places, lines):
    script = "<script>alert(1)</script>{{ 7|add:7 }}"
    answer = dealer.post(
        reverse(NEW), typed(places, lines, action="submit", customer_name=script), follow=True
    )
    text = answer.content.decode()
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_form_without_its_key_is_refused(dealer, places, lines):
    data = typed(places, lines, action="submit")
    del data["one_time_key"]
    assert dealer.post(reverse(NEW), data).status_code == 422
    assert not Registration.objects.exists()


def test_foreign_account_is_no_known_customer(dealer, places, lines, sales_rep):
    from tests import factories

    foreign = factories.AccountFactory(name="Huadong Water Works Co., Ltd.", territory=places.shanghai)
    dealer.post(reverse(NEW), typed(places, lines, action="draft", customer_account=foreign.ref))
    assert Registration.objects.get().customer_account is None


def test_document_is_attached_once_and_a_wrong_type_is_refused(dealer, places, lines):
    def pdf():
        return SimpleUploadedFile("tender.pdf", b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")

    for _click in range(2):
        dealer.post(reverse(NEW), {**typed(places, lines, action="draft"), "documents": pdf()})
    draft = Registration.objects.get()
    assert [stored.name for stored in files_of(draft)] == ["tender.pdf"]

    program = SimpleUploadedFile("tender.pdf", b"MZ\x90\x00 not a document", content_type="application/pdf")
    answer = dealer.post(
        page("registration_edit", draft),
        {**typed(places, lines, action="submit", one_time_key="k2"), "documents": program},
    )
    assert answer.status_code == 422
    draft.refresh_from_db()
    assert draft.state == State.DRAFT
    assert files_of(draft).count() == 1


def test_required_kind_of_document_is_asked_for_and_kept(dealer, places, lines, programme, run_jobs):
    assert b"document_kind" not in dealer.get(reverse(NEW)).content
    version = programme.versions.get()
    version.settings = {**version.settings, "required_documents": ["tender_notice"]}
    version.save()
    assert b"tender notice (required)" in dealer.get(reverse(NEW)).content

    dealer.post(reverse(NEW), typed(places, lines, action="submit"))
    run_jobs()
    filed = Registration.objects.get()
    assert filed.state == State.ACTION_REQUIRED
    shown = dealer.get(page("registration_answer", filed)).content
    assert b"Please look at: Documents" in shown
    upload = SimpleUploadedFile("notice.pdf", b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")
    dealer.post(
        page("registration_answer", filed),
        {"one_time_key": "a", "documents": upload, "document_kind": "tender_notice"},
    )
    run_jobs()
    filed.refresh_from_db()
    assert filed.state == State.IN_REVIEW
    assert files_of(filed).get().kind == "tender_notice"


def test_document_of_a_draft_can_be_removed(dealer, places, lines):
    upload = SimpleUploadedFile("a.pdf", b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")
    dealer.post(reverse(NEW), {**typed(places, lines, action="draft"), "documents": upload})
    draft = Registration.objects.get()
    stored = files_of(draft).get()
    dealer.post(reverse("registrations:file_remove", args=[draft.ref, stored.ref]))
    assert not files_of(draft).exists()


def test_draft_can_be_deleted(dealer, save_draft, dealer_sales):
    draft = save_draft(dealer_sales)
    dealer.post(page("registration_delete", draft))
    assert not Registration.objects.exists()


def test_suspended_partner_is_told_and_the_draft_is_kept(dealer, places, lines, own_partner):
    own_partner.agreements.all().delete()
    assert b"No agreement is in force" in dealer.get(reverse(NEW)).content
    answer = dealer.post(reverse(NEW), typed(places, lines, action="submit"))
    assert answer.status_code == 422
    assert b"cannot register deals at the moment" in answer.content
    assert Registration.objects.get().state == State.DRAFT


def test_staff_do_not_file(channel_manager):
    assert client_for(channel_manager).get(reverse(NEW)).status_code == 403


# --- the page -----------------------------------------------------------------------------------------------------


def test_page_tells_the_verdict_in_words_without_codes(dealer, own):
    text = dealer.get(page("registration_detail", own)).content.decode()
    assert "A person decides" in text
    assert "R15" not in text
    assert "in_review" not in text


def test_progress_asks_again_until_the_check_is_over(dealer, file_deal, dealer_sales, run_jobs):
    filed = file_deal(dealer_sales)
    waiting = dealer.get(page("registration_progress", filed), {"round": "3"})
    assert waiting.status_code == 200
    assert b"round=4" in waiting.content
    run_jobs()
    done = dealer.get(page("registration_progress", filed))
    assert done.status_code == 204
    assert done["HX-Refresh"] == "true"


def test_progress_gives_up_by_itself(dealer, file_deal, dealer_sales):
    filed = file_deal(dealer_sales)
    for asked in ("90", "99999999999", "x"):
        answer = dealer.get(page("registration_progress", filed), {"round": asked})
        assert answer.status_code == 200
        assert (b"hx-get" in answer.content) == (asked == "x")


def test_draft_opens_its_form(dealer, save_draft, dealer_sales):
    draft = save_draft(dealer_sales)
    assert dealer.get(page("registration_detail", draft)).url == page("registration_edit", draft)


def test_filed_one_has_no_form(dealer, own):
    assert dealer.get(page("registration_edit", own)).url == page("registration_detail", own)


def test_documents_can_be_added_to_a_filed_one(dealer, own):
    upload = SimpleUploadedFile("more.pdf", b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")
    dealer.post(page("file_add", own), {"documents": upload})
    assert [stored.name for stored in files_of(own)] == ["more.pdf"]


def test_page_says_what_is_free_without_a_taken_line(dealer, rival, file_deal, dealer_sales, lines, run_jobs):
    file_deal(rival, customer_name="Contested Port Authority", lines=[lines.pumps])
    run_jobs()
    mixed = file_deal(
        dealer_sales, customer_name="Contested Port Authority", lines=[lines.pumps, lines.valves]
    )
    run_jobs()
    text = dealer.get(page("registration_detail", mixed)).content.decode()
    assert "Another partner registered this before you" in text
    assert "Free without Pumps." in text
    assert "Rival Trading" not in text


def test_own_earlier_filing_is_linked(dealer, own, file_deal, dealer_sales, run_jobs):
    again = file_deal(dealer_sales, customer_name=own.customer_name)
    run_jobs()
    text = dealer.get(page("registration_detail", again)).content.decode()
    assert "You have registered this already" in text
    assert page("registration_detail", own) in text


# --- answering ----------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(own, channel_manager, run_jobs):
    services.request_information(
        own.pk,
        actor=actor_of(channel_manager),
        at=timezone.now(),
        fields=["customer_address", "value", "contacts"],
        message="Where is the site, please?",
    )
    run_jobs()
    return own


def test_answer_form_has_only_what_was_asked_for(dealer, asked):
    text = dealer.get(page("registration_answer", asked)).content.decode()
    assert "Where is the site, please?" in text
    assert 'name="customer_address"' in text
    assert 'name="contacts-0-name"' in text
    assert 'name="customer_name"' not in text
    assert 'name="line_ids"' not in text


def answer_of(**changes) -> dict:
    return {
        "one_time_key": "answer",
        "customer_address": "2 Lakeside Road",
        "value_0": "300000",
        "value_1": "CNY",
        "contacts-TOTAL_FORMS": "1",
        "contacts-INITIAL_FORMS": "0",
        "contacts-0-name": "Li Na",
        **changes,
    }


def test_answer_mends_the_fields_and_nothing_else(dealer, asked):
    dealer.post(page("registration_answer", asked), answer_of(customer_name="Smuggled Ltd."))
    asked.refresh_from_db()
    assert asked.state == State.SCREENING
    assert asked.customer_address == "2 Lakeside Road"
    assert asked.customer_name == "Own Customer Waterworks Co., Ltd."
    assert [contact.name for contact in asked.contacts.all()] == ["Li Na"]


def test_answer_with_an_error_is_shown_again(dealer, asked):
    answer = dealer.post(page("registration_answer", asked), answer_of(value_0="plenty"))
    assert answer.status_code == 422
    assert b"2 Lakeside Road" in answer.content
    asked.refresh_from_db()
    assert asked.state == State.ACTION_REQUIRED


def test_answer_lacking_what_a_filing_needs_is_refused_at_the_field(dealer, asked):
    answer = dealer.post(page("registration_answer", asked), answer_of(value_0=""))
    assert answer.status_code == 422
    assert b"Give the expected value." in answer.content


def test_answer_without_a_question_leads_back(dealer, own):
    assert dealer.get(page("registration_answer", own)).url == page("registration_detail", own)


# --- ending -------------------------------------------------------------------------------------------------------


def test_withdrawing_one_of_two_lines(dealer, file_deal, dealer_sales, lines, run_jobs):
    filed = file_deal(dealer_sales, lines=[lines.pumps, lines.valves])
    run_jobs()
    assert b"loses its place" in dealer.get(page("registration_withdraw", filed)).content
    dealer.post(
        page("registration_withdraw", filed),
        {"one_time_key": "w", "line_ids": [lines.valves.pk], "reason": "Not needed"},
    )
    states = dict(filed.lines.values_list("line__code", "state"))
    assert states == {"pumps": State.IN_REVIEW, "valves": State.WITHDRAWN}


def test_withdrawing_nothing_is_refused(dealer, own):
    answer = dealer.post(page("registration_withdraw", own), {"one_time_key": "w"})
    assert answer.status_code == 422
    assert b"Choose at least one product line." in answer.content


def test_won_and_lost(dealer, approved, lines):
    lacking = dealer.post(
        page("registration_lost", approved), {"one_time_key": "l", "line_ids": [lines.pumps.pk]}
    )
    assert lacking.status_code == 422
    dealer.post(
        page("registration_won", approved),
        {"one_time_key": "w", "line_ids": [lines.pumps.pk], "order_number": "PO-7"},
    )
    approved.refresh_from_db()
    assert approved.state == State.WON
    again = dealer.post(
        page("registration_lost", approved),
        {"one_time_key": "l", "line_ids": [lines.pumps.pk], "reason": "price"},
    )
    assert again.url == page("registration_detail", approved)
    approved.refresh_from_db()
    assert approved.state == State.WON


# --- what others see ----------------------------------------------------------------------------------------------

PAGES = ("detail", "progress", "edit", "answer", "withdraw", "won", "lost")
POSTS = ("registration_delete", "file_add", "registration_withdraw", "registration_won", "registration_edit")


def test_rival_finds_nothing(rival, own):
    client = client_for(rival)
    for name in PAGES:
        assert client.get(page(f"registration_{name}", own)).status_code == 404, name
    for name in (*POSTS, "registration_lost", "registration_answer"):
        assert client.post(page(name, own)).status_code == 404, name
    for name in ("receipt_json", "receipt_pdf"):
        assert client.get(page(name, own)).status_code == 404, name
    own.refresh_from_db()
    assert own.state == State.IN_REVIEW


def test_absent_foreign_and_malformed_references_look_the_same(rival, own):
    client = client_for(rival)
    bodies = set()
    for ref in (own.ref, "22222222ZZZZ", "NO\x00T-ONE", "X" * 60):
        url = reverse("registrations:registration_detail", args=[ref])
        answer = client.get(url)
        assert answer.status_code == 404
        text = answer.content.decode().replace(url, "")
        bodies.add(re.sub(r'[A-Za-z0-9]{64}|nonce="[^"]*"', "", text))
    assert len(bodies) == 1


def test_list_holds_ones_own_only(rival, own, rival_registration):
    text = client_for(rival).get(reverse("registrations:registration_list")).content.decode()
    assert "Rival Customer" in text
    assert "Own Customer" not in text
    exported = client_for(rival).get(reverse("registrations:registration_list"), {"export": "csv"})
    assert "Own Customer" not in exported.getvalue().decode()


def test_parent_reads_but_does_not_touch_a_sub_dealers_registration(dealer, file_deal, sub_dealer, run_jobs):
    filed = file_deal(sub_dealer)
    run_jobs()
    shown = dealer.get(page("registration_detail", filed))
    assert shown.status_code == 200
    assert b"Withdraw" not in shown.content
    assert dealer.post(page("registration_withdraw", filed)).status_code == 403
    assert dealer.get(page("registration_edit", filed)).status_code == 404


# --- lists --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "waterworks"}, True),
        ({"q": "nothing such"}, False),
        ({"state": "in_review"}, True),
        ({"state": "won"}, False),
        ({"line": "pumps"}, True),
        ({"line": "valves"}, False),
        ({"ending": "7"}, False),
        ({"sort": "-value"}, True),
        ({"sort": "protected_until"}, True),
        ({"state": "bogus", "page": "x", "sort": "nope"}, True),
    ],
)
def test_filters(dealer, own, query, found):
    answer = dealer.get(reverse("registrations:registration_list"), query)
    assert answer.status_code == 200
    assert (b"Own Customer Waterworks" in answer.content) == found


def test_export_holds_plain_values_and_no_formula(dealer, file_deal, dealer_sales):
    file_deal(dealer_sales, customer_name="=HYPERLINK(1)", own_reference="+41")
    text = (
        dealer.get(reverse("registrations:registration_list"), {"export": "csv"})
        .getvalue()
        .decode("utf-8-sig")
    )
    head, row = text.splitlines()[:2]
    assert head.startswith("Customer,Project,Your reference,Reference,Status")
    assert row.startswith("'=HYPERLINK(1)")
    assert "'+41" in row
    assert "250000.00,CNY" in row


def many(file_deal, dealer_sales, lines, start: int, count: int) -> list:
    return [
        file_deal(
            dealer_sales, customer_name=f"Many {start + number} Mills", lines=[lines.pumps, lines.valves]
        )
        for number in range(count)
    ]


def test_list_asks_as_often_for_three_rows_as_for_one(
    dealer, file_deal, dealer_sales, lines, run_jobs, count_queries
):
    url = reverse("registrations:registration_list")
    many(file_deal, dealer_sales, lines, 0, 1)
    run_jobs()
    dealer.get(url)
    for_one = count_queries(dealer.get, url)
    many(file_deal, dealer_sales, lines, 1, 2)
    run_jobs()
    assert count_queries(dealer.get, url) == for_one


def test_page_asks_as_often_for_three_lines_as_for_two(
    dealer, file_deal, dealer_sales, lines, run_jobs, count_queries
):
    one = file_deal(dealer_sales, customer_name="Single Line Mill", lines=[lines.pumps, lines.drives])
    three = file_deal(
        dealer_sales,
        customer_name="Triple Line Harbour",
        lines=[lines.pumps, lines.valves, lines.drives],
        contacts=[{"name": f"Person {number}"} for number in range(3)],
    )
    run_jobs()
    dealer.get(page("registration_detail", one))
    for_one = count_queries(dealer.get, page("registration_detail", one))
    assert count_queries(dealer.get, page("registration_detail", three)) == for_one


def test_expected_close_is_counted_in_the_dealers_own_days(dealer, dealer_sales, places, lines):
    today = timezone.localdate(timezone=zoneinfo.ZoneInfo(dealer_sales.time_zone))
    yesterday = (today - timedelta(days=1)).isoformat()
    late = dealer.post(reverse(NEW), typed(places, lines, action="submit", expected_close_on=yesterday))
    assert late.status_code == 422
    dealer.post(reverse(NEW), typed(places, lines, action="submit", expected_close_on=today.isoformat()))
    assert Registration.objects.get().state == State.SCREENING


def test_known_customer_is_forgotten_when_the_name_is_changed(dealer, approved, places, lines):
    account = approved.opportunity.account
    data = typed(places, lines, action="draft", customer_account=account.ref, customer_name=account.name)
    dealer.post(reverse(NEW), data)
    draft = Registration.objects.get(state=State.DRAFT)
    assert draft.customer_account == account
    dealer.post(
        page("registration_edit", draft),
        {**data, "one_time_key": "k2", "customer_name": "Somebody Else Ltd."},
    )
    draft.refresh_from_db()
    assert draft.customer_account is None
    assert draft.expected_close_on == date.today() + timedelta(days=60)
