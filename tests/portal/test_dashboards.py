"""The dashboard by role: what it shows, what it keeps to itself, and that more rows cost no more queries."""

import pytest
from django.utils import timezone

from deal_registration import services
from tests.cast import actor_of, client_for

URL = "/dashboard/"
SECTIONS = {
    "dealer_sales": {"dealer"},
    "dealer_manager": {"dealer"},
    "rival": {"dealer"},
    "channel_manager": {"channel"},
    "sales_rep": {"sales"},
    "marketing": {"marketing"},
    "administrator": {"marketing", "administrator"},
}


def text_for(user) -> str:
    answer = client_for(user).get(URL)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(("who", "sections"), SECTIONS.items())
def test_each_role_gets_its_sections(request, who, sections, places, programme):
    text = text_for(request.getfixturevalue(who))
    found = {
        key for key in ("dealer", "channel", "sales", "marketing", "administrator") if f'"{key}"' in text
    }
    assert found == sections


def test_dealer_sees_question_decision_draft_and_running_ones(
    own, dealer_sales, channel_manager, save_draft, file_deal, run_jobs, lines
):
    save_draft(dealer_sales, customer_name="Half Typed Mill")
    decided = file_deal(dealer_sales, customer_name="Decided Dairy")
    run_jobs()
    reviewer, now = actor_of(channel_manager), timezone.now()
    services.approve(decided.pk, actor=reviewer, at=now, line_ids=[lines.pumps.pk])
    services.request_information(own.pk, actor=reviewer, at=now, fields=["value"], message="Sure?")
    text = text_for(dealer_sales)
    assert "Answer the question about Own Customer Waterworks" in text
    assert "Finish the draft for Half Typed Mill" in text
    assert "Decided Dairy" in text
    assert "90 days left" in text
    assert "got protection" in text


def test_rival_sees_nothing_of_it(own, approved, rival):
    text = text_for(rival)
    assert "Own Customer" not in text
    assert "Nothing waits for you" in text


def test_channel_manager_sees_the_queue(own, channel_manager, other_channel_manager):
    text = text_for(channel_manager)
    assert "Own Customer Waterworks" in text
    assert "running registration" in text
    other = text_for(other_channel_manager)
    assert "Own Customer" not in other
    assert "Nothing waits for a decision" in other


def test_sales_rep_sees_newly_protected_deals(approved, sales_rep):
    text = text_for(sales_rep)
    assert "Own Machinery Co., Ltd." in text
    assert "through the funnel" in text


def test_administrator_sees_failed_jobs_in_words(administrator):
    from core.jobs.models import Job, JobState

    Job.objects.create(
        kind="registrations.screen",
        key="screen:1",
        state=JobState.FAILED,
        error="Traceback\nValueError: no such line",
        finished_at=timezone.now(),
    )
    text = text_for(administrator)
    assert "Check a registration" in text
    assert "ValueError: no such line" in text


@pytest.mark.parametrize("who", ["dealer_sales", "channel_manager", "sales_rep"])
def test_asks_as_often_for_three_as_for_one(
    request, who, own, dealer_sales, channel_manager, file_deal, run_jobs, lines, count_queries
):
    def approve(registration):
        run_jobs()
        services.approve(
            registration.pk,
            actor=actor_of(channel_manager),
            at=timezone.now(),
            line_ids=list(registration.lines.values_list("line_id", flat=True)),
        )
        run_jobs()

    approve(file_deal(dealer_sales, customer_name="First Brewery"))
    client = client_for(request.getfixturevalue(who))
    client.get(URL)
    for_one = count_queries(client.get, URL)
    for name in ("Second Refinery", "Third Cement"):
        file_deal(dealer_sales, customer_name=f"Waiting {name}", lines=[lines.pumps, lines.valves])
        approve(file_deal(dealer_sales, customer_name=name, lines=[lines.pumps, lines.valves]))
    assert count_queries(client.get, URL) == for_one


def test_visitor_is_asked_to_sign_in(client, db):
    assert client.get(URL).status_code == 302
