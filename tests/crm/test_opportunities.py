"""Opportunities: direct ones, those that came by a partner, who gets them, and their end."""

from datetime import timedelta

import pytest
from django.utils import timezone
from djmoney.money import Money

from core.access.actor import system_actor
from core.access.exceptions import NotAllowed
from core.ledger.models import Event
from core.workflow import TransitionRefused
from crm.opportunities import selectors, services
from crm.opportunities.defaults import ensure_stages
from crm.opportunities.enums import OpportunityState
from crm.opportunities.exceptions import OpportunityError
from crm.opportunities.models import Opportunity, Stage
from tests.cast import actor_of
from tests.factories import AccountFactory, ProjectFactory

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("decision")


@pytest.fixture(autouse=True)
def _stages(db):
    ensure_stages()


@pytest.fixture
def customer(places):
    return AccountFactory(name="Huaxing Pumps", territory=places.shanghai)


@pytest.fixture
def direct(rep, customer, places, lines):
    return services.create_direct(
        data={
            "account": customer,
            "name": "New pump house",
            "value": Money(1000, "CNY"),
            "territory": places.shanghai,
        },
        line_ids=[lines.pumps.pk],
        actor=rep,
        at=timezone.now(),
    )


@pytest.fixture
def register(customer, places, lines, own_partner):
    def make(*, line_ids=None, days=90, source="registration 7KQ2-M9XR-T4HD", partner=own_partner, **fields):
        return services.open_registered(
            account=customer,
            project=None,
            name="Registered deal",
            value=Money(5000, "CNY"),
            territory=places.shanghai,
            line_ids=line_ids or [lines.pumps.pk],
            partner_account_id=partner.pk,
            source=source,
            protection_ends_at=timezone.now() + timedelta(days=days),
            actor=SYSTEM,
            at=timezone.now(),
            **fields,
        )

    return make


def test_direct_opportunity_begins_in_the_first_stage_with_its_owner(direct, rep, lines):
    assert direct.stage == Stage.objects.order_by("order").first()
    assert direct.owner_id == rep.user_id
    assert [row.line_id for row in direct.lines.all()] == [lines.pumps.pk]
    assert Event.objects.order_by("-pk").first().type == "opportunity.created"
    assert direct in Opportunity.objects.visible_to(rep)


def test_direct_opportunity_outside_the_scope_is_refused(rep, customer, places, lines):
    with pytest.raises(NotAllowed):
        services.create_direct(
            data={"account": customer, "name": "x", "value": Money(1, "CNY"), "territory": places.germany},
            line_ids=[lines.pumps.pk],
            actor=rep,
            at=timezone.now(),
        )
    assert not Opportunity.objects.exists()


def test_project_of_another_customer_is_refused(direct, rep):
    with pytest.raises(OpportunityError):
        services.update_opportunity(
            direct.pk, data={"project": ProjectFactory()}, actor=rep, at=timezone.now()
        )


def test_update_changes_fields_and_lines_in_one_event(direct, rep, lines):
    services.update_opportunity(
        direct.pk,
        data={"value": Money(2000, "EUR")},
        line_ids=[lines.valves.pk],
        actor=rep,
        at=timezone.now(),
    )
    changed = Opportunity.objects.get(pk=direct.pk)
    assert changed.value == Money(2000, "EUR")
    assert [row.line_id for row in changed.lines.all()] == [lines.valves.pk]
    before = Event.objects.count()
    services.update_opportunity(
        direct.pk,
        data={"value": Money(2000, "EUR")},
        line_ids=[lines.valves.pk],
        actor=rep,
        at=timezone.now(),
    )
    assert Event.objects.count() == before


def test_stage_moves_while_open_only(direct, rep):
    offer = Stage.objects.get(code="offer")
    services.move_stage(direct.pk, stage_pk=offer.pk, actor=rep, at=timezone.now())
    assert Opportunity.objects.get(pk=direct.pk).stage == offer
    services.win(direct.pk, actor=rep, at=timezone.now())
    with pytest.raises(TransitionRefused):
        services.move_stage(direct.pk, stage_pk=offer.pk, actor=rep, at=timezone.now())


def test_lost_is_remembered_with_its_reason_and_can_be_opened_again(direct, rep):
    services.lose(direct.pk, reason="Price", actor=rep, at=timezone.now())
    lost = Opportunity.objects.get(pk=direct.pk)
    assert (lost.state, lost.close_reason, lost.closed_at is None) == ("lost", "Price", False)
    with pytest.raises(TransitionRefused):
        services.win(direct.pk, actor=rep, at=timezone.now())
    services.reopen(direct.pk, actor=rep, at=timezone.now())
    assert Opportunity.objects.get(pk=direct.pk).state == OpportunityState.OPEN


