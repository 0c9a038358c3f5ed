"""The reviewer's pages through the client: the queue, the page, each decision, and what lies outside a scope."""

import pytest
from django.urls import reverse
from django.utils import timezone

from deal_registration import services
from deal_registration.enums import State
from deal_registration.models import InternalNote, MatchDecision, Registration
from tests import factories
from tests.cast import actor_of, client_for

QUEUE = "registrations:review_queue"


def page(name: str, registration) -> str:
    return reverse(f"registrations:review_{name}", args=[registration.ref])


@pytest.fixture
def reviewer(channel_manager):
    return client_for(channel_manager)


@pytest.fixture
def two_lines(file_deal, dealer_sales, lines, run_jobs):
    """A registration of pumps and valves, both in review."""
    filed = file_deal(dealer_sales, customer_name="Two Lines Dairy", lines=[lines.pumps, lines.valves])
    run_jobs()
    return filed


def states(registration) -> dict[str, str]:
    return dict(registration.lines.values_list("line__code", "state"))


# --- the queue ----------------------------------------------------------------------------------------------------


def test_queue_shows_what_waits_oldest_promise_first(reviewer, own, two_lines):
    Registration.objects.filter(pk=two_lines.pk).update(review_due_at=timezone.now())
    text = reviewer.get(reverse(QUEUE)).content.decode()
    assert text.index("Two Lines Dairy") < text.index("Own Customer Waterworks")
    assert "Overdue by" in text
    assert "Due in" in text


def test_queue_of_another_territory_is_empty(other_channel_manager, own):
    text = client_for(other_channel_manager).get(reverse(QUEUE)).content.decode()
    assert "Own Customer" not in text
    assert "Nothing waits for a decision" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"promise": "overdue"}, False),
        ({"promise": "later", "line": "valves"}, False),
        ({"line": "pumps"}, True),
        ({"territory": "cn-east"}, True),
        ({"territory": "de"}, False),
        ({"q": "waterworks"}, True),
        ({"sort": "-due_at"}, True),
    ],
)
def test_queue_filters(reviewer, own, query, found):
    answer = reviewer.get(reverse(QUEUE), query)
    assert answer.status_code == 200
    assert (b"Own Customer Waterworks" in answer.content) == found


def test_queue_exports_what_is_shown(reviewer, own):
    text = reviewer.get(reverse(QUEUE), {"export": "csv"}).getvalue().decode("utf-8-sig")
    assert text.splitlines()[0].startswith("Promised by,Customer,Partner,Territory,Project,Reference")
    assert '"Own Machinery Co., Ltd.",Shanghai' in text


def test_queue_asks_as_often_for_three_rows_as_for_one(
    reviewer, own, file_deal, dealer_sales, lines, run_jobs, count_queries
):
    reviewer.get(reverse(QUEUE))
    for_one = count_queries(reviewer.get, reverse(QUEUE))
    for name in ("Blue Harbour", "Green Valley"):
        file_deal(dealer_sales, customer_name=name, lines=[lines.pumps, lines.valves])
    run_jobs()
    assert count_queries(reviewer.get, reverse(QUEUE)) == for_one


@pytest.mark.parametrize("who", ["dealer_sales", "marketing", "sales_rep"])
def test_queue_is_for_those_who_decide(request, who, own):
    assert client_for(request.getfixturevalue(who)).get(reverse(QUEUE)).status_code == 403


# --- the page -----------------------------------------------------------------------------------------------------


def test_page_shows_codes_in_words(reviewer, own):
    text = reviewer.get(page("detail", own)).content.decode()
    assert "The check found nothing in the way." in text
    assert "Own Machinery" in text
    assert "in_review" not in text


def test_page_outside_the_scope_does_not_exist(other_channel_manager, own):
    client = client_for(other_channel_manager)
    assert client.get(page("detail", own)).status_code == 404
    for name in ("approve", "reject", "ask", "match", "note"):
        assert client.post(page(name, own)).status_code == 404, name


def test_dealer_is_led_to_their_own_page_and_rivals_to_none(dealer_sales, rival, own):
    led = client_for(dealer_sales).get(page("detail", own))
    assert led.url == reverse("registrations:registration_detail", args=[own.ref])
    assert client_for(rival).get(page("detail", own)).status_code == 404
    for name in ("approve", "reject", "ask", "match"):
        assert client_for(dealer_sales).post(page(name, own)).status_code == 403, name
        assert client_for(rival).post(page(name, own)).status_code == 404, name
    assert client_for(dealer_sales).post(page("note", own), {"text": "x"}).status_code == 404


