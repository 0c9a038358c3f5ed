"""Pages of pre-checks: asking, the answer, the way on, the record, and what staff do."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from deal_registration.models import Registration
from deal_registration.prechecks import services
from deal_registration.prechecks.enums import Level, QuestionState
from deal_registration.prechecks.models import Precheck, Standing
from tests.cast import actor_of, client_for

from .test_prechecks import TYPED
from .test_screening import set_terms

pytestmark = pytest.mark.django_db

NEW = "/prechecks/new/"


def posted(places, lines, **changes) -> dict:
    """What a browser sends for a question."""
    return {
        "one_time_key": "key-of-this-form",
        "action": "ask",
        **TYPED,
        "territory": places.shanghai.code,
        "line_ids": [str(lines.pumps.pk)],
        **changes,
    }


@pytest.fixture
def dealer(dealer_sales):
    return client_for(dealer_sales)


def text(answer) -> str:
    return answer.content.decode()


def page(name: str, row) -> str:
    return reverse(f"prechecks:{name}", args=[row.ref])


# --- asking -------------------------------------------------------------------------------------------------------


def test_budget_is_shown_before_asking_and_after(dealer, places, lines):
    assert "20 of 20 questions left today" in text(dealer.get(NEW))
    answer = dealer.post(NEW, posted(places, lines), follow=True)
    assert answer.redirect_chain[-1][0] == page("precheck_detail", Precheck.objects.get())
    assert "19 of 20 questions left today" in text(answer)
    assert "Free" in text(answer)


def test_double_click_asks_once(dealer, places, lines):
    first = dealer.post(NEW, posted(places, lines))
    assert dealer.post(NEW, posted(places, lines)).url == first.url
    assert Precheck.objects.count() == 1


def test_changed_form_with_a_spent_key_is_asked_by_pressing_once_more(dealer, places, lines):
    dealer.post(NEW, posted(places, lines))
    again = dealer.post(NEW, posted(places, lines, customer_name="Another Ltd."))
    assert again.status_code == 422
    assert Precheck.objects.count() == 1
    assert 'value="key-of-this-form"' not in text(again)
    assert "Another Ltd." in text(again)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("customer_name", "", "Name the end customer."),
        ("customer_name", "x" * 301, "at most 300"),
        ("customer_name", "null\x00byte", "Null characters"),
        ("customer_country", "", "Say in which country"),
        ("territory", "", "Choose the territory"),
        ("territory", "nowhere", "Select a valid choice"),
        ("line_ids", [], "Choose at least one product line."),
        ("line_ids", ["999999"], "Select a valid choice"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(dealer, places, lines, field, value, message):
    answer = dealer.post(NEW, posted(places, lines, **{field: value}))
    assert answer.status_code == 422
    assert message in text(answer)
    assert not Precheck.objects.exists()


def test_form_without_its_key_is_refused(dealer, places, lines):
    assert dealer.post(NEW, posted(places, lines, one_time_key="")).status_code == 422
    assert not Precheck.objects.exists()


def test_used_up_budget_says_when_it_renews_and_the_way_on(dealer, places, lines, programme):
    set_terms(programme, prechecks_per_day=1)
    dealer.post(NEW, posted(places, lines))
    refused = dealer.post(NEW, posted(places, lines, customer_name="Second Ltd.", one_time_key="key-2"))
    assert refused.status_code == 429
    shown = text(refused)
    assert "All questions are used up for now" in shown
    assert "The next question can be asked from" in shown
    assert "Second Ltd." in shown, "what was typed is kept"
    assert 'value="ask"' not in shown
    onward = dealer.post(
        NEW, posted(places, lines, customer_name="Second Ltd.", one_time_key="key-2", action="register")
    )
    draft = Registration.objects.get()
    assert onward.url == reverse("registrations:registration_edit", args=[draft.ref])
    assert (draft.customer_name, draft.territory) == ("Second Ltd.", places.shanghai)


def test_paused_company_is_told_politely(dealer, own_partner, places, lines):
    Standing.objects.create(partner=own_partner, level=Level.STOPPED)
    shown = text(dealer.get(NEW))
    assert "Pre-checks of your company are paused" in shown
    assert 'value="ask"' not in shown
    assert dealer.post(NEW, posted(places, lines)).status_code == 429


def test_programme_that_answers_nothing_says_so(dealer, programme, own_partner):
    set_terms(programme, disclosure="nothing")
    shown = text(dealer.get(NEW))
    assert "Your programme answers no questions before filing" in shown
    assert "questions left today" not in shown


# --- the answer ---------------------------------------------------------------------------------------------------


@pytest.fixture
def taken(approved, rival, places, lines):
    """The rival's question about what own holds, on two lines."""
    return services.ask(
        actor=actor_of(rival),
        at=timezone.now(),
        data={**TYPED, "customer_name": approved.customer_name, "territory": places.shanghai},
        line_ids=[lines.pumps.pk, lines.valves.pk],
    )


