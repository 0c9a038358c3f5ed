"""More time for a protection: who may ask when, what stays open meanwhile, granted, declined, void."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.access.exceptions import NotAllowed
from core.ledger.models import Event
from deal_registration import services
from deal_registration.enums import ClaimState, ExtensionState, State
from deal_registration.exceptions import (
    ActivityMissing,
    CannotExtend,
    MayNotDecide,
    NothingChosen,
    RegistrationError,
)
from deal_registration.models import Claim, ExtensionRequest, Registration
from partners.models import ProgrammeVersion
from tests.cast import actor_of

pytestmark = pytest.mark.django_db
NOTE = "The customer asked for a second offer on Monday."


def set_terms(**terms) -> None:
    """Change what the programme says."""
    for version in ProgrammeVersion.objects.all():
        version.settings = {**version.settings, **terms}
        version.save()


def ask(registration, user, **options):
    """Ask for more time, saying what happened."""
    return services.ask_extension(
        registration.pk, actor=actor_of(user), at=timezone.now(), **{"note": NOTE, **options}
    )


@pytest.fixture
def near_end(approved, clock):
    """``approved``, ten days before its protection ends."""
    clock.move_to(approved.lines.get().protected_until - timedelta(days=10))
    return approved


@pytest.fixture
def asked(near_end, dealer_sales):
    """``near_end``, for which more time is asked."""
    ask(near_end, dealer_sales)
    near_end.refresh_from_db()
    return near_end


def test_asked_in_time_it_waits_for_a_decision_and_the_window_stays_open(near_end, dealer_sales):
    end = near_end.lines.get().protected_until
    ask(near_end, dealer_sales)
    near_end.refresh_from_db()
    request = ExtensionRequest.objects.get()
    assert (request.state, request.ends_before) == (ExtensionState.ASKED, end)
    assert request.ends_after == end + timedelta(days=30)
    assert near_end.lines.get().protected_until == Claim.objects.get().ends_at == request.ends_after
    assert near_end.extension_due_at == request.due_at
    assert (
        near_end.opportunity.protection_ends_at == end
    )  # the CRM core follows the decision, not the question
    assert services.run_clocks(at=end + timedelta(days=1))["expired"] == 0


def test_a_rival_who_files_after_the_old_end_meets_the_open_window_and_its_true_date(
    asked, rival, file_deal, run_jobs, clock
):
    request = ExtensionRequest.objects.get()
    clock.move_to(request.ends_before + timedelta(hours=1))
    second = file_deal(rival, customer_name=asked.customer_name, at=timezone.now())
    run_jobs()
    line = second.lines.get()
    assert line.state == State.REJECTED
    assert line.verdict["release_at"] == request.ends_after.isoformat()


def test_granted_the_longer_window_stays(asked, channel_manager):
    request = ExtensionRequest.objects.get()
    services.grant_extension(asked.pk, actor=actor_of(channel_manager), at=timezone.now())
    asked.refresh_from_db()
    request.refresh_from_db()
    assert request.state == ExtensionState.GRANTED
    assert asked.lines.get().protected_until == request.ends_after
    assert asked.extension_due_at is None
    assert asked.opportunity.protection_ends_at == request.ends_after
    assert services.run_clocks(at=request.ends_after)["expired"] == 1


def test_declined_in_time_the_old_end_is_back(asked, channel_manager):
    request = ExtensionRequest.objects.get()
    services.decline_extension(
        asked.pk, actor=actor_of(channel_manager), at=timezone.now(), reason="No progress since spring."
    )
    asked.refresh_from_db()
    assert asked.state == State.APPROVED
    assert asked.lines.get().protected_until == Claim.objects.get().ends_at == request.ends_before
    assert asked.extension_due_at is None
    assert services.run_clocks(at=request.ends_before)["expired"] == 1


def test_declined_after_the_old_end_it_ends_at_once_and_not_in_the_past(
    asked, channel_manager, clock, run_jobs
):
    request = ExtensionRequest.objects.get()
    clock.move_to(request.ends_before + timedelta(days=2))
    services.decline_extension(
        asked.pk, actor=actor_of(channel_manager), at=timezone.now(), reason="No progress."
    )
    run_jobs()
    asked.refresh_from_db()
    claim = Claim.objects.get()
    assert asked.state == State.EXPIRED
    assert claim.state == ClaimState.ENDED
    assert claim.ends_at >= request.ends_before + timedelta(days=2)
    assert asked.opportunity.protection_ends_at is None


def test_undecided_at_the_end_of_the_longer_window_it_is_void(asked):
    request = ExtensionRequest.objects.get()
    services.run_clocks(at=request.ends_after)
    asked.refresh_from_db()
    request.refresh_from_db()
    assert asked.state == State.EXPIRED
    assert request.state == ExtensionState.VOID
    assert asked.extension_due_at is None


@pytest.mark.parametrize("close", ["won", "withdrawn"])
def test_a_deal_that_ends_otherwise_makes_the_request_void(asked, dealer_sales, close):
    act = {"won": services.mark_won, "withdrawn": services.withdraw}[close]
    act(asked.pk, actor=actor_of(dealer_sales), at=timezone.now())
    asked.refresh_from_db()
    assert ExtensionRequest.objects.get().state == ExtensionState.VOID
    assert asked.extension_due_at is None


def test_it_is_asked_once_then_not_again(asked, dealer_sales, channel_manager, clock):
    with pytest.raises(CannotExtend) as refusal:
        ask(asked, dealer_sales)
    assert refusal.value.asked
    services.grant_extension(asked.pk, actor=actor_of(channel_manager), at=timezone.now())
    clock.move_to(asked.lines.get().protected_until - timedelta(days=3))
    with pytest.raises(CannotExtend, match="cannot be extended again"):
        ask(asked, dealer_sales)


def test_a_programme_may_allow_two(asked, dealer_sales, channel_manager, clock):
    set_terms(extensions_allowed=2)
    services.grant_extension(asked.pk, actor=actor_of(channel_manager), at=timezone.now())
    clock.move_to(asked.lines.get().protected_until - timedelta(days=3))
    ask(asked, dealer_sales)
    assert ExtensionRequest.objects.count() == 2


def test_it_is_too_early_long_before_the_end(approved, dealer_sales):
    with pytest.raises(CannotExtend, match="last 30 days"):
        ask(approved, dealer_sales)


def test_at_the_instant_of_the_end_it_is_too_late_and_the_protection_has_expired(
    approved, dealer_sales, clock
):
    clock.move_to(approved.lines.get().protected_until)
    with pytest.raises(CannotExtend):
        ask(approved, dealer_sales)
    assert ExtensionRequest.objects.count() == 0


def test_without_recent_activity_it_has_to_be_said_what_happened(near_end, dealer_sales):
    with pytest.raises(ActivityMissing):
        ask(near_end, dealer_sales, note=" ")


def test_activity_on_the_opportunity_counts_and_a_generous_programme_grants_by_rule(near_end, dealer_sales):
    set_terms(extension_auto=True)
    opportunity = near_end.opportunity
    opportunity.last_activity_at = timezone.now() - timedelta(days=3)
    opportunity.save()
    ask(near_end, dealer_sales, note="")
    request = ExtensionRequest.objects.get()
    near_end.refresh_from_db()
    assert (request.state, request.decided_by) == (ExtensionState.GRANTED, None)
    assert near_end.extension_due_at is None
    assert near_end.opportunity.protection_ends_at == request.ends_after
    assert Event.objects.filter(type="registration.extended", actor_system="extension").count() == 1


def test_old_activity_is_not_enough_for_the_rule(near_end, dealer_sales):
    set_terms(extension_auto=True)
    ask(near_end, dealer_sales)
    assert ExtensionRequest.objects.get().state == ExtensionState.ASKED


def test_only_its_own_dealer_asks_and_only_who_decides_decides(
    near_end, rival, channel_manager, dealer_sales, other_channel_manager
):
    with pytest.raises(Registration.DoesNotExist):
        ask(near_end, rival)
    with pytest.raises(NotAllowed):
        ask(near_end, channel_manager)
    ask(near_end, dealer_sales)
    for decide in (services.grant_extension,):
        with pytest.raises(NotAllowed):
            decide(near_end.pk, actor=actor_of(dealer_sales), at=timezone.now())
        with pytest.raises(Registration.DoesNotExist):
            decide(near_end.pk, actor=actor_of(other_channel_manager), at=timezone.now())


def test_who_owns_the_account_does_not_decide(asked, channel_manager):
    asked.customer.owner = channel_manager
    asked.customer.save()
    with pytest.raises(MayNotDecide):
        services.grant_extension(asked.pk, actor=actor_of(channel_manager), at=timezone.now())


def test_declining_needs_a_reason_and_deciding_something_undecided(asked, channel_manager):
    actor = actor_of(channel_manager)
    with pytest.raises(RegistrationError):
        services.decline_extension(asked.pk, actor=actor, at=timezone.now(), reason=" ")
    services.grant_extension(asked.pk, actor=actor, at=timezone.now())
    with pytest.raises(NothingChosen):
        services.grant_extension(asked.pk, actor=actor, at=timezone.now())


def test_one_line_may_be_granted_and_another_declined(
    file_deal, dealer_sales, lines, run_jobs, making, channel_manager, clock
):
    filed = file_deal(dealer_sales, lines=[lines.pumps, lines.valves])
    run_jobs()
    making.approve(filed)
    clock.move_to(filed.lines.first().protected_until - timedelta(days=10))
    ask(filed, dealer_sales)
    actor = actor_of(channel_manager)
    services.grant_extension(filed.pk, actor=actor, at=timezone.now(), line_ids=[lines.pumps.pk])
    filed.refresh_from_db()
    assert filed.extension_due_at is not None
    services.decline_extension(
        filed.pk, actor=actor, at=timezone.now(), line_ids=[lines.valves.pk], reason="Not for valves."
    )
    filed.refresh_from_db()
    ends = dict(filed.lines.values_list("line__code", "protected_until"))
    assert ends["pumps"] - ends["valves"] == timedelta(days=30)
    assert filed.opportunity.protection_ends_at == ends["pumps"]


def test_its_own_promise_is_noticed_and_escalated(asked):
    due = asked.extension_due_at
    asked_at = ExtensionRequest.objects.get().asked_at
    assert services.run_clocks(at=asked_at)["extension_promises"] == 0
    services.run_clocks(at=due - timedelta(seconds=1))
    services.run_clocks(at=due + timedelta(seconds=1))
    services.run_clocks(at=due + timedelta(days=10))
    services.run_clocks(at=due + timedelta(days=11))
    for event in ("promise_at_risk", "promise_missed", "escalated"):
        assert Event.objects.filter(type=f"registration.{event}").count() == 1


def test_no_reminder_while_it_is_undecided(asked):
    end = ExtensionRequest.objects.get().ends_after
    assert services.run_clocks(at=end - timedelta(days=7))["reminded"] == 0


def test_reminders_come_again_after_it_was_granted(asked, channel_manager):
    services.grant_extension(asked.pk, actor=actor_of(channel_manager), at=timezone.now())
    end = asked.lines.get().protected_until
    assert services.run_clocks(at=end - timedelta(days=7))["reminded"] == 1