def test_lines_outside_the_scope_are_shown_but_not_decidable(make_staff, places, lines, two_lines):
    pumps_only = make_staff("pumps_manager", "channel_manager", places.east, [lines.pumps])
    client = client_for(pumps_only)
    text = client.get(page("detail", two_lines)).content.decode()
    assert "Valves" in text
    assert "Outside your scope" in text

    refused = client.post(page("approve", two_lines), {"one_time_key": "k", "line_ids": [lines.valves.pk]})
    assert refused.status_code == 422
    client.post(page("approve", two_lines), {"one_time_key": "k", "line_ids": [lines.pumps.pk]})
    assert states(two_lines) == {"pumps": State.APPROVED, "valves": State.IN_REVIEW}


def test_page_asks_as_often_with_more_claims_and_notes(
    reviewer, own, channel_manager, file_deal, rival, run_jobs, count_queries
):
    services.add_note(own.pk, actor=actor_of(channel_manager), at=timezone.now(), text="One")
    file_deal(rival, customer_name=own.customer_name)
    run_jobs()
    reviewer.get(page("detail", own))
    before = count_queries(reviewer.get, page("detail", own))
    for text in ("Two", "Three"):
        services.add_note(own.pk, actor=actor_of(channel_manager), at=timezone.now(), text=text)
    file_deal(rival, customer_name=own.customer_name, project_name="Hall 2")
    file_deal(rival, customer_name=own.customer_name, project_name="Hall 3")
    run_jobs()
    assert count_queries(reviewer.get, page("detail", own)) == before


def test_partner_outside_the_readers_scope_is_named_without_a_link(
    make_staff, places, own, file_deal, make_partner, make_dealer, run_jobs, lines
):
    abroad = make_partner("Abroad Handels GmbH", territory=places.germany)
    abroad.authorisations.all().delete()
    factories.AuthorisationFactory(partner=abroad, line=lines.pumps, territory=places.germany)
    file_deal(make_dealer("abroad", abroad), customer_name=own.customer_name, territory=places.germany)
    run_jobs()
    reviewer = client_for(make_staff("east_manager", "channel_manager", places.east))
    text = reviewer.get(page("detail", own)).content.decode()
    assert "Abroad Handels GmbH" in text
    assert abroad.ref not in text


# --- deciding -----------------------------------------------------------------------------------------------------


def test_approving_protects_and_moves_on_to_the_next(reviewer, own, two_lines, lines):
    answer = reviewer.post(page("approve", own), {"one_time_key": "k", "line_ids": [lines.pumps.pk]})
    assert states(own) == {"pumps": State.APPROVED}
    assert answer.url == page("detail", two_lines)
    last = reviewer.post(
        page("approve", two_lines), {"one_time_key": "k2", "line_ids": [lines.pumps.pk, lines.valves.pk]}
    )
    assert last.url == reverse(QUEUE)


def test_approving_some_lines_stays_with_the_rest(reviewer, two_lines, lines):
    answer = reviewer.post(page("approve", two_lines), {"one_time_key": "k", "line_ids": [lines.pumps.pk]})
    assert answer.url == page("detail", two_lines)
    two_lines.refresh_from_db()
    assert two_lines.state == State.APPROVED
    assert states(two_lines)["valves"] == State.IN_REVIEW


def test_approving_nothing_is_refused_with_the_panel_open(reviewer, own):
    answer = reviewer.post(page("approve", own), {"one_time_key": "k"})
    assert answer.status_code == 422
    assert b"Choose at least one product line." in answer.content
    assert states(own) == {"pumps": State.IN_REVIEW}


def test_second_approval_says_that_nothing_waits(reviewer, own, lines):
    data = {"one_time_key": "k", "line_ids": [lines.pumps.pk]}
    reviewer.post(page("approve", own), data)
    again = reviewer.post(page("approve", own), data, follow=True)
    assert again.status_code == 200
    assert b"can no longer be done" in again.content


def test_approval_behind_an_earlier_claim_is_refused_in_words(
    reviewer, own, file_deal, rival, lines, run_jobs
):
    later = file_deal(rival, customer_name=own.customer_name)
    run_jobs()
    assert states(later) == {"pumps": State.CONFLICT_HOLD}
    answer = reviewer.post(
        page("approve", later), {"one_time_key": "k", "line_ids": [lines.pumps.pk]}, follow=True
    )
    assert b"claim still stands" in answer.content
    assert states(later) == {"pumps": State.CONFLICT_HOLD}