def test_answer_names_class_and_release_and_never_the_holder(taken, rival, own_partner, approved):
    shown = text(client_for(rival).get(page("precheck_detail", taken)))
    assert "Taken or not open to you" in shown
    assert "Free without Pumps." in shown
    assert "at the earliest, unless it is extended or won" in shown
    assert own_partner.account.name not in shown
    assert approved.ref not in shown
    assert "R05" not in shown


def test_own_registration_is_linked(approved, dealer, dealer_sales, places, lines):
    dealer.post(NEW, posted(places, lines, customer_name=approved.customer_name))
    shown = text(dealer.get(page("precheck_detail", Precheck.objects.get())))
    assert reverse("registrations:registration_detail", args=[approved.ref]) in shown


def test_question_is_carried_into_a_draft(taken, rival, lines):
    client = client_for(rival)
    answer = client.post(page("precheck_register", taken), {"lines": "free"}, follow=True)
    draft = Registration.objects.get(partner_id=taken.partner_id)
    assert answer.redirect_chain[-1][0] == reverse("registrations:registration_edit", args=[draft.ref])
    assert taken.customer_name in text(answer)
    assert [row.line for row in draft.lines.all()] == [lines.valves]
    again = text(client.get(page("precheck_detail", taken)))
    assert "A registration was begun from this question." in again


@pytest.mark.parametrize("who", ["dealer_sales", "dealer_manager", "sub_dealer", "other_channel_manager"])
def test_question_of_others_is_not_there(taken, who, request):
    client = client_for(request.getfixturevalue(who))
    assert client.get(page("precheck_detail", taken)).status_code == 404
    assert client.post(page("precheck_register", taken)).status_code in (403, 404)


# --- lists and exports --------------------------------------------------------------------------------------------


def ask_many(count: int, user, places, lines) -> None:
    for number in range(count):
        services.ask(
            actor=actor_of(user),
            at=timezone.now() - timedelta(hours=number),
            data={**TYPED, "customer_name": f"Customer {number} Ltd.", "territory": places.shanghai},
            line_ids=[lines.pumps.pk, lines.valves.pk],
        )


@pytest.mark.parametrize("who", ["dealer_manager", "channel_manager"])
def test_list_costs_the_same_for_one_and_for_five(who, request, dealer_sales, places, lines, count_queries):
    client = client_for(request.getfixturevalue(who))
    ask_many(1, dealer_sales, places, lines)
    one = count_queries(client.get, "/prechecks/")
    ask_many(5, dealer_sales, places, lines)
    assert count_queries(client.get, "/prechecks/") == one


def test_export_holds_what_was_asked_and_told(dealer_sales, dealer_manager, channel_manager, places, lines):
    ask_many(2, dealer_sales, places, lines)
    for user in (dealer_manager, channel_manager):
        sheet = b"".join(client_for(user).get("/prechecks/?export=csv").streaming_content).decode()
        assert sheet.count("Customer ") >= 2
        assert "Free" in sheet
        assert "Dealer Sales" in sheet


