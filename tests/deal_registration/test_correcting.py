"""Revoking a protection, and taking back a decision that was a mistake."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.access.exceptions import NotAllowed
from core.ledger import timeline
from core.workflow import TransitionRefused
from deal_registration import services
from deal_registration.enums import ClaimState, RevocationReason, State
from deal_registration.exceptions import CannotRevert, MayNotDecide, NothingChosen, RegistrationError
from deal_registration.models import Claim, InformationRequest, Registration
from deal_registration.story import readable
from tests.cast import actor_of

pytestmark = pytest.mark.django_db
TEXT = "The customer told us that nobody has spoken to them."


def revoke(registration, user, **options):
    """Revoke every line of a registration."""
    options = {"reason": RevocationReason.MISSTATED, "text": TEXT, **options}
    line_ids = list(registration.lines.values_list("line_id", flat=True))
    return services.revoke(
        registration.pk, actor=actor_of(user), at=timezone.now(), line_ids=line_ids, **options
    )


def revert(registration, user, reason="Decided on the wrong file."):
    """Take the decision on every line back."""
    line_ids = list(registration.lines.values_list("line_id", flat=True))
    return services.revert(
        registration.pk, actor=actor_of(user), at=timezone.now(), line_ids=line_ids, reason=reason
    )


def reject(registration, user):
    """Reject every line."""
    line_ids = list(registration.lines.values_list("line_id", flat=True))
    services.reject(
        registration.pk, actor=actor_of(user), at=timezone.now(), line_ids=line_ids, reason="not_qualified"
    )
    registration.refresh_from_db()


def test_revoked_the_scope_is_free_at_once_and_the_opportunity_loses_its_flags(
    approved, channel_manager, rival, file_deal, run_jobs
):
    revoke(approved, channel_manager)
    approved.refresh_from_db()
    line = approved.lines.get()
    assert (approved.state, line.revocation_reason, line.reason_text) == (
        State.REVOKED,
        RevocationReason.MISSTATED,
        TEXT,
    )
    assert approved.opportunity.protection_ends_at is None
    assert Claim.objects.get().state == ClaimState.ENDED
    second = file_deal(rival, customer_name=approved.customer_name)
    run_jobs()
    second.refresh_from_db()
    assert second.state == State.IN_REVIEW


def test_what_was_held_behind_it_is_checked_again(approved, channel_manager, rival, file_deal, run_jobs):
    doubtful = file_deal(rival, customer_name="Own Custmer Waterworks")
    run_jobs()
    doubtful.refresh_from_db()
    assert doubtful.state == State.CONFLICT_HOLD
    revoke(approved, channel_manager)
    run_jobs()
    doubtful.refresh_from_db()
    assert doubtful.state == State.IN_REVIEW


def test_its_dealer_reads_reason_and_explanation_and_no_name_of_the_staff(
    approved, channel_manager, dealer_sales
):
    revoke(approved, channel_manager)
    actor = actor_of(dealer_sales)
    (entry,) = [e for e in readable(timeline(approved, actor), actor) if e.event.type.endswith("revoked")]
    assert dict(entry.facts)["Explanation"] == TEXT
    assert dict(entry.facts)["Reason"] == "What was filed is not so"
    assert "Channel Manager" not in entry.by


def test_revoking_needs_a_reason_a_text_and_somebody_who_decides(
    approved, channel_manager, other_channel_manager, dealer_sales, administrator
):
    with pytest.raises(RegistrationError):
        revoke(approved, channel_manager, reason="because")
    with pytest.raises(RegistrationError):
        revoke(approved, channel_manager, text=" ")
    for nobody in (dealer_sales, administrator):
        with pytest.raises(NotAllowed):
            revoke(approved, nobody)
    with pytest.raises(Registration.DoesNotExist):
        revoke(approved, other_channel_manager)
    assert approved.lines.get().state == State.APPROVED


def test_who_owns_the_account_does_not_revoke(approved, channel_manager):
    approved.customer.owner = channel_manager
    approved.customer.save()
    with pytest.raises(MayNotDecide):
        revoke(approved, channel_manager)


def test_what_is_not_protected_is_not_revoked(own, channel_manager):
    with pytest.raises(TransitionRefused):
        revoke(own, channel_manager)


def test_what_has_run_out_is_expired_and_not_revoked(approved, channel_manager, clock):
    clock.move_to(approved.lines.get().protected_until + timedelta(seconds=1))
    with pytest.raises(TransitionRefused):
        revoke(approved, channel_manager)


def test_a_rejection_is_taken_back_to_review_at_the_place_it_had(own, channel_manager, administrator):
    place = own.lines.get().sequence_number
    reject(own, channel_manager)
    revert(own, administrator)
    own.refresh_from_db()
    line = own.lines.get()
    assert (own.state, line.sequence_number, line.reason, line.decided_at) == (
        State.IN_REVIEW,
        place,
        "",
        None,
    )
    assert own.review_due_at is not None
    assert Claim.objects.get().state == ClaimState.PENDING
    assert Claim.objects.get().ends_at is None


def test_an_approval_is_taken_back_and_protects_nothing_any_more(approved, administrator):
    revert(approved, administrator)
    approved.refresh_from_db()
    assert approved.state == State.IN_REVIEW
    assert approved.lines.get().protected_until is None
    assert approved.opportunity.protection_ends_at is None
    assert Claim.objects.get().state == ClaimState.PENDING


def test_a_revocation_is_taken_back_and_can_be_approved_again(
    approved, channel_manager, administrator, making
):
    revoke(approved, channel_manager)
    revert(approved, administrator)
    making.approve(approved)
    assert approved.state == State.APPROVED


def test_a_request_that_lapsed_is_taken_back_a_withdrawal_is_not(
    own, channel_manager, administrator, dealer_sales
):
    services.request_information(
        own.pk, actor=actor_of(channel_manager), at=timezone.now(), fields=["value"], message="Sure?"
    )
    services.run_clocks(at=InformationRequest.objects.get().due_at)
    revert(own, administrator)
    own.refresh_from_db()
    assert own.state == State.IN_REVIEW
    services.withdraw(own.pk, actor=actor_of(dealer_sales), at=timezone.now())
    with pytest.raises(CannotRevert):
        revert(own, administrator)


def test_it_cannot_be_taken_back_once_a_rival_is_protected(
    own, channel_manager, administrator, rival, file_deal, run_jobs, making
):
    reject(own, channel_manager)
    making.approve(_filed(file_deal, rival, own.customer_name, run_jobs))
    with pytest.raises(CannotRevert, match="another partner"):
        revert(own, administrator)
    assert own.lines.get().state == State.REJECTED


def test_it_cannot_be_taken_back_once_the_same_dealer_has_filed_again(
    own, channel_manager, administrator, dealer_sales, file_deal, run_jobs
):
    reject(own, channel_manager)
    _filed(file_deal, dealer_sales, own.customer_name, run_jobs)
    with pytest.raises(CannotRevert, match="same partner"):
        revert(own, administrator)


def test_a_rival_who_waits_is_held_behind_it_again(
    own, channel_manager, administrator, rival, file_deal, run_jobs, making
):
    reject(own, channel_manager)
    second = _filed(file_deal, rival, own.customer_name, run_jobs)
    revert(own, administrator)
    with pytest.raises(RegistrationError):
        making.approve(second)


def test_only_who_corrects_mistakes_does(own, channel_manager, dealer_sales, administrator):
    reject(own, channel_manager)
    for nobody in (channel_manager, dealer_sales):
        with pytest.raises(NotAllowed):
            revert(own, nobody)
    with pytest.raises(RegistrationError):
        revert(own, administrator, reason=" ")
    with pytest.raises(NothingChosen):
        services.revert(own.pk, actor=actor_of(administrator), at=timezone.now(), line_ids=[], reason="x")


def test_what_waits_has_nothing_to_take_back(own, administrator):
    with pytest.raises(TransitionRefused):
        revert(own, administrator)


def _filed(file_deal, user, customer_name: str, run_jobs):
    """Return a screened registration of a customer."""
    filed = file_deal(user, customer_name=customer_name)
    run_jobs()
    filed.refresh_from_db()
    return filed