def test_rejecting_needs_a_reason_and_keeps_what_was_typed(reviewer, own, lines):
    data = {"one_time_key": "k", "line_ids": [lines.pumps.pk], "text": "KEEP THESE WORDS"}
    refused = reviewer.post(page("reject", own), data)
    assert refused.status_code == 422
    assert b"Choose the reason" in refused.content
    assert b"KEEP THESE WORDS" in refused.content
    assert reviewer.post(page("reject", own), {**data, "reason": "whim"}).status_code == 422

    reviewer.post(page("reject", own), {**data, "reason": "not_qualified"})
    line = own.lines.get()
    assert (line.state, line.reason, line.reason_text) == (
        State.REJECTED,
        "not_qualified",
        "KEEP THESE WORDS",
    )


def test_asking_names_fields_and_stops_the_clock(reviewer, own):
    assert reviewer.post(page("ask", own), {"message": "More, please"}).status_code == 422
    assert reviewer.post(page("ask", own), {"fields_asked": ["value"]}).status_code == 422
    assert reviewer.post(page("ask", own), {"fields_asked": ["partner"], "message": "x"}).status_code == 422

    reviewer.post(page("ask", own), {"fields_asked": ["value", "contacts"], "message": "More, please"})
    own.refresh_from_db()
    assert own.state == State.ACTION_REQUIRED
    assert own.review_due_at is None
    assert own.information_requests.get().fields == ["contacts", "value"]


def test_note_is_kept_and_hidden_from_the_dealer(reviewer, dealer_sales, own):
    assert reviewer.post(page("note", own), {"text": " "}).status_code == 422
    reviewer.post(page("note", own), {"text": "Smells of a friend's favour"})
    assert InternalNote.objects.get().text == "Smells of a friend's favour"
    assert b"favour" in reviewer.get(page("detail", own)).content
    shown = client_for(dealer_sales).get(reverse("registrations:registration_detail", args=[own.ref]))
    assert b"favour" not in shown.content
    assert b"Internal note" not in shown.content


@pytest.fixture
def doubtful(file_deal, dealer_sales, places, run_jobs):
    """A registration whose customer resembles a known account: by its web domain only."""
    from crm import identity
    from crm.accounts.services import candidate_of

    known = factories.AccountFactory(
        name="Pujiang Hydraulic Works", website="pujiang.example", territory=places.shanghai, owner=None
    )
    identity.index(known.pk, candidate_of(known), group_id=known.pk, is_known=True)
    filed = file_deal(dealer_sales, customer_name="PHW Holding", customer_website="www.pujiang.example")
    run_jobs()
    filed.known = known
    return filed


def test_customer_said_to_be_the_same(reviewer, doubtful):
    text = reviewer.get(page("detail", doubtful)).content.decode()
    assert "Pujiang Hydraulic Works" in text
    assert "Customer or project in doubt" in text
    reviewer.post(page("match", doubtful), {"customer": doubtful.known.ref, "verdict": "same"})
    doubtful.refresh_from_db()
    assert doubtful.customer_id == doubtful.known.pk


def test_customer_said_to_be_another(reviewer, doubtful):
    assert [hit["code"] for hit in doubtful.lines.get().verdict["hits"]] == ["R15"]
    reviewer.post(page("match", doubtful), {"customer": doubtful.known.ref, "verdict": "another"})
    doubtful.refresh_from_db()
    assert doubtful.customer_id != doubtful.known.pk
    assert MatchDecision.objects.get().verdict == "another"
    assert doubtful.lines.get().verdict["hits"] == []


@pytest.mark.parametrize(
    "data",
    [
        {"verdict": "same"},
        {"customer": "A", "project": "B", "verdict": "same"},
        {"customer": "A", "verdict": "maybe"},
    ],
)
def test_malformed_comparison_changes_nothing(reviewer, own, data):
    assert reviewer.post(page("match", own), data).status_code == 302
    assert not MatchDecision.objects.exists()


def test_only_offered_customers_can_be_compared(reviewer, own):
    stranger = factories.AccountFactory(name="Somebody Quite Different")
    answer = reviewer.post(page("match", own), {"customer": stranger.ref, "verdict": "same"})
    assert answer.status_code == 404
    assert not MatchDecision.objects.exists()


def test_get_decides_nothing(reviewer, own):
    for name in ("approve", "reject", "ask", "match", "note"):
        assert reviewer.get(page(name, own)).url == page("detail", own)