def test_list_is_filtered_by_words_answer_and_line(dealer_sales, places, lines):
    ask_many(2, dealer_sales, places, lines)
    client = client_for(dealer_sales)
    assert "Customer 0" not in text(client.get("/prechecks/?q=customer+1"))
    assert "Customer 1" in text(client.get("/prechecks/?answer=clear&line=valves"))
    assert "Customer 1" not in text(client.get("/prechecks/?answer=block"))


def test_pages_offer_the_question(dealer, dealer_sales):
    for url in ("/dashboard/", "/registrations/"):
        assert f'href="{NEW}"' in text(dealer.get(url))


# --- staff --------------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(approved, rival, rival_partner, places, lines):
    Standing.objects.create(
        partner=rival_partner,
        level=Level.SLOWED,
        score=55,
        reasons=[{"code": "sweep", "points": 15, "count": 12, "of": 14}],
    )
    return services.ask(
        actor=actor_of(rival),
        at=timezone.now(),
        data={**TYPED, "customer_name": approved.customer_name, "territory": places.shanghai},
        line_ids=[lines.pumps.pk],
    )


def test_channel_manager_sees_what_the_check_says_and_answers(waiting, channel_manager, rival):
    client = client_for(channel_manager)
    shown = text(client.get(page("precheck_detail", waiting)))
    assert "Protected for another partner" in shown
    client.post(page("precheck_answer", waiting), {"action": "answer", "answer-message": "Here you are."})
    waiting.refresh_from_db()
    assert waiting.state == QuestionState.ANSWERED
    assert "Here you are." in text(client_for(rival).get(page("precheck_detail", waiting)))


def test_leaving_unanswered_needs_a_word(waiting, channel_manager, rival):
    client = client_for(channel_manager)
    client.post(page("precheck_answer", waiting), {"action": "leave", "leave-message": ""})
    waiting.refresh_from_db()
    assert waiting.state == QuestionState.WAITING
    client.post(page("precheck_answer", waiting), {"action": "leave", "leave-message": "Please call me."})
    waiting.refresh_from_db()
    assert waiting.state == QuestionState.UNANSWERED
    assert "Please call me." in text(client_for(rival).get(page("precheck_detail", waiting)))


def test_signs_are_shown_with_the_questions_and_a_pause_is_lifted(waiting, channel_manager, rival_partner):
    standing = Standing.objects.get(partner=rival_partner)
    client = client_for(channel_manager)
    assert rival_partner.account.name in text(client.get("/prechecks/watch/"))
    shown = text(client.get(page("standing_detail", standing)))
    assert "Customers in alphabetical order" in shown or "No signs of probing" in shown
    assert waiting.customer_name in shown
    assert client.post(page("standing_lift", standing), {"reason": ""}).status_code == 422
    client.post(page("standing_lift", standing), {"reason": "A fair is on."})
    standing.refresh_from_db()
    assert standing.level == Level.NORMAL
    assert "A fair is on." in text(client.get(page("standing_detail", standing)))


@pytest.mark.parametrize("who", ["rival", "dealer_manager", "administrator", "sales_rep"])
def test_watching_is_for_who_decides(waiting, who, request, rival_partner):
    client = client_for(request.getfixturevalue(who))
    standing = Standing.objects.get(partner=rival_partner)
    for url in ("/prechecks/watch/", page("standing_detail", standing)):
        assert client.get(url).status_code in (403, 404)
    assert client.post(page("standing_lift", standing), {"reason": "Mine"}).status_code in (403, 404)


def test_watching_costs_the_same_for_one_question_and_five(
    rival, rival_partner, channel_manager, places, lines, count_queries
):
    client = client_for(channel_manager)
    ask_many(1, rival, places, lines)
    url = page("standing_detail", Standing.objects.get(partner=rival_partner))
    one = count_queries(client.get, url)
    ask_many(5, rival, places, lines)
    assert count_queries(client.get, url) == one


def test_dashboard_counts_what_waits(waiting, channel_manager, other_channel_manager):
    assert "1 pre-check waits for your answer" in text(client_for(channel_manager).get("/dashboard/"))
    assert "waits for your answer" not in text(client_for(other_channel_manager).get("/dashboard/"))