def test_dealer_may_not_work_on_an_opportunity(register, dealer_manager):
    opportunity = register()
    dealer = actor_of(dealer_manager)
    assert opportunity in Opportunity.objects.visible_to(dealer)
    with pytest.raises(NotAllowed):
        services.win(opportunity.pk, actor=dealer, at=timezone.now())


def test_registered_opportunity_carries_partner_and_protection(register, own_partner, sales_rep, lines):
    opportunity = register()
    assert opportunity.partner_account_id == own_partner.pk
    assert opportunity.owner_id == sales_rep.pk
    again = register(line_ids=[lines.valves.pk], days=120)
    assert again.pk == opportunity.pk
    assert {row.line_id for row in again.lines.all()} == {lines.pumps.pk, lines.valves.pk}
    assert again.protection_ends_at > opportunity.protection_ends_at
    shorter = register(days=10)
    assert shorter.protection_ends_at == again.protection_ends_at


def test_same_source_of_another_partner_is_another_opportunity(register, rival_partner):
    assert register().pk != register(partner=rival_partner).pk


def test_end_of_protection_takes_the_flag_and_keeps_the_partner(register, own_partner):
    opportunity = register()
    services.end_protection(opportunity.pk, actor=SYSTEM, at=timezone.now(), reason="expired")
    ended = Opportunity.objects.get(pk=opportunity.pk)
    assert ended.protection_ends_at is None
    assert ended.partner_account_id == own_partner.pk
    before = Event.objects.count()
    services.end_protection(opportunity.pk, actor=SYSTEM, at=timezone.now())
    assert Event.objects.count() == before


def test_outcome_of_the_registration_closes_the_opportunity_once(register, dealer_manager):
    opportunity = register()
    dealer = actor_of(dealer_manager)
    services.set_outcome(opportunity.pk, state="won", actor=dealer, at=timezone.now())
    services.set_outcome(opportunity.pk, state="lost", actor=dealer, at=timezone.now())
    closed = Opportunity.objects.get(pk=opportunity.pk)
    assert (closed.state, closed.protection_ends_at) == ("won", None)


def test_owner_is_whose_scope_is_narrowest(places, lines, make_staff):
    everywhere = make_staff("everywhere", "sales_head")
    assert selectors.owner_for(places.shanghai, [lines.pumps.pk]) == everywhere.pk
    east = make_staff("east", "sales_rep", places.east)
    assert selectors.owner_for(places.shanghai, [lines.pumps.pk]) == east.pk
    pumps = make_staff("pumps", "sales_rep", places.east, [lines.pumps])
    assert selectors.owner_for(places.shanghai, [lines.pumps.pk]) == pumps.pk
    assert selectors.owner_for(places.shanghai, [lines.valves.pk]) == east.pk
    make_staff("manager", "channel_manager", places.shanghai)
    assert selectors.owner_for(places.germany, [lines.pumps.pk]) == everywhere.pk
    everywhere.is_active = False
    everywhere.save()
    assert selectors.owner_for(places.germany, [lines.pumps.pk]) is None


def test_open_direct_opportunities_on_a_scope(direct, register, customer, lines):
    register()
    now = timezone.now()
    since = now - timedelta(days=90)

    def found(line, **changes):
        window = {"before": now, "active_since": since} | changes
        return list(selectors.open_direct_on([customer.pk], line.pk, **window))

    assert found(lines.pumps) == []
    Opportunity.objects.filter(pk=direct.pk).update(last_activity_at=now)
    assert found(lines.pumps) == [direct]
    assert found(lines.valves) == []
    assert found(lines.pumps, before=direct.created_at) == []


def test_funnel_counts_what_is_open(direct, register, rep):
    register()
    services.win(register(source="registration X").pk, actor=SYSTEM, at=timezone.now())
    steps = selectors.funnel(Opportunity.objects.visible_to(rep))
    assert [step.count for step in steps] == [2, 0, 0, 0, 0]
    assert steps[0].values == {"CNY": 6000}


def test_share_opens_an_opportunity(direct, rep, make_staff, places):
    colleague = make_staff("colleague", "sales_rep", places.germany)
    share = services.share_opportunity(
        direct.pk,
        user_pk=colleague.pk,
        can_write=False,
        ends_on=timezone.localdate(),
        actor=rep,
        at=timezone.now(),
    )
    theirs = actor_of(colleague)
    assert direct in Opportunity.objects.visible_to(theirs)
    with pytest.raises(NotAllowed):
        services.win(direct.pk, actor=theirs, at=timezone.now())
    services.unshare_opportunity(share.pk, actor=rep, at=timezone.now())
    assert direct not in Opportunity.objects.visible_to(theirs)
