"""The budget of pre-checks is never overspent, however many tabs ask at once (PostgreSQL).

The positive control is the same crowd without the partner's lock: it must spend more than there is.
"""

import pytest
from django.utils import timezone

from deal_registration.prechecks import services
from deal_registration.prechecks.exceptions import BudgetSpent
from deal_registration.prechecks.models import Precheck, Standing
from deal_registration.prechecks.services import asking
from tests.cast import actor_of
from tests.deal_registration.test_screening import set_terms
from tests.races.crowd import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.races, pytest.mark.django_db(transaction=True)]

BUDGET = 10
QUESTIONS = 60


@pytest.fixture
def asked_at_once(dealer_sales, programme, places, lines):
    """Let eight tabs ask ``QUESTIONS`` different questions at once; return what was raised beside "used up"."""
    set_terms(programme, prechecks_per_day=BUDGET, precheck_slow_score=101, precheck_stop_score=101)
    actor = actor_of(dealer_sales)

    def ask(number: int) -> None:
        try:
            services.ask(
                actor=actor,
                at=timezone.now(),
                data={
                    "customer_name": f"Customer {number} Ltd.",
                    "customer_country": "CN",
                    "territory": places.shanghai,
                },
                line_ids=[lines.pumps.pk],
            )
        except BudgetSpent:
            pass

    return lambda numbers=range(QUESTIONS): at_once(list(numbers), ask, threads=8)


def test_budget_is_spent_to_the_last_question_and_no_further(asked_at_once):
    assert asked_at_once() == []
    assert Precheck.objects.filter(is_counted=True).count() == BUDGET


def test_same_question_at_once_costs_one(asked_at_once):
    assert asked_at_once([7] * 40) == []
    assert Precheck.objects.filter(is_counted=True).count() == 1
    assert Precheck.objects.count() == 40
    assert Standing.objects.count() == 1


def test_positive_control_without_the_lock_it_is_overspent(asked_at_once, monkeypatch):
    def unlocked(partner) -> Standing:
        standing, _created = Standing.objects.get_or_create(partner=partner)
        return standing

    monkeypatch.setattr(asking, "lock_standing", unlocked)
    asked_at_once()
    assert Precheck.objects.filter(is_counted=True).count() > BUDGET
