"""What reviewers do, and what follows in the CRM core and for whoever waits behind."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.access.exceptions import NotAllowed
from core.ledger import timeline
from core.workflow import TransitionRefused
from crm.accounts.models import Account, Lifecycle
from deal_registration import services
from deal_registration.enums import ClaimState, State
from deal_registration.exceptions import MayNotDecide, NothingChosen, RegistrationError, StillBlocked
from deal_registration.models import Claim, Registration
from tests.cast import actor_of

pytestmark = pytest.mark.django_db


def approve(registration, user, line_ids=None):
    """Approve all lines, or those named."""
    return services.approve(
        registration.pk,
        actor=actor_of(user),
        at=timezone.now(),
        line_ids=line_ids or list(registration.lines.values_list("line_id", flat=True)),
    )


def reject(registration, user, reason="not_qualified", text=""):
    """Reject all lines."""
    return services.reject(
        registration.pk,
        actor=actor_of(user),
        at=timezone.now(),
        line_ids=list(registration.lines.values_list("line_id", flat=True)),
        reason=reason,
        text=text,
    )


def test_approval_protects_and_lands_in_the_crm_core(approved, own_partner, sales_rep):
    line, claim = approved.lines.get(), Claim.objects.get()
    assert approved.state == State.APPROVED
    assert claim.state == ClaimState.APPROVED
    assert claim.ends_at == line.protected_until
    assert (claim.ends_at - claim.starts_at) == timedelta(days=90)
    assert approved.customer.lifecycle == Lifecycle.ACCOUNT
    opportunity = approved.opportunity
    assert opportunity.partner_account_id == own_partner.pk
    assert opportunity.protection_ends_at == line.protected_until
    assert opportunity.account_id == approved.customer_id
    assert approved.ref in opportunity.source
    assert approved.review_due_at is None
    from crm.opportunities.models import Opportunity

    assert opportunity in Opportunity.objects.visible_to(actor_of(sales_rep))
    assert approved.customer in Account.objects.visible_to(actor_of(sales_rep))


def test_the_tier_adds_days(own, own_partner, channel_manager):
    tier = own_partner.tiers.get().tier
    tier.benefits = {"extra_protection_days": 30}
    tier.save()
    approve(own, channel_manager)
    claim = Claim.objects.get()
    assert (claim.ends_at - claim.starts_at) == timedelta(days=120)


def test_a_part_is_approved_the_rest_goes_on(file_deal, dealer_sales, channel_manager, lines, run_jobs):
    filed = file_deal(dealer_sales, lines=[lines.pumps, lines.valves])
    run_jobs()
    approve(filed, channel_manager, [lines.pumps.pk])
    filed.refresh_from_db()
    assert filed.state == State.APPROVED
    assert dict(filed.lines.values_list("line__code", "state")) == {
        "pumps": State.APPROVED,
        "valves": State.IN_REVIEW,
    }
    assert filed.review_due_at is not None
    approve(filed, channel_manager, [lines.valves.pk])
    filed.refresh_from_db()
    assert filed.opportunity.lines.count() == 2


def test_whoever_waits_behind_is_told_once_the_first_is_approved(
    own, rival, file_deal, channel_manager, run_jobs
):
    second = file_deal(rival, customer_name=own.customer_name)
    run_jobs()
    with pytest.raises(StillBlocked):
        approve(second, channel_manager)
    approve(own, channel_manager)
    run_jobs()
    second.refresh_from_db()
    assert second.state == State.REJECTED
    assert {hit["code"] for hit in second.lines.get().verdict["hits"]} == {"R05"}


def test_whoever_waits_behind_moves_up_once_the_first_is_rejected(
    own, rival, file_deal, channel_manager, run_jobs
):
    second = file_deal(rival, customer_name=own.customer_name)
    run_jobs()
    reject(own, channel_manager)
    run_jobs()
    second.refresh_from_db()
    assert second.state == State.IN_REVIEW
    approve(second, channel_manager)
    assert Claim.objects.filter(state="approved").count() == 1


def test_rejection_gives_reason_and_ends_the_claim(own, channel_manager):
    reject(own, channel_manager, "no_relationship", "Please name your contact there.")
    own.refresh_from_db()
    line = own.lines.get()
    assert (own.state, line.reason) == (State.REJECTED, "no_relationship")
    assert line.reason_text == "Please name your contact there."
    assert Claim.objects.get().state == ClaimState.ENDED
    assert own.review_due_at is None


def test_a_reason_outside_the_list_is_refused(own, channel_manager):
    with pytest.raises(RegistrationError):
        reject(own, channel_manager, "because")


def test_decider_of_another_region_does_not_see_it(own, other_channel_manager):
    with pytest.raises(Registration.DoesNotExist):
        approve(own, other_channel_manager)


def test_decider_of_other_lines_cannot_decide(own, make_staff, places, lines):
    valves_only = make_staff("valves_manager", "channel_manager", places.east, [lines.valves])
    both = make_staff("pumps_manager", "channel_manager", places.east, [lines.pumps])
    with pytest.raises(Registration.DoesNotExist):
        approve(own, valves_only)
    approve(own, both)


def test_decider_of_one_line_sees_both_and_decides_their_own(
    file_deal, dealer_sales, make_staff, places, lines, run_jobs
):
    valves_only = make_staff("valves_manager", "channel_manager", places.east, [lines.valves])
    filed = file_deal(dealer_sales, lines=[lines.pumps, lines.valves])
    run_jobs()
    with pytest.raises(NotAllowed):
        approve(filed, valves_only)
    approve(filed, valves_only, [lines.valves.pk])


@pytest.mark.parametrize("person", ["dealer_sales", "rival", "sales_rep", "marketing"])
def test_who_does_not_decide_cannot(own, person, request):
    user = request.getfixturevalue(person)
    with pytest.raises((NotAllowed, Registration.DoesNotExist)):
        approve(own, user)


def test_owner_of_the_customer_cannot_decide(own, channel_manager):
    own.customer.owner = channel_manager
    own.customer.save()
    with pytest.raises(MayNotDecide):
        approve(own, channel_manager)


def test_nothing_chosen_is_refused(own, channel_manager):
    with pytest.raises(NothingChosen):
        services.approve(own.pk, actor=actor_of(channel_manager), at=timezone.now(), line_ids=[])


def test_decided_is_not_decided_again(approved, channel_manager):
    with pytest.raises(TransitionRefused):
        approve(approved, channel_manager)


def test_asking_stops_the_clock_and_answering_starts_it_with_what_was_left(
    own, dealer_sales, channel_manager, run_jobs
):
    due = own.review_due_at
    services.request_information(
        own.pk, actor=actor_of(channel_manager), at=timezone.now(), fields=["value"], message="Sure?"
    )
    own.refresh_from_db()
    assert own.state == State.ACTION_REQUIRED
    assert own.review_due_at is None
    left = own.review_left_seconds
    assert left > 0
    services.answer_request(own.pk, actor=actor_of(dealer_sales), at=timezone.now(), data={})
    run_jobs()
    own.refresh_from_db()
    assert own.state == State.IN_REVIEW
    assert abs((own.review_due_at - due).total_seconds()) < 120


def test_only_fields_that_exist_can_be_asked_for(own, channel_manager):
    with pytest.raises(RegistrationError):
        services.request_information(
            own.pk, actor=actor_of(channel_manager), at=timezone.now(), fields=["partner"], message=""
        )


def test_the_same_customer_moves_the_claim(own, rival, file_deal, channel_manager, run_jobs):
    doubtful = file_deal(rival, customer_name="Own Customer Water Works Group Ltd.")
    run_jobs()
    services.decide_match(
        doubtful.pk,
        actor=actor_of(channel_manager),
        at=timezone.now(),
        customer_id=own.customer_id,
        verdict="same",
    )
    doubtful.refresh_from_db()
    line = doubtful.lines.get()
    assert doubtful.customer_id == own.customer_id
    assert Claim.objects.get(registration_line=line).customer_id == own.customer_id
    assert doubtful.state == State.CONFLICT_HOLD
    assert "R06" in {hit["code"] for hit in line.verdict["hits"]}


def test_a_confirmed_name_is_known_from_then_on(own, rival, file_deal, channel_manager, run_jobs):
    brand = file_deal(rival, customer_name="Aqua Brand Services")
    run_jobs()
    services.decide_match(
        brand.pk,
        actor=actor_of(channel_manager),
        at=timezone.now(),
        customer_id=own.customer_id,
        verdict="same",
    )
    reject(brand, channel_manager)
    again = file_deal(rival, customer_name="Aqua Brand Services")
    run_jobs()
    again.refresh_from_db()
    assert again.customer_id == own.customer_id


def test_another_project_frees_the_line(rival, dealer_sales, file_deal, channel_manager, run_jobs):
    one = file_deal(dealer_sales, customer_name="Two Sites Paper Mill Ltd.", project_name="Boiler house")
    other = file_deal(rival, customer_name="Two Sites Paper Mill Ltd.", project_name="Bleaching plant")
    run_jobs()
    one.refresh_from_db()
    services.decide_match(
        other.pk,
        actor=actor_of(channel_manager),
        at=timezone.now(),
        project_id=one.project_id,
        verdict="another",
    )
    other.refresh_from_db()
    assert other.state == State.IN_REVIEW
    approve(one, channel_manager)
    approve(other, channel_manager)
    assert Claim.objects.filter(state="approved").count() == 2


def test_the_same_project_holds_it(rival, dealer_sales, file_deal, channel_manager, run_jobs):
    one = file_deal(dealer_sales, customer_name="Two Sites Paper Mill Ltd.", project_name="Boiler house")
    other = file_deal(rival, customer_name="Two Sites Paper Mill Ltd.", project_name="New boilers, phase 2")
    run_jobs()
    one.refresh_from_db()
    services.decide_match(
        other.pk,
        actor=actor_of(channel_manager),
        at=timezone.now(),
        project_id=one.project_id,
        verdict="same",
    )
    other.refresh_from_db()
    assert other.project_id == one.project_id
    assert {hit["code"] for hit in other.lines.get().verdict["hits"]} == {"R06"}


def test_notes_stay_inside(own, channel_manager, dealer_sales):
    services.add_note(own.pk, actor=actor_of(channel_manager), at=timezone.now(), text="Ask the rep first.")
    with pytest.raises(NotAllowed):
        services.add_note(own.pk, actor=actor_of(dealer_sales), at=timezone.now(), text="Hello")
    seen = [entry.type.code for entry in timeline(own, actor_of(dealer_sales))]
    assert "registration.note_added" not in seen
    assert "registration.note_added" in [
        entry.type.code for entry in timeline(own, actor_of(channel_manager))
    ]
