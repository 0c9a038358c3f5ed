"""Filing again after one's own protection ran out: free, unless a rival filed in the gap, who then comes first."""

from datetime import timedelta

import pytest
from django.utils import timezone

from deal_registration import services
from deal_registration.enums import State
from deal_registration.models import Claim
from tests.cast import actor_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def expired(approved, run_jobs):
    """``approved``, run out in silence a day ago."""
    ended = timezone.now() - timedelta(days=1)
    Claim.objects.filter(partner=approved.partner).update(starts_at=ended - timedelta(days=90), ends_at=ended)
    approved.lines.update(protected_until=ended)
    services.run_clocks()
    run_jobs()
    approved.refresh_from_db()
    assert approved.state == State.EXPIRED
    return approved


def codes(filed) -> list[str]:
    """The codes that hit."""
    return [hit["code"] for hit in filed.lines.get().verdict["hits"]]


def again(expired, dealer_sales, file_deal, run_jobs, **changes):
    """File the same deal once more."""
    filed = file_deal(dealer_sales, customer_name=expired.customer_name, **changes)
    run_jobs()
    filed.refresh_from_db()
    return filed


def test_nobody_else_filed_it_is_free(expired, dealer_sales, file_deal, run_jobs):
    assert codes(again(expired, dealer_sales, file_deal, run_jobs)) == []


def test_a_rival_of_the_gap_comes_first_and_the_cool_down_is_reviewed(
    expired, dealer_sales, rival, file_deal, run_jobs
):
    in_the_gap = file_deal(rival, customer_name=expired.customer_name)
    run_jobs()
    filed = again(expired, dealer_sales, file_deal, run_jobs)
    assert codes(in_the_gap) == []
    assert (filed.state, codes(filed)) == (State.CONFLICT_HOLD, ["R06", "R14"])
    services.withdraw(in_the_gap.pk, actor=actor_of(rival), at=timezone.now())
    run_jobs()
    filed.refresh_from_db()
    assert (filed.state, codes(filed)) == (State.IN_REVIEW, ["R14"]), "who filed in the gap had reason to"
    (change,) = filed.lines.get().verdict["counterfactuals"]
    assert (change["change"], change["class"]) == ("cool_down", "clear")


def test_the_rival_of_the_gap_keeps_the_scope(expired, dealer_sales, rival, file_deal, run_jobs, making):
    in_the_gap = file_deal(rival, customer_name=expired.customer_name)
    run_jobs()
    filed = again(expired, dealer_sales, file_deal, run_jobs)
    making.approve(in_the_gap)
    filed.refresh_from_db()
    assert filed.state == State.REJECTED
    assert codes(filed) == ["R05", "R14"]


def test_after_the_cool_down_nobody_asks(
    expired, dealer_sales, rival, file_deal, run_jobs, programme, set_terms
):
    set_terms(programme, cool_down_days=0)
    in_the_gap = file_deal(rival, customer_name=expired.customer_name)
    run_jobs()
    services.withdraw(in_the_gap.pk, actor=actor_of(rival), at=timezone.now())
    assert codes(again(expired, dealer_sales, file_deal, run_jobs)) == []


def test_another_line_does_not_cool_down(expired, dealer_sales, rival, file_deal, run_jobs, lines):
    file_deal(rival, customer_name=expired.customer_name)
    run_jobs()
    assert codes(again(expired, dealer_sales, file_deal, run_jobs, lines=[lines.valves])) == []
