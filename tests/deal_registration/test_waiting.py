"""The wait-list: a taken scope is waited for, and goes to the earliest the moment it is free."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from deal_registration import contested, services
from deal_registration.enums import ClaimState, State
from deal_registration.models import Claim, RegistrationLine
from deal_registration.selectors import review_queue
from partners.models import Tier
from tests.cast import actor_of, client_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting_programme(programme, own_partner, set_terms):
    """A programme with a wait-list, in which what is clear is approved by rule."""
    set_terms(programme, taken_scope="wait", auto_approve=True)
    return programme


@pytest.fixture
def others(make_partner, make_dealer, waiting_programme):
    """Sellers of three more partners, in the order in which they file."""
    return [
        make_dealer(f"waiting_{number}", make_partner(f"Waiting {number} Trading Ltd."))
        for number in range(3)
    ]


@pytest.fixture
def waiting(waiting_programme, approved, others, file_deal, run_jobs):
    """Three filings that wait behind ``approved``."""
    Tier.objects.update(benefits={"auto_approval_ceiling": {"CNY": "1000000"}})
    filed = [file_deal(user, customer_name=approved.customer_name) for user in others]
    run_jobs()
    return filed


def states(filed) -> list[str]:
    """The states of filings of one line."""
    return [RegistrationLine.objects.get(registration=row).state for row in filed]


def test_a_taken_scope_is_waited_for_and_told_without_a_place(waiting, others):
    assert states(waiting) == [State.CONFLICT_HOLD] * 3
    told = []
    for row, user in zip(waiting, others, strict=True):
        line = row.lines.get()
        assert line.is_waiting_for_release
        assert line.claim.state == ClaimState.PENDING
        row.refresh_from_db()
        assert row.review_due_at is None, "there is nothing to decide, so no promise runs"
        page = (
            client_for(user)
            .get(reverse("registrations:registration_detail", args=[row.ref]))
            .content.decode()
        )
        assert "On the wait-list" in page
        assert "Waiting until it is free" in page
        told.append(page[page.index('class="told ') : page.index("What would change the answer")])
    assert told[0] == told[1] == told[2], "nothing shows who comes first"


def test_nobody_has_to_decide_on_who_waits(waiting, own, channel_manager):
    queue = set(review_queue(actor_of(channel_manager)).values_list("pk", flat=True))
    assert not queue & {row.pk for row in waiting}


@pytest.mark.parametrize("ending", ["expire", "withdraw", "lose"])
def test_the_earliest_gets_it_the_moment_it_is_free(waiting, approved, dealer_sales, run_jobs, ending):
    actor, now = actor_of(dealer_sales), timezone.now()
    if ending == "expire":
        Claim.objects.filter(partner=approved.partner).update(ends_at=now)
        approved.lines.update(protected_until=now)
        services.run_clocks()
    elif ending == "withdraw":
        services.withdraw(approved.pk, actor=actor, at=now)
    else:
        services.mark_lost(approved.pk, actor=actor, at=now, reason="price")
    run_jobs()
    assert states(waiting) == [State.APPROVED, State.CONFLICT_HOLD, State.CONFLICT_HOLD]
    assert Claim.objects.filter(state=ClaimState.APPROVED).count() == 1
    assert waiting[1].lines.get().is_waiting_for_release


def test_after_a_win_the_earliest_is_looked_at_for_the_repeat_order(
    waiting, approved, dealer_sales, run_jobs
):
    services.mark_won(approved.pk, actor=actor_of(dealer_sales), at=timezone.now())
    run_jobs()
    assert states(waiting) == [State.IN_REVIEW, State.CONFLICT_HOLD, State.CONFLICT_HOLD]
    line = waiting[0].lines.get()
    assert [hit["code"] for hit in line.verdict["hits"]] == ["R10"]
    assert not line.is_waiting_for_release
    assert not waiting[1].lines.get().is_waiting_for_release, (
        "behind the first it is on hold, not on the wait-list"
    )


def test_who_files_when_it_becomes_free_comes_after_who_waits(
    waiting, approved, dealer_sales, rival, file_deal, run_jobs
):
    now = timezone.now()
    Claim.objects.filter(partner=approved.partner).update(ends_at=now)
    approved.lines.update(protected_until=now)
    late = file_deal(rival, customer_name=approved.customer_name)  # this lets the lapsed one expire
    services.screen_line(late.lines.get().pk)  # and is screened before those who wait
    run_jobs()
    assert states([*waiting, late]) == [State.APPROVED, *[State.CONFLICT_HOLD] * 3]


def test_the_same_partner_again_comes_after_who_waits(waiting, approved, dealer_sales, file_deal, run_jobs):
    now = timezone.now()
    Claim.objects.filter(partner=approved.partner).update(ends_at=now)
    approved.lines.update(protected_until=now)
    again = file_deal(dealer_sales, customer_name=approved.customer_name)
    run_jobs()
    assert states([*waiting, again])[0] == State.APPROVED
    assert states([again]) == [State.CONFLICT_HOLD]


def test_who_waits_may_leave_and_the_next_moves_up(waiting, approved, others, dealer_sales, run_jobs):
    services.withdraw(waiting[0].pk, actor=actor_of(others[0]), at=timezone.now())
    services.withdraw(approved.pk, actor=actor_of(dealer_sales), at=timezone.now())
    run_jobs()
    assert states(waiting) == [State.WITHDRAWN, State.APPROVED, State.CONFLICT_HOLD]


def test_what_is_in_dispute_is_decided_by_no_check(waiting, approved, dealer_sales, run_jobs, monkeypatch):
    contested_line = waiting[0].lines.get().pk
    monkeypatch.setitem(contested._providers, "test", lambda wanted: wanted & {contested_line})
    services.withdraw(approved.pk, actor=actor_of(dealer_sales), at=timezone.now())
    run_jobs()
    assert states(waiting) == [State.IN_REVIEW, State.CONFLICT_HOLD, State.CONFLICT_HOLD]


def test_what_blocks_otherwise_is_not_waited_for(
    waiting_programme, approved, rival, file_deal, own_partner, run_jobs, lines
):
    from partners.models import Authorisation

    Authorisation.objects.filter(partner=rival.memberships.get().partner).update(line=lines.drives)
    filed = file_deal(rival, customer_name=approved.customer_name)
    run_jobs()
    filed.refresh_from_db()
    assert filed.state == State.REJECTED


def test_without_the_setting_a_taken_scope_is_refused(approved, rival, file_deal, run_jobs):
    filed = file_deal(rival, customer_name=approved.customer_name)
    run_jobs()
    assert states([filed]) == [State.REJECTED]


def test_a_part_that_ends_leaves_the_opportunity_with_the_latest_end_left(
    dealer_sales, file_deal, lines, making, run_jobs
):
    filed = file_deal(dealer_sales, lines=[lines.pumps, lines.valves])
    run_jobs()
    making.approve(filed)
    early, late = filed.lines.order_by("line__order")
    late.protected_until = early.protected_until + timedelta(days=15)
    late.save()
    Claim.objects.filter(registration_line=late).update(ends_at=late.protected_until)
    filed.opportunity.protection_ends_at = late.protected_until
    filed.opportunity.save()
    services.withdraw(filed.pk, actor=actor_of(dealer_sales), at=timezone.now(), line_ids=[late.line_id])
    filed.opportunity.refresh_from_db()
    assert filed.opportunity.protection_ends_at == early.protected_until
    services.withdraw(filed.pk, actor=actor_of(dealer_sales), at=timezone.now())
    filed.opportunity.refresh_from_db()
    assert filed.opportunity.protection_ends_at is None
