"""Withdrawn, won, lost; expiry, reminders, unanswered requests, promises."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.ledger.models import Event
from core.workflow import TransitionRefused
from deal_registration import services
from deal_registration.enums import ClaimState, State
from deal_registration.models import Claim, InformationRequest, Registration
from tests.cast import actor_of

pytestmark = pytest.mark.django_db


def test_withdrawn_frees_the_scope_at_once(own, rival, dealer_sales, file_deal, run_jobs):
    second = file_deal(rival, customer_name=own.customer_name)
    run_jobs()
    services.withdraw(own.pk, actor=actor_of(dealer_sales), at=timezone.now(), reason="Customer stopped it.")
    run_jobs()
    own.refresh_from_db()
    second.refresh_from_db()
    assert own.state == State.WITHDRAWN
    assert second.state == State.IN_REVIEW


def test_one_line_is_withdrawn_the_other_stays(file_deal, dealer_sales, lines, run_jobs):
    filed = file_deal(dealer_sales, lines=[lines.pumps, lines.valves])
    run_jobs()
    services.withdraw(filed.pk, actor=actor_of(dealer_sales), at=timezone.now(), line_ids=[lines.pumps.pk])
    assert dict(filed.lines.values_list("line__code", "state")) == {
        "pumps": State.WITHDRAWN,
        "valves": State.IN_REVIEW,
    }


def test_rival_cannot_close_it(own, rival):
    for close in (services.withdraw, services.mark_won):
        with pytest.raises(Registration.DoesNotExist):
            close(own.pk, actor=actor_of(rival), at=timezone.now())


def test_only_what_is_protected_is_won(own, dealer_sales):
    with pytest.raises(TransitionRefused):
        services.mark_won(own.pk, actor=actor_of(dealer_sales), at=timezone.now())


def test_won_ends_the_claim_is_remembered_and_wins_the_opportunity(
    approved, dealer_sales, rival, file_deal, run_jobs
):
    services.mark_won(approved.pk, actor=actor_of(dealer_sales), at=timezone.now(), order_number="PO-7")
    approved.refresh_from_db()
    claim = Claim.objects.get()
    assert approved.state == State.WON
    assert claim.state == ClaimState.ENDED
    assert claim.won_at is not None
    assert approved.opportunity.state == "won"
    repeat = file_deal(rival, customer_name=approved.customer_name)
    run_jobs()
    repeat.refresh_from_db()
    assert repeat.state == State.IN_REVIEW
    assert "R10" in {hit["code"] for hit in repeat.lines.get().verdict["hits"]}


def test_lost_loses_the_opportunity(approved, dealer_sales):
    services.mark_lost(
        approved.pk, actor=actor_of(dealer_sales), at=timezone.now(), reason="price", text="Too dear."
    )
    approved.refresh_from_db()
    assert approved.state == State.LOST
    assert approved.opportunity.state == "lost"


def test_protection_ends_by_itself_and_the_opportunity_loses_its_flags(approved):
    end = approved.lines.get().protected_until
    assert services.run_clocks(at=end - timedelta(seconds=1))["expired"] == 0
    assert services.run_clocks(at=end)["expired"] == 1
    approved.refresh_from_db()
    assert approved.state == State.EXPIRED
    assert approved.opportunity.protection_ends_at is None
    assert Claim.objects.get().ends_at == end
    assert services.run_clocks(at=end)["expired"] == 0


def test_filing_expires_what_lapsed_first(approved, rival, file_deal, run_jobs, clock):
    end = approved.lines.get().protected_until
    clock.move_to(end + timedelta(minutes=1))
    second = file_deal(rival, customer_name=approved.customer_name, at=timezone.now())
    approved.refresh_from_db()
    assert approved.state == State.EXPIRED
    run_jobs()
    second.refresh_from_db()
    assert second.state == State.IN_REVIEW


def test_a_filing_before_the_end_is_judged_by_its_receipt_not_by_the_worker(
    approved, rival, file_deal, run_jobs, clock
):
    end = approved.lines.get().protected_until
    clock.move_to(end - timedelta(minutes=1))
    early = file_deal(rival, customer_name=approved.customer_name, at=timezone.now())
    clock.move_to(end + timedelta(hours=1))
    services.run_clocks(at=timezone.now())
    run_jobs()
    early.refresh_from_db()
    assert early.state == State.REJECTED


def test_reminders_come_once_at_each_mark(approved):
    end = approved.lines.get().protected_until
    sent = [
        services.run_clocks(at=end - timedelta(days=days))["reminded"] for days in (31, 30, 29, 14, 13, 7, 1)
    ]
    assert sent == [0, 1, 0, 1, 0, 1, 0]
    assert Event.objects.filter(type="registration.expiring").count() == 3


def test_a_worker_that_slept_sends_only_the_nearest_reminder(approved):
    end = approved.lines.get().protected_until
    assert services.run_clocks(at=end - timedelta(days=5))["reminded"] == 1
    assert approved.lines.get().reminded_days == 7


def test_an_unanswered_request_withdraws_the_line(own, channel_manager):
    services.request_information(
        own.pk, actor=actor_of(channel_manager), at=timezone.now(), fields=["value"], message="Sure?"
    )
    due = InformationRequest.objects.get().due_at
    assert services.run_clocks(at=due - timedelta(seconds=1))["lapsed"] == 0
    assert services.run_clocks(at=due)["lapsed"] == 1
    own.refresh_from_db()
    assert own.state == State.WITHDRAWN
    assert Claim.objects.get().state == ClaimState.ENDED


def test_promises_are_noticed_and_escalated_once(own):
    due = own.review_due_at
    assert services.run_clocks(at=own.review_started_at)["promises"] == 0
    services.run_clocks(at=due - timedelta(seconds=1))
    assert Event.objects.filter(type="registration.promise_at_risk").count() == 1
    services.run_clocks(at=due + timedelta(seconds=1))
    assert Event.objects.filter(type="registration.promise_missed").count() == 1
    services.run_clocks(at=due + timedelta(days=10))
    services.run_clocks(at=due + timedelta(days=11))
    assert Event.objects.filter(type="registration.escalated").count() == 1


@pytest.mark.parametrize(("close", "state"), [("win", State.WON), ("lose", State.LOST)])
def test_a_rep_who_closes_the_opportunity_ends_the_registration(approved, sales_rep, close, state, settle):
    from crm.opportunities import services as opportunities

    getattr(opportunities, close)(
        approved.opportunity_id, reason="Signed or not", actor=actor_of(sales_rep), at=timezone.now()
    )
    settle()
    approved.refresh_from_db()
    assert approved.state == state
    assert Claim.objects.get().state == ClaimState.ENDED


def test_a_hold_is_judged_by_when_it_was_received_even_after_the_rivals_protection_ended(
    approved, rival, file_deal, run_jobs, clock
):
    end = approved.lines.get().protected_until
    doubtful = file_deal(rival, customer_name="Own Custmer Waterworks")
    run_jobs()
    doubtful.refresh_from_db()
    assert doubtful.state == State.CONFLICT_HOLD
    clock.move_to(end + timedelta(minutes=1))
    services.run_clocks(at=timezone.now())
    run_jobs()
    doubtful.refresh_from_db()
    assert doubtful.state == State.CONFLICT_HOLD  # judged by when it was received: the protection stood then
