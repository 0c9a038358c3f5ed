"""The automatic check: which state follows, in which order, and who the customer is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.accounts.models import Account, HouseListing, Lifecycle
from crm.accounts.services import create_account
from deal_registration import services
from deal_registration.enums import ClaimState, State
from deal_registration.models import Claim, InformationRequest
from partners.models import ProgrammeVersion
from tests import factories
from tests.cast import actor_of

pytestmark = pytest.mark.django_db


def codes(registration) -> set[str]:
    """The codes that hit on the registration's only line."""
    return {hit["code"] for hit in registration.lines.get().verdict["hits"]}


def set_terms(programme, **terms):
    """Change the terms of the programme's first version."""
    version = ProgrammeVersion.objects.get(programme=programme)
    version.settings = {**version.settings, **terms}
    version.save()


def test_clear_goes_to_review_with_a_pending_claim_and_a_promise(own):
    assert own.state == State.IN_REVIEW
    assert own.lines.get().verdict["class"] == "clear"
    claim = Claim.objects.get()
    assert claim.state == ClaimState.PENDING
    assert claim.ends_at is None
    assert claim.starts_at == own.received_at
    assert own.review_due_at > own.received_at


def test_unknown_customer_becomes_a_prospect_in_no_list(own, channel_manager, sales_rep):
    assert own.customer.lifecycle == Lifecycle.PROSPECT
    for user in (channel_manager, sales_rep):
        assert own.customer not in Account.objects.visible_to(actor_of(user))


def test_the_second_of_one_customer_is_held_behind_the_first(own, rival, file_deal, run_jobs):
    second = file_deal(rival, customer_name="OWN CUSTOMER WATERWORKS CO LTD")
    run_jobs()
    second.refresh_from_db()
    assert second.customer_id == own.customer_id
    assert second.state == State.CONFLICT_HOLD
    assert codes(second) == {"R06"}


def test_another_line_of_the_same_customer_is_free(own, rival, file_deal, lines, run_jobs):
    other = file_deal(rival, customer_name=own.customer_name, lines=[lines.valves])
    run_jobs()
    other.refresh_from_db()
    assert other.state == State.IN_REVIEW
    assert codes(other) == set()


def test_what_is_protected_is_rejected_with_its_end(approved, rival, file_deal, run_jobs):
    second = file_deal(rival, customer_name=approved.customer_name)
    run_jobs()
    second.refresh_from_db()
    line = second.lines.get()
    assert second.state == State.REJECTED
    assert line.reason == "duplicate"
    assert line.verdict["release_at"] == approved.lines.get().protected_until.isoformat()
    assert not Claim.objects.filter(registration_line=line).exclude(state="ended").exists()


def test_own_second_filing_names_the_first(own, dealer_sales, file_deal, run_jobs):
    again = file_deal(dealer_sales, customer_name=own.customer_name)
    run_jobs()
    again.refresh_from_db()
    assert again.state == State.REJECTED
    assert again.lines.get().verdict["hits"][0]["evidence"]["registration"] == own.pk


def test_line_without_authorisation_is_rejected(dealer_sales, file_deal, lines, run_jobs):
    filed = file_deal(dealer_sales, lines=[lines.drives])
    run_jobs()
    filed.refresh_from_db()
    assert filed.state == State.REJECTED
    assert codes(filed) == {"R03"}


def test_exclusive_territory_of_another_is_rejected_open_one_reviewed(
    dealer_sales, rival_partner, file_deal, places, lines, run_jobs
):
    open_one = file_deal(dealer_sales, territory=places.germany, customer_name="Pumpenwerk Nord GmbH")
    run_jobs()
    factories.AuthorisationFactory(
        partner=rival_partner, line=lines.pumps, territory=places.germany, exclusivity="exclusive"
    )
    exclusive = file_deal(dealer_sales, territory=places.germany, customer_name="Armaturen Süd GmbH")
    run_jobs()
    open_one.refresh_from_db()
    exclusive.refresh_from_db()
    assert (open_one.state, codes(open_one)) == (State.IN_REVIEW, {"R04"})
    assert (exclusive.state, codes(exclusive)) == (State.REJECTED, {"R04"})


