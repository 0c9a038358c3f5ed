"""Merging customers that claims point at: held where two protections would overlap, else everything follows."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from core.clock import wall_clock_decides
from core.ledger import facts_of
from core.ledger.models import Event
from crm.accounts import services as accounts
from crm.accounts.exceptions import UndoRefused
from crm.accounts.merging import registry
from crm.accounts.models import Account, DuplicatePair, Lifecycle, Merge, PairState
from crm.identity import Candidate
from deal_registration import services
from deal_registration.enums import ClaimState, MatchVerdict, State
from deal_registration.models import Claim, MatchDecision, Registration
from tests import factories
from tests.cast import actor_of
from tests.crm.merging_world import differences, everything

pytestmark = pytest.mark.django_db

OURS, THEIRS = "North Star Waterworks Co., Ltd.", "Big Dipper Chemicals Co., Ltd."


@pytest.fixture
def merger(administrator):
    """Who may merge, prospects too."""
    return actor_of(administrator)


@pytest.fixture
def file_and_approve(making, run_jobs):
    """File a deal and approve it; returns the registration, fresh."""

    def make(user, **changes) -> Registration:
        filed = making.file_deal(user, **changes)
        run_jobs()
        return making.approve(Registration.objects.get(pk=filed.pk))

    return make


@pytest.fixture
def filed(making, run_jobs):
    """File a deal and have it checked; returns the registration, fresh."""

    def make(user, **changes) -> Registration:
        registration = making.file_deal(user, **changes)
        run_jobs()
        return Registration.objects.get(pk=registration.pk)

    return make


def ask(survivor_pk: int, loser_pk: int, actor):
    return accounts.merge_accounts(survivor_pk, loser_pk, actor=actor, at=timezone.now())


def codes(registration: Registration) -> set[str]:
    return {hit["code"] for line in registration.lines.all() for hit in line.verdict["hits"]}


def test_two_protections_on_one_scope_are_held_for_a_ruling(
    file_and_approve, dealer_sales, rival, merger, making
):
    ours = file_and_approve(dealer_sales, customer_name=OURS)
    theirs = file_and_approve(rival, customer_name=THEIRS)
    before = everything()
    outcome = ask(ours.customer_id, theirs.customer_id, merger)
    assert outcome.merge is None
    assert "Pumps" in outcome.held
    pair = DuplicatePair.objects.get()
    assert (pair.state, pair.reason) == (PairState.HELD, outcome.held)
    assert set(differences(before, everything())) == {"accounts.duplicatepair"}
    events = Event.objects.filter(type="account.merge_held")
    assert {event.object_id for event in events} == {ours.customer_id, theirs.customer_id}
    assert "Rival" not in str([facts_of(event) for event in events])
    ask(ours.customer_id, theirs.customer_id, merger)
    assert events.count() == 2  # said once

    services.withdraw(theirs.pk, actor=actor_of(rival), at=timezone.now())
    assert ask(ours.customer_id, theirs.customer_id, merger).merge is not None
    pair.refresh_from_db()
    assert pair.state == PairState.MERGED
    assert set(Claim.objects.values_list("customer_id", flat=True)) == {ours.customer_id}


@pytest.mark.parametrize(
    ("our_project", "their_project", "is_held"),
    [
        ("", "", True),
        ("Phase 2", "", True),
        ("Phase 2", "phase 2 project", True),
        ("Phase 2", "Harbour", False),
    ],
)
def test_scopes_overlap_by_project_as_the_database_says(
    our_project, their_project, is_held, file_and_approve, dealer_sales, rival, merger
):
    ours = file_and_approve(dealer_sales, customer_name=OURS, project_name=our_project)
    theirs = file_and_approve(rival, customer_name=THEIRS, project_name=their_project)
    outcome = ask(ours.customer_id, theirs.customer_id, merger)
    assert bool(outcome.held) is is_held
    assert Claim.objects.filter(state=ClaimState.APPROVED).count() == 2


def test_protections_on_different_lines_stand_side_by_side(
    file_and_approve, dealer_sales, rival, merger, lines
):
    ours = file_and_approve(dealer_sales, customer_name=OURS, lines=[lines.pumps])
    theirs = file_and_approve(rival, customer_name=THEIRS, lines=[lines.valves])
    assert ask(ours.customer_id, theirs.customer_id, merger).merge is not None
    theirs.refresh_from_db()
    assert theirs.customer_id == ours.customer_id
    assert Claim.objects.filter(customer=ours.customer_id, state=ClaimState.APPROVED).count() == 2


def test_a_protection_whose_window_has_passed_holds_nothing(
    file_and_approve, dealer_sales, rival, merger, clock
):
    with wall_clock_decides():
        ours = file_and_approve(dealer_sales, customer_name=OURS)
        clock.shift(timedelta(days=40))
        theirs = file_and_approve(rival, customer_name=THEIRS)
        clock.shift(timedelta(days=60))  # the first ran out; nobody has looked yet
        assert ours.lines.get().state == State.APPROVED
        assert ask(ours.customer_id, theirs.customer_id, merger).merge is not None
        assert ours.lines.get().state == State.EXPIRED


def test_without_the_guard_the_database_holds_them(
    file_and_approve, dealer_sales, rival, merger, monkeypatch
):
    """Positive control: the guard away, the rule on claims still refuses, and the pair is held all the same."""
    ours = file_and_approve(dealer_sales, customer_name=OURS)
    theirs = file_and_approve(rival, customer_name=THEIRS)
    party = registry._parties["deal_registration"]
    monkeypatch.setitem(registry._parties, party.key, replace(party, hold=lambda survivor, loser, at: None))
    outcome = ask(ours.customer_id, theirs.customer_id, merger)
    assert "Two protected registrations" in outcome.held
    assert not Merge.objects.exists()
    assert DuplicatePair.objects.get().state == PairState.HELD
    assert Account.objects.filter(lifecycle=Lifecycle.MERGED).count() == 0


def test_a_pending_claim_follows_and_is_checked_against_the_protection(
    file_and_approve, filed, dealer_sales, rival, merger, run_jobs
):
    ours = file_and_approve(dealer_sales, customer_name=OURS)
    theirs = filed(rival, customer_name=THEIRS)
    assert (theirs.state, codes(theirs)) == (State.IN_REVIEW, set())
    ask(ours.customer_id, theirs.customer_id, merger)
    theirs.refresh_from_db()
    assert theirs.customer_id == ours.customer_id
    run_jobs()
    theirs.refresh_from_db()
    assert "R05" in codes(theirs)
    assert theirs.state == State.REJECTED


def test_lines_that_waited_because_of_two_accounts_are_checked_again(
    filed, dealer_sales, merger, places, run_jobs
):
    """Two accounts of one name: which is meant is doubtful until they are one."""
    made = [
        accounts.create_account(
            data={"name": OURS, "country": "CN", "territory": places.shanghai, "number": number},
            actor=merger,
            at=timezone.now(),
        )
        for number in ("A1", "A2")
    ]
    waiting = filed(dealer_sales, customer_name=OURS)
    assert "R15" in codes(waiting)
    outcome = ask(made[0].pk, made[1].pk, merger)
    run_jobs()
    assert "R15" not in codes(waiting)
    waiting.refresh_from_db()
    assert waiting.customer_id == made[0].pk
    accounts.undo_merge(outcome.merge.pk, actor=merger, at=timezone.now())
    run_jobs()
    assert "R15" in codes(waiting)


def test_a_prospect_that_claims_point_to_is_merged_into_the_account(
    filed, dealer_sales, merger, places, run_jobs, making
):
    account = accounts.create_account(
        data={"name": THEIRS, "country": "CN", "territory": places.shanghai}, actor=merger, at=timezone.now()
    )
    waiting = filed(dealer_sales, customer_name=OURS)
    prospect = waiting.customer
    assert prospect.lifecycle == Lifecycle.PROSPECT
    ask(account.pk, prospect.pk, merger)
    run_jobs()
    waiting.refresh_from_db()
    assert waiting.customer_id == account.pk
    approved = making.approve(waiting)
    assert approved.opportunity.account_id == account.pk
    prospect.refresh_from_db()
    assert prospect.lifecycle == Lifecycle.MERGED
    later = filed(dealer_sales, customer_name=OURS)  # the name typed is an alias now
    assert later.customer_id == account.pk


def test_a_draft_that_chose_the_merged_account_points_at_the_other(making, dealer_sales, merger, places):
    one, other = (factories.AccountFactory(name=name, territory=places.shanghai) for name in (OURS, THEIRS))
    draft = making.save_draft(dealer_sales, customer_name=THEIRS)
    Registration.objects.filter(pk=draft.pk).update(customer_account=other)
    ask(one.pk, other.pk, merger)
    draft.refresh_from_db()
    assert draft.customer_account_id == one.pk


def test_decisions_about_both_become_one_and_the_same_counts(filed, dealer_sales, merger, places, cast):
    one, other = (
        accounts.create_account(
            data={"name": name, "territory": places.shanghai}, actor=merger, at=timezone.now()
        )
        for name in (OURS, THEIRS)
    )
    waiting = filed(dealer_sales, customer_name="Southern Cross Works")
    for account, verdict in ((one, MatchVerdict.ANOTHER), (other, MatchVerdict.SAME)):
        factories.MatchDecisionFactory(registration=waiting, customer=account, project=None, verdict=verdict)
    before = everything()
    outcome = ask(one.pk, other.pk, merger)
    decision = MatchDecision.objects.get()
    assert (decision.customer_id, decision.verdict) == (one.pk, MatchVerdict.SAME)
    accounts.undo_merge(outcome.merge.pk, actor=merger, at=timezone.now())
    assert differences(before, everything()) == {}


def test_undo_puts_claims_and_registrations_back(file_and_approve, filed, dealer_sales, rival, merger, lines):
    ours = file_and_approve(dealer_sales, customer_name=OURS, project_name="Phase 2", lines=[lines.pumps])
    theirs = file_and_approve(rival, customer_name=THEIRS, project_name="Phase 2", lines=[lines.valves])
    filed(rival, customer_name=THEIRS, project_name="Phase 3", lines=[lines.pumps])
    before = everything()
    outcome = ask(ours.customer_id, theirs.customer_id, merger)
    assert Claim.objects.filter(customer_id=ours.customer_id).count() == 3
    accounts.undo_merge(outcome.merge.pk, actor=merger, at=timezone.now())
    assert differences(before, everything()) == {}


def test_undo_that_would_let_two_protections_overlap_is_refused(
    file_and_approve, dealer_sales, rival, merger
):
    ours = accounts.create_account(data={"name": OURS}, actor=merger, at=timezone.now())
    theirs = file_and_approve(rival, customer_name=THEIRS)
    loser = theirs.customer_id
    outcome = ask(ours.pk, loser, merger)
    blocking = file_and_approve(dealer_sales, customer_name="Southern Cross Works")
    Claim.objects.filter(registration_line__registration=blocking).update(customer_id=loser)
    before = everything()
    with pytest.raises(UndoRefused, match="Two protected registrations"):
        accounts.undo_merge(outcome.merge.pk, actor=merger, at=timezone.now())
    assert differences(before, everything()) == {}


def test_a_name_typed_by_a_dealer_stays_known_after_the_prospect_is_merged(merger, places):
    account = accounts.create_account(
        data={"name": THEIRS, "territory": places.shanghai}, actor=merger, at=timezone.now()
    )
    prospect = accounts.become_prospect(
        candidate=Candidate(OURS), territory=places.shanghai, actor=merger, at=timezone.now()
    )
    outcome = ask(account.pk, prospect.pk, merger)
    assert facts_of(Event.objects.get(type="account.merged"))["names"] == [OURS]
    assert outcome.merge.moved == {}
