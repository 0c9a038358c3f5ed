"""Disputes: who is a party, what stands still, who decides, what a ruling does, and what it never does."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from core.access.exceptions import NotAllowed
from core.ledger import timeline
from core.ledger.models import Event
from core.workflow import TransitionRefused
from deal_registration import services as registrations
from deal_registration.disputes import services
from deal_registration.disputes.concerned import may_know_of_others
from deal_registration.disputes.enums import DisputeState, Outcome, Remedy
from deal_registration.disputes.exceptions import (
    NamesSomebody,
    NotDisputable,
    NothingSaid,
    NotTheDecider,
    RulingRefused,
    TooLate,
)
from deal_registration.disputes.models import ClaimShare, ContestedLine, Decider, Dispute, Statement
from deal_registration.disputes.services.ruling import Reasons
from deal_registration.enums import ClaimState, State
from deal_registration.exceptions import InDispute
from deal_registration.models import Claim, Registration
from tests import factories
from tests.cast import actor_of, run_all_jobs

from .disputing import FREE, contest

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(making):
    """The rival protected on a scope, own refused for it."""
    return contest(making)


def approved_claims():
    return list(Claim.objects.filter(state=ClaimState.APPROVED).values_list("partner_id", flat=True))


# --- opening


def test_a_refusal_is_disputed_and_the_rival_found_by_the_claim_that_was_hit(case):
    assert case.own.state == State.REJECTED
    dispute = case.open()
    assert dispute.state == DisputeState.STATEMENTS
    assert set(dispute.parties.values_list("partner_id", "is_opener")) == {
        (case.cast.own_partner.pk, True),
        (case.cast.rival_partner.pk, False),
    }
    assert set(
        ContestedLine.objects.filter(party__dispute=dispute).values_list(
            "registration_line__registration_id", "is_subject"
        )
    ) == {(case.own.pk, True), (case.theirs.pk, False)}
    assert dispute.statements_due_at > timezone.now() + timedelta(days=4)


def test_whoever_waits_behind_nobody_is_alone(making):
    cast = making
    filed = cast.file_deal(cast.dealer_sales)
    run_all_jobs()
    registrations.reject(
        filed.pk,
        actor=actor_of(cast.channel_manager),
        at=timezone.now(),
        line_ids=[cast.lines.pumps.pk],
        reason="not_qualified",
    )
    dispute = services.open_dispute(
        filed.pk,
        actor=actor_of(cast.dealer_sales),
        at=timezone.now(),
        line_ids=[cast.lines.pumps.pk],
        text="It is qualified.",
    )
    assert dispute.parties.count() == 1


def test_a_held_line_is_disputed_and_its_promise_stops(making):
    case = contest(making, approve=False)
    assert case.own.state == State.CONFLICT_HOLD
    before = case.own.review_due_at
    assert before is not None
    case.open()
    fresh = case.fresh()
    assert fresh.own.review_due_at is None
    assert fresh.theirs.review_due_at is None  # it is contested, too
    assert fresh.own.review_left_seconds > 0


def test_what_is_contested_is_not_decided_by_a_review(making):
    case = contest(making, approve=False)
    case.open()
    for decide in (
        lambda: registrations.approve(
            case.theirs.pk, actor=case.manager, at=timezone.now(), line_ids=[case.lines[0].pk]
        ),
        lambda: registrations.reject(
            case.own.pk,
            actor=case.manager,
            at=timezone.now(),
            line_ids=[case.lines[0].pk],
            reason="duplicate",
        ),
        lambda: registrations.request_information(
            case.own.pk, actor=case.manager, at=timezone.now(), fields=["description"], message="More."
        ),
    ):
        with pytest.raises(InDispute):
            decide()


@pytest.mark.parametrize("state", ["approved", "in_review"])
def test_what_was_not_refused_is_not_disputed(making, state):
    cast = making
    filed = cast.approved if state == "approved" else cast.own
    with pytest.raises(NotDisputable):
        services.open_dispute(
            filed.pk,
            actor=actor_of(cast.dealer_sales),
            at=timezone.now(),
            line_ids=list(filed.lines.values_list("line_id", flat=True)),
            text="Why not?",
        )


def test_a_decision_is_disputed_once_and_in_time(case):
    with pytest.raises(NotDisputable):
        case.open(at=timezone.now() + timedelta(days=31))
    case.open()
    with pytest.raises(NotDisputable):
        case.open()
    assert Dispute.objects.count() == 1


def test_nobody_disputes_for_another_partner(case):
    for actor in (case.rival, actor_of(case.cast.sub_dealer)):
        with pytest.raises(Registration.DoesNotExist):
            services.open_dispute(
                case.own.pk, actor=actor, at=timezone.now(), line_ids=[case.lines[0].pk], text="Mine."
            )
    with pytest.raises(NotAllowed):
        services.open_dispute(
            case.own.pk, actor=case.manager, at=timezone.now(), line_ids=[case.lines[0].pk], text="Ours."
        )


def test_without_words_there_is_no_dispute(case):
    with pytest.raises(NothingSaid):
        case.open(text="  \n ")


def test_withdrawn_lets_everything_run_again_and_may_be_opened_anew(making):
    case = contest(making, approve=False)
    dispute = case.open()
    with pytest.raises(TransitionRefused):
        services.withdraw(dispute.pk, actor=case.rival, at=timezone.now())
    services.withdraw(dispute.pk, actor=case.dealer, at=timezone.now())
    dispute.refresh_from_db()
    assert dispute.state == DisputeState.WITHDRAWN
    assert case.fresh().own.review_due_at is not None
    assert case.open().state == DisputeState.STATEMENTS


# --- what stands still


def test_a_contested_protection_does_not_end_while_it_is_disputed_and_gets_its_own_end_back(case):
    line = case.theirs.lines.get()
    own_end = timezone.now() + timedelta(days=2)
    line.protected_until = own_end
    line.save()
    Claim.objects.filter(registration_line=line).update(ends_at=own_end)
    dispute = case.open()
    line.refresh_from_db()
    claim = Claim.objects.get(registration_line=line)
    assert line.protected_until == claim.ends_at > own_end + timedelta(days=10)
    registrations.run_clocks(at=own_end + timedelta(days=3))
    line.refresh_from_db()
    assert line.state == State.APPROVED
    services.withdraw(dispute.pk, actor=case.dealer, at=timezone.now())
    line.refresh_from_db()
    assert line.protected_until == own_end
    assert Claim.objects.get(registration_line=line).ends_at == own_end


def test_a_protection_whose_own_end_has_passed_ends_once_it_is_ruled(case, clock):
    line = case.theirs.lines.get()
    own_end = timezone.now() + timedelta(days=2)
    line.protected_until = own_end
    line.save()
    Claim.objects.filter(registration_line=line).update(ends_at=own_end)
    dispute = case.deliberated()
    clock.shift(timedelta(days=4))
    case.rule(dispute, Outcome.STANDS, "")
    registrations.run_clocks(at=timezone.now() + timedelta(minutes=1))
    line.refresh_from_db()
    assert line.state == State.EXPIRED


def test_a_dispute_that_outlasts_its_ladder_holds_the_protection_on(case, clock):
    dispute = case.open()
    line = case.theirs.lines.get()
    clock.move_to(line.protected_until - timedelta(days=1))
    services.run_clocks()
    before, line = line.protected_until, case.theirs.lines.get()
    assert line.protected_until > before
    dispute.refresh_from_db()
    assert dispute.state != DisputeState.CLOSED


# --- statements


def test_statements_are_apart(case):
    dispute = case.open()
    services.add_statement(dispute.pk, actor=case.rival, at=timezone.now(), text="Our drawing is older.")
    assert {row.text for row in Statement.objects.visible_to(case.rival)} == {"Our drawing is older."}
    assert len(Statement.objects.visible_to(case.dealer)) == 1
    assert "drawing is older" not in Statement.objects.visible_to(case.dealer).get().text
    assert Statement.objects.visible_to(case.manager).count() == 2
    assert not Statement.objects.visible_to(actor_of(case.cast.sales_rep)).exists()


def test_timeline_of_a_party_holds_nothing_of_the_other_side(case):
    dispute = case.open()
    services.add_statement(dispute.pk, actor=case.rival, at=timezone.now(), text="Our drawing is older.")
    services.say_all(dispute.pk, actor=case.rival, at=timezone.now())
    for actor, partner in ((case.dealer, case.cast.own_partner), (case.rival, case.cast.rival_partner)):
        entries = timeline(dispute, actor)
        assert entries
        assert {entry.event.partner_id for entry in entries} == {partner.pk}


def test_a_missed_deadline_never_holds_the_ladder_up(case):
    dispute = case.open()
    services.run_clocks(at=dispute.statements_due_at - timedelta(minutes=5))
    assert Event.objects.filter(type="dispute.told_reminder").count() == 1
    services.run_clocks(at=dispute.statements_due_at + timedelta(minutes=1))
    dispute.refresh_from_db()
    assert dispute.state == DisputeState.DELIBERATION
    assert dispute.rung == 0
    with pytest.raises(TooLate):
        services.add_statement(
            dispute.pk, actor=case.rival, at=timezone.now() + timedelta(days=30), text="Too late."
        )


def test_a_stranger_says_nothing(case):
    dispute = case.open()
    with pytest.raises(Dispute.DoesNotExist):
        services.add_statement(
            dispute.pk, actor=actor_of(case.cast.sub_dealer), at=timezone.now(), text="Me, too."
        )


# --- the ladder


def test_named_deciders_are_those_of_the_territory(case):
    dispute = case.deliberated()
    named = Decider.objects.filter(dispute=dispute)
    assert [row.user_id for row in named] == [case.manager.user_id]


def test_nobody_decides_who_owns_what_was_hit_heads_sales_or_made_the_decision(case):
    customer = Registration.objects.get(pk=case.own.pk).customer
    customer.owner = case.cast.channel_manager
    customer.save()
    head = case.head
    dispute = case.deliberated()
    assert dispute.rung == 1
    assert [row.user_id for row in dispute.deciders.all()] == [head.user_id]
    factories.StaffScopeFactory(user=case._head, role=factories.RoleFactory(code="sales_head", side="staff"))
    with pytest.raises(NotTheDecider):
        case.rule(dispute, by=case.head)


def test_a_member_of_a_party_never_decides(case):
    factories.MembershipFactory(
        user=case.cast.channel_manager, partner=case.cast.rival_partner, is_active=False
    )
    dispute = case.deliberated()
    assert dispute.rung is None
    assert Event.objects.filter(type="dispute.no_decider").count() == 1
    head = case.head
    services.run_clocks()
    dispute.refresh_from_db()
    assert dispute.rung == 1
    assert dispute.deciders.get().user_id == head.user_id


def test_not_decided_in_time_moves_to_the_next_rung_and_then_is_overdue_once(case):
    head = case.head
    dispute = case.deliberated()
    services.run_clocks(at=dispute.rung_due_at + timedelta(minutes=1))
    dispute.refresh_from_db()
    assert dispute.rung == 1
    assert set(dispute.deciders.filter(rung=1).values_list("user_id", flat=True)) == {head.user_id}
    with pytest.raises(NotTheDecider):
        case.rule(dispute)
    late = dispute.rung_due_at + timedelta(minutes=1)
    services.run_clocks(at=late)
    services.run_clocks(at=late + timedelta(days=1))
    assert Event.objects.filter(type="dispute.overdue").count() == 1
    case.rule(dispute, by=head)


def test_people_named_by_territory_decide(case, programme):
    version = programme.versions.get()
    version.settings = {
        "dispute_rungs": [
            {
                "users": {"cn-north": ["nobody@example.com"], "": [case.cast.channel_manager.email]},
                "business_days": 2,
            }
        ]
    }
    version.save()
    dispute = case.deliberated()
    assert dispute.deciders.get().user_id == case.manager.user_id


# --- rulings


def test_award_ends_the_losing_protection_and_protects_the_winner_by_the_one_door(case):
    dispute = case.deliberated()
    ruling = case.rule(dispute)
    run_all_jobs()
    fresh = case.fresh()
    own, theirs = fresh.own.lines.get(), fresh.theirs.lines.get()
    assert (own.state, theirs.state) == (State.APPROVED, State.SUPERSEDED)
    assert approved_claims() == [case.cast.own_partner.pk]
    assert own.decided_by_id == case.manager.user_id
    assert fresh.own.opportunity.partner_account_id == case.cast.own_partner.pk
    assert fresh.theirs.opportunity.protection_ends_at is None
    assert ruling.overturns
    dispute.refresh_from_db()
    assert dispute.state == DisputeState.RULED


def test_the_decision_stands(case):
    dispute = case.deliberated()
    ruling = case.rule(dispute, Outcome.STANDS, "")
    fresh = case.fresh()
    assert fresh.own.state == State.REJECTED
    assert fresh.theirs.state == State.APPROVED
    assert not ruling.overturns


def test_nobody_gets_it_and_the_scope_is_free(case):
    dispute = case.deliberated()
    case.rule(dispute, Outcome.NOBODY, "")
    assert approved_claims() == []
    third = case.cast.file_deal(case.cast.sub_dealer, customer_name=case.own.customer_name)
    run_all_jobs()
    third.refresh_from_db()
    assert third.state == State.IN_REVIEW


def test_split_gives_different_lines_to_different_parties(making):
    cast = making
    case = contest(cast, lines=[cast.lines.pumps, cast.lines.valves])
    dispute = case.deliberated()
    own, rival = case.party(dispute, "own"), case.party(dispute, "rival")
    plan = case.plan(dispute, Outcome.SPLIT)
    holders = {cast.lines.pumps.pk: frozenset({own.pk}), cast.lines.valves.pk: frozenset({rival.pk})}
    services.rule(
        dispute.pk,
        actor=case.manager,
        at=timezone.now(),
        plan=type(plan)(Outcome.SPLIT, holders),
        reasons=FREE,
    )
    fresh = case.fresh()
    assert dict(fresh.own.lines.values_list("line__code", "state")) == {
        "pumps": State.APPROVED,
        "valves": State.REJECTED,
    }
    assert dict(fresh.theirs.lines.values_list("line__code", "state")) == {
        "pumps": State.SUPERSEDED,
        "valves": State.APPROVED,
    }


def test_shared_keeps_one_holding_claim_with_shares_that_make_a_hundred(case):
    dispute = case.deliberated()
    for shares in ({"own": Decimal(30), "rival": Decimal(60)}, {"rival": Decimal(100)}):
        with pytest.raises(RulingRefused):
            case.rule(dispute, Outcome.SHARED, "rival", shares=shares)
    case.rule(dispute, Outcome.SHARED, "rival", shares={"own": Decimal(30), "rival": Decimal(70)})
    claim = Claim.objects.get(state=ClaimState.APPROVED)
    assert claim.partner_id == case.cast.rival_partner.pk
    assert {row.party.partner_id: row.percent for row in ClaimShare.objects.filter(claim=claim)} == {
        case.cast.own_partner.pk: Decimal(30),
        case.cast.rival_partner.pk: Decimal(70),
    }


def test_a_held_line_is_given_and_the_earlier_one_is_over(making):
    case = contest(making, approve=False)
    dispute = case.deliberated()
    case.rule(dispute)
    run_all_jobs()
    fresh = case.fresh()
    assert (fresh.own.state, fresh.theirs.state) == (State.APPROVED, State.SUPERSEDED)


def test_each_party_is_told_its_own_result(case):
    dispute = case.deliberated()
    reasons = Reasons(FREE.text, FREE.codes, "", Remedy.PRIORITY, "The next filing in the region goes first.")
    case.rule(dispute, reasons=reasons)
    told = {
        event.partner_id: {
            name: value for facts in event.fact_sets.all() for name, (value, _salt) in facts.facts.items()
        }
        for event in Event.objects.filter(type="dispute.told_ruling")
    }
    own, rival = told[case.cast.own_partner.pk], told[case.cast.rival_partner.pk]
    assert own["result"] == "granted"
    assert "remedy" not in own
    assert (rival["result"], rival["remedy"]) == ("ended", Remedy.PRIORITY)


@pytest.mark.parametrize(
    "text",
    [
        "Rival Trading Co., Ltd. was later.",
        "ＲＩＶＡＬ trading had it.",
        "Ask rival@ about it: Rival  Trading.",
        "Own Machinery was first.",
    ],
)
def test_reasons_that_name_a_party_are_refused(case, text):
    dispute = case.deliberated()
    with pytest.raises(NamesSomebody):
        case.rule(dispute, reasons=Reasons(text, FREE.codes))
    dispute.refresh_from_db()
    assert dispute.state == DisputeState.DELIBERATION


def test_only_who_is_named_rules_and_once(case):
    dispute = case.deliberated()
    with pytest.raises(NotTheDecider):
        case.rule(dispute, by=case.head)
    with pytest.raises(Dispute.DoesNotExist):
        case.rule(dispute, by=actor_of(case.cast.other_channel_manager))
    with pytest.raises(NotAllowed):
        case.rule(dispute, by=case.dealer)
    case.rule(dispute)
    with pytest.raises((TransitionRefused, NotTheDecider)):
        case.rule(dispute)


def test_a_third_partner_protected_meanwhile_is_heard_before_anything_is_given(making):
    cast = making
    filed = cast.file_deal(cast.dealer_sales, customer_name="Lonely Works Ltd.")
    run_all_jobs()
    registrations.reject(
        filed.pk,
        actor=actor_of(cast.channel_manager),
        at=timezone.now(),
        line_ids=[cast.lines.pumps.pk],
        reason="not_qualified",
    )
    head = cast.make_staff("channel_head", "channel_head")
    dispute = services.open_dispute(
        filed.pk,
        actor=actor_of(cast.dealer_sales),
        at=timezone.now(),
        line_ids=[cast.lines.pumps.pk],
        text="It is qualified.",
    )
    services.say_all(dispute.pk, actor=actor_of(cast.dealer_sales), at=timezone.now())
    third = cast.file_deal(cast.rival, customer_name="Lonely Works Ltd.")
    run_all_jobs()
    cast.approve(third)
    party = dispute.parties.get()
    plan_of = {cast.lines.pumps.pk: frozenset({party.pk})}
    from deal_registration.disputes.exceptions import NewcomerFirst
    from deal_registration.disputes.plans import Plan

    with pytest.raises(NewcomerFirst):
        services.rule(
            dispute.pk,
            actor=actor_of(head),
            at=timezone.now(),
            plan=Plan(Outcome.AWARD, plan_of),
            reasons=FREE,
        )
    assert services.run_clocks()["joined"] == 1
    dispute.refresh_from_db()
    assert dispute.state == DisputeState.STATEMENTS
    assert dispute.parties.count() == 2


def test_whoever_decided_the_disputed_thing_does_not_judge_it(making):
    cast = making
    filed = cast.own
    registrations.reject(
        filed.pk,
        actor=actor_of(cast.channel_manager),
        at=timezone.now(),
        line_ids=[cast.lines.pumps.pk],
        reason="not_qualified",
    )
    dispute = services.open_dispute(
        filed.pk,
        actor=actor_of(cast.dealer_sales),
        at=timezone.now(),
        line_ids=[cast.lines.pumps.pk],
        text="It is qualified.",
    )
    services.say_all(dispute.pk, actor=actor_of(cast.dealer_sales), at=timezone.now())
    dispute.refresh_from_db()
    assert dispute.rung is None


# --- appeal, acceptance


def test_one_appeal_to_a_higher_rung_may_turn_it_round(case):
    head = case.head
    dispute = case.deliberated()
    case.rule(dispute)
    run_all_jobs()
    dispute.refresh_from_db()
    assert dispute.appeal_until > timezone.now()
    with pytest.raises(NothingSaid):
        services.appeal(dispute.pk, actor=case.rival, at=timezone.now(), text="No!")
    services.appeal(
        dispute.pk,
        actor=case.rival,
        at=timezone.now(),
        text="We found the buyer's letter of March, which names us and the project.",
    )
    dispute.refresh_from_db()
    assert (dispute.state, dispute.rung) == (DisputeState.APPEALED, 1)
    with pytest.raises(NotTheDecider):
        case.rule(dispute, holder="rival")
    with pytest.raises(RulingRefused):
        case.rule(dispute, holder="rival", by=head)  # the others may still answer
    for actor in (case.dealer, case.rival):
        services.say_all(dispute.pk, actor=actor, at=timezone.now())
    ruling = case.rule(dispute, holder="rival", by=head)
    assert ruling.number == 2
    assert not ruling.overturns
    dispute.refresh_from_db()
    assert dispute.state == DisputeState.CLOSED
    assert approved_claims() == [case.cast.rival_partner.pk]
    with pytest.raises(TransitionRefused):
        services.appeal(dispute.pk, actor=case.dealer, at=timezone.now(), text="x" * 50)


def test_no_appeal_where_nobody_stands_higher(case):
    dispute = case.deliberated()
    case.rule(dispute)
    dispute.refresh_from_db()
    assert dispute.appeal_until is None
    with pytest.raises(TooLate):
        services.appeal(dispute.pk, actor=case.rival, at=timezone.now(), text="x" * 50)
    services.run_clocks()
    dispute.refresh_from_db()
    assert dispute.state == DisputeState.CLOSED


def test_accepted_by_all_or_in_time_it_is_closed(case):
    assert case.head
    dispute = case.deliberated()
    case.rule(dispute)
    services.accept(dispute.pk, actor=case.dealer, at=timezone.now())
    with pytest.raises(TransitionRefused):
        services.accept(dispute.pk, actor=case.dealer, at=timezone.now())
    dispute.refresh_from_db()
    assert dispute.state == DisputeState.RULED
    services.accept(dispute.pk, actor=case.rival, at=timezone.now())
    dispute.refresh_from_db()
    assert dispute.state == DisputeState.CLOSED


# --- what the opener may know


def test_a_programme_that_tells_nothing_does_not_tell_of_another_side(case, programme):
    lines = list(case.own.lines.all())
    assert may_know_of_others(case.own, lines)
    version = programme.versions.get()
    version.settings = {"disclosure": "nothing"}
    version.save()
    assert not may_know_of_others(case.own, lines)
    version.settings = {"undisclosed_codes": ["R05"]}
    version.save()
    assert not may_know_of_others(case.own, lines)