def test_house_account_is_not_told_and_stays_in_review(dealer_sales, file_deal, run_jobs):
    account = create_account(data={"name": "House Steel Works Ltd."}, actor=system(), at=timezone.now())
    HouseListing.objects.create(account=account, valid_from=timezone.now() - timedelta(days=9))
    filed = file_deal(dealer_sales, customer_name="House Steel Works")
    run_jobs()
    filed.refresh_from_db()
    assert codes(filed) == {"R08"}
    assert filed.state == State.IN_REVIEW
    from deal_registration.selectors import disclosed_verdict

    told = disclosed_verdict(filed.lines.get(), actor_of(dealer_sales))
    assert told.class_ == "review"
    assert told.hits == ()
    assert told.release_on is None


def test_listing_made_after_receipt_does_not_count(dealer_sales, file_deal, run_jobs):
    account = create_account(data={"name": "Late Steel Works Ltd."}, actor=system(), at=timezone.now())
    filed = file_deal(dealer_sales, customer_name="Late Steel Works Ltd.")
    HouseListing.objects.create(account=account, valid_from=filed.received_at + timedelta(microseconds=1))
    run_jobs()
    filed.refresh_from_db()
    assert codes(filed) == set()


def test_value_below_the_minimum_is_asked_for(dealer_sales, programme, file_deal, run_jobs):
    set_terms(programme, minimum_value={"CNY": "300000"})
    filed = file_deal(dealer_sales)
    run_jobs()
    filed.refresh_from_db()
    assert filed.state == State.ACTION_REQUIRED
    request = InformationRequest.objects.get(registration=filed)
    assert request.fields == ["value"]
    assert filed.lines.get().verdict["counterfactuals"][0]["minimum"] == "300000"


def test_clear_is_approved_by_rule_within_the_ceiling(
    dealer_sales, own_partner, programme, file_deal, run_jobs
):
    set_terms(programme, auto_approve=True)
    tier = own_partner.tiers.get().tier
    tier.benefits = {"auto_approval_ceiling": {"CNY": "300000"}}
    tier.save()
    small, large = (
        file_deal(dealer_sales, customer_name="Small Deal Works Ltd."),
        file_deal(dealer_sales, customer_name="Large Deal Refinery Ltd.", value=money("300000.01")),
    )
    run_jobs()
    small.refresh_from_db()
    large.refresh_from_db()
    assert small.state == State.APPROVED
    assert small.opportunity.partner_account_id == own_partner.pk
    assert large.state == State.IN_REVIEW


def test_lines_are_judged_one_by_one(approved, rival, file_deal, lines, run_jobs):
    both = file_deal(rival, customer_name=approved.customer_name, lines=[lines.pumps, lines.valves])
    run_jobs()
    both.refresh_from_db()
    states = dict(both.lines.values_list("line__code", "state"))
    assert states == {"pumps": State.REJECTED, "valves": State.IN_REVIEW}
    assert both.state == State.IN_REVIEW


def test_earlier_places_are_screened_first_whoever_is_asked_for(dealer_sales, rival, file_deal):
    first = file_deal(dealer_sales)
    second = file_deal(rival)
    services.screen_line(second.lines.get().pk)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.state == State.IN_REVIEW
    assert second.state == State.CONFLICT_HOLD


def test_screening_twice_changes_nothing(own):
    from core.ledger.models import Event

    before = Event.objects.count()
    services.screen_line(own.lines.get().pk)
    assert Event.objects.count() == before


def test_screening_again_with_the_same_answer_is_no_event(own, rival, file_deal, run_jobs):
    from core.ledger.models import Event

    held = file_deal(rival, customer_name=own.customer_name)
    run_jobs()
    before = Event.objects.count()
    assert services.rescreen_held(held.lines.get().line_id, 0) == 1
    assert Event.objects.count() == before
    held.refresh_from_db()
    assert held.state == State.CONFLICT_HOLD


def test_named_projects_of_one_customer_wait_to_be_parted(own, rival, dealer_sales, file_deal, run_jobs):
    one = file_deal(dealer_sales, customer_name="Two Sites Paper Mill Ltd.", project_name="Boiler house")
    other = file_deal(rival, customer_name="Two Sites Paper Mill Ltd.", project_name="Bleaching plant")
    run_jobs()
    one.refresh_from_db()
    other.refresh_from_db()
    assert one.project_id != other.project_id
    assert other.state == State.CONFLICT_HOLD
    assert codes(other) == {"R15"}


def system():
    """A process of the portal itself."""
    from core.access.actor import system_actor

    return system_actor("test")


def money(amount: str):
    """Yuan."""
    from djmoney.money import Money

    return Money(amount, "CNY")
