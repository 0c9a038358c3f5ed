"""Pre-checks through the services: what is told and never told, what is spent, who sees it, how probing is met."""

import statistics
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.access.actor import system_actor
from core.access.exceptions import NotAllowed
from core.jobs.idempotency import KeyReused
from core.jobs.models import Job
from core.ledger import facts_of
from core.ledger.models import Event
from core.notifications.models import Notification
from core.workflow import TransitionRefused
from crm.accounts.models import Account
from crm.accounts.services import create_account
from crm.accounts.services.groups import set_parent
from deal_registration.enums import State
from deal_registration.exceptions import NotComplete, PartnerMayNotFile
from deal_registration.models import Claim, LineSequence, Registration
from deal_registration.prechecks import services
from deal_registration.prechecks.enums import Level, QuestionState
from deal_registration.prechecks.exceptions import BudgetSpent, NotOffered, Paused
from deal_registration.prechecks.models import Precheck, Standing
from deal_registration.prechecks.selectors import budget_of
from partners.models import Agreement
from partners.selectors import terms_at
from tests import factories
from tests.cast import actor_of

from .test_screening import set_terms

pytestmark = pytest.mark.django_db

TYPED = {"customer_name": "Nobody Knows Us Ltd.", "customer_country": "CN", "customer_city": "Shanghai"}


@pytest.fixture
def ask(places, lines):
    """Ask as somebody: ``ask(user, customer_name=…, lines=[…])``."""

    def asking(user, *, wanted=None, at=None, key=None, **changes) -> Precheck:
        return services.ask(
            actor=actor_of(user),
            at=at or timezone.now(),
            data={**TYPED, "territory": places.shanghai, **changes},
            line_ids=[line.pk for line in wanted or (lines.pumps,)],
            idempotency_key=key,
        )

    return asking


def told(question: Precheck) -> dict:
    """What was told of the only line."""
    return question.lines.get().told


def codes(question: Precheck) -> list[str]:
    return [hit["code"] for hit in told(question)["hits"]]


# --- the answer ---------------------------------------------------------------------------------------------------


def test_customer_nobody_knows_is_free_and_nothing_is_made(ask, dealer_sales):
    before = (
        Account.objects.count(),
        Registration.objects.count(),
        Claim.objects.count(),
        Job.objects.count(),
    )
    question = ask(dealer_sales)
    assert question.state == QuestionState.ANSWERED
    assert told(question) == {"class": "clear", "hits": [], "counterfactuals": [], "release_at": None}
    after = (
        Account.objects.count(),
        Registration.objects.count(),
        Claim.objects.count(),
        Job.objects.count(),
    )
    assert after == before
    assert not LineSequence.objects.exists()


def test_protected_customer_is_taken_until_its_end(ask, approved, rival):
    question = ask(rival, customer_name=approved.customer_name)
    line = question.lines.get()
    assert line.class_told == "block"
    assert codes(question) == ["R05"]
    assert line.release_at == approved.lines.get().protected_until
    assert line.is_taken


def test_waiting_claim_of_another_is_a_hold(ask, own, rival):
    question = ask(rival, customer_name="OWN CUSTOMER WATERWORKS CO LTD")
    assert (question.lines.get().class_told, codes(question)) == ("hold", ["R06"])


def test_another_line_of_a_taken_customer_is_free(ask, approved, rival, lines):
    question = ask(rival, customer_name=approved.customer_name, wanted=[lines.pumps, lines.valves])
    assert {row.line.code: row.class_told for row in question.lines.all()} == {
        "pumps": "block",
        "valves": "clear",
    }


def test_own_registration_is_named_and_not_counted_as_taken(ask, approved, dealer_sales):
    question = ask(dealer_sales, customer_name=approved.customer_name)
    assert codes(question) == ["R02"]
    assert told(question)["hits"][0]["evidence"] == {"registration": approved.pk}
    assert question.is_own
    assert not question.lines.get().is_taken


def test_other_project_of_a_taken_customer_is_for_a_person(
    ask, rival, file_deal, dealer_sales, making, run_jobs
):
    filed = file_deal(dealer_sales, customer_name="Harbour Works Ltd.", project_name="Dock 1")
    run_jobs()
    making.approve(filed)
    same = ask(rival, customer_name="Harbour Works Ltd.", project_name="dock 1")
    other = ask(rival, customer_name="Harbour Works Ltd.", project_name="Dock 2")
    whole = ask(rival, customer_name="Harbour Works Ltd.")
    assert [row.lines.get().class_told for row in (same, other, whole)] == ["block", "review", "block"]
    assert codes(other) == []


def known(ask_as, ask, **changes) -> dict:
    return told(ask(ask_as, **changes))


def test_what_only_the_manufacturer_knows_looks_like_a_person_has_to_look(
    ask, rival, places, lines, programme
):
    """House account, direct opportunity, likeness, past order: one answer, whatever it rests on."""
    at = system_actor("test")
    house = create_account(data={"name": "House Steel Ltd."}, actor=at, at=timezone.now())
    factories.HouseListingFactory(account=house)
    direct = create_account(
        data={"name": "Direct Paper Ltd.", "territory": places.shanghai}, actor=at, at=timezone.now()
    )
    opportunity = factories.OpportunityFactory(account=direct, created_at=timezone.now() - timedelta(days=3))
    factories.OpportunityLineFactory(opportunity=opportunity, line=lines.pumps)
    create_account(
        data={"name": "Alike Glass Ltd.", "website": "alike-glass.example"}, actor=at, at=timezone.now()
    )
    answers = [
        known(rival, ask, customer_name="House Steel Ltd."),
        known(rival, ask, customer_name="Direct Paper Ltd."),
        known(rival, ask, customer_name="Quite Another Name", customer_website="alike-glass.example"),
    ]
    assert answers == [{"class": "review", "hits": [], "counterfactuals": [], "release_at": None}] * 3


def test_group_is_not_told(ask, rival):
    at = system_actor("test")
    parent = create_account(data={"name": "Group Holding Ltd."}, actor=at, at=timezone.now())
    works = create_account(data={"name": "Group Works Ltd."}, actor=at, at=timezone.now())
    set_parent(works.pk, parent_pk=parent.pk, actor=at, at=timezone.now())
    question = ask(rival, customer_name="Group Holding Ltd.")
    assert told(question)["class"] == "clear"
    free = told(ask(rival))
    assert known(rival, ask, customer_name="Group Works Ltd.") == free


def test_where_one_may_not_sell_nothing_is_told_of_others(ask, approved, rival, places, rival_partner):
    """A taken customer and a free one look the same in a territory that is not the asker's."""
    taken = known(rival, ask, customer_name=approved.customer_name, territory=places.germany)
    free = known(rival, ask, customer_name="Free In Germany", territory=places.germany)
    assert taken == free
    assert [hit["code"] for hit in taken["hits"]] == ["R04"]


def test_line_one_may_not_sell_tells_nothing_of_others(ask, rival, lines):
    question = ask(rival, wanted=[lines.drives])
    assert codes(question) == ["R03"]


def test_release_is_told_only_where_the_programme_says_so(ask, approved, rival, programme):
    set_terms(programme, disclosure="class")
    question = ask(rival, customer_name=approved.customer_name)
    assert codes(question) == ["R05"]
    assert question.lines.get().release_at is None


def test_code_that_is_not_disclosed_is_not_told_here_either(ask, approved, rival, programme):
    set_terms(programme, undisclosed_codes=["R05"])
    question = ask(rival, customer_name=approved.customer_name)
    assert told(question) == {"class": "review", "hits": [], "counterfactuals": [], "release_at": None}
    assert not question.lines.get().is_taken


def test_day_of_release_is_told_whatever_else_stands(ask, approved, rival):
    """A missing day would tell that there is something: here, that the customer is a house account too."""
    factories.HouseListingFactory(account=approved.customer)
    question = ask(rival, customer_name=approved.customer_name)
    assert question.lines.get().release_at == approved.lines.get().protected_until
    assert codes(question) == ["R05"]


def test_value_and_documents_are_not_held_against_a_question(ask, dealer_sales, programme):
    set_terms(programme, minimum_value={"CNY": "100000"}, required_documents=["inquiry"])
    assert told(ask(dealer_sales))["class"] == "clear"


def test_known_and_unknown_customers_cost_the_same(ask, approved, rival, dealer_sales, places, programme):
    """The same queries by structure; the time within a wide tolerance, measured on this machine."""
    set_terms(programme, prechecks_per_day=1000, prechecks_per_month=10000, precheck_slow_score=101)

    def cost(number: int, name: str) -> tuple[int, float]:
        with CaptureQueriesContext(connection) as queries:
            begin = time.perf_counter()
            ask(rival, customer_name=name, customer_address=f"{number} Street")
            return len(queries), time.perf_counter() - begin

    cost(0, "Warm Up Ltd.")
    taken, free = [], []
    for number in range(1, 16):  # by turns, so that what else the machine does falls on both
        taken.append(cost(number, approved.customer_name))
        free.append(cost(number, "Wholly Unheard Foundry Ltd."))
    assert {count for count, _seconds in taken} == {count for count, _seconds in free}
    ratio = statistics.median(s for _c, s in taken) / statistics.median(s for _c, s in free)
    assert 0.6 < ratio < 1.7


# --- what is asked ------------------------------------------------------------------------------------------------


def test_question_without_customer_line_or_place_is_sent_back(dealer_sales):
    with pytest.raises(NotComplete) as refusal:
        services.ask(
            actor=actor_of(dealer_sales), at=timezone.now(), data={"customer_name": "  "}, line_ids=[]
        )
    assert set(refusal.value.errors) == {"customer_name", "customer_country", "territory", "lines"}
    assert not Precheck.objects.exists()


def test_fields_that_are_no_question_are_refused(ask, dealer_sales):
    with pytest.raises(ValueError, match="value"):
        ask(dealer_sales, value=3)


def test_known_customer_of_others_cannot_be_picked(ask, dealer_sales, places):
    with pytest.raises(NotAllowed):
        ask(dealer_sales, customer_account=factories.AccountFactory(territory=places.germany))


@pytest.mark.parametrize("who", ["channel_manager", "sales_rep", "administrator", "marketing"])
def test_staff_do_not_ask(ask, who, request):
    with pytest.raises(NotAllowed):
        ask(request.getfixturevalue(who))


def test_partner_without_an_agreement_does_not_ask(ask, dealer_sales, own_partner):
    Agreement.objects.filter(partner=own_partner).delete()
    with pytest.raises(PartnerMayNotFile):
        ask(dealer_sales)


@pytest.mark.parametrize(
    "terms", [{"disclosure": "nothing"}, {"prechecks_per_day": 0}, {"prechecks_per_month": 0}]
)
def test_programme_may_answer_no_questions(ask, dealer_sales, programme, terms):
    set_terms(programme, **terms)
    with pytest.raises(NotOffered):
        ask(dealer_sales)
    assert not Precheck.objects.exists()


# --- the budget ---------------------------------------------------------------------------------------------------


def left(partner, at=None) -> tuple[int, int]:
    at = at or timezone.now()
    budget = budget_of(partner, terms_at(partner, at), at)
    return budget.left_today, budget.left_this_month


def test_each_question_costs_one_and_the_last_is_refused_with_the_time(
    ask, dealer_sales, own_partner, programme
):
    set_terms(programme, prechecks_per_day=2)
    assert left(own_partner) == (2, 200)
    ask(dealer_sales, customer_name="One Ltd.")
    ask(dealer_sales, customer_name="Two Ltd.")
    assert left(own_partner) == (0, 198)
    with pytest.raises(BudgetSpent) as refusal:
        ask(dealer_sales, customer_name="Three Ltd.")
    assert refusal.value.budget.renews_at > timezone.now()
    assert Precheck.objects.count() == 2


def test_day_begins_anew_where_the_partner_works(ask, dealer_sales, own_partner, programme, clock):
    """Shanghai's midnight is 16:00 UTC."""
    set_terms(programme, prechecks_per_day=1)
    day = timezone.now().replace(hour=15, minute=59, second=0, microsecond=0) + timedelta(days=1)
    ask(dealer_sales, customer_name="One Ltd.", at=day)
    with pytest.raises(BudgetSpent):
        ask(dealer_sales, customer_name="Two Ltd.", at=day + timedelta(seconds=59))
    ask(dealer_sales, customer_name="Two Ltd.", at=day + timedelta(seconds=60))


def test_thirty_days_roll(ask, dealer_sales, own_partner, programme):
    set_terms(programme, prechecks_per_month=1)
    first = timezone.now()
    ask(dealer_sales, customer_name="One Ltd.", at=first)
    with pytest.raises(BudgetSpent) as refusal:
        ask(dealer_sales, customer_name="Two Ltd.", at=first + timedelta(days=29))
    assert refusal.value.budget.renews_at == first + timedelta(days=30)
    ask(dealer_sales, customer_name="Two Ltd.", at=first + timedelta(days=30))


def test_colleagues_share_the_budget_and_rivals_do_not(
    ask, dealer_sales, dealer_manager, rival, own_partner, rival_partner
):
    ask(dealer_sales, customer_name="One Ltd.")
    ask(dealer_manager, customer_name="Two Ltd.")
    assert left(own_partner)[0] == 18
    assert left(rival_partner)[0] == 20


def test_same_question_within_a_day_is_free_and_answers_the_same(
    ask, own, rival, rival_partner, making, dealer_manager
):
    first = ask(rival, customer_name=own.customer_name)
    making.approve(own)  # the truth changes meanwhile
    again = ask(rival, customer_name=f"  {own.customer_name.upper()} ")
    assert told(again) == told(first)
    assert again.repeats == first
    assert left(rival_partner)[0] == 19
    assert Event.objects.filter(type="precheck.asked").count() == 2, "both are on record"
    later = ask(rival, customer_name=own.customer_name, at=timezone.now() + timedelta(days=1, minutes=1))
    assert (codes(first), codes(later)) == (["R06"], ["R05"])


def test_same_question_is_answered_after_the_budget_is_spent(ask, dealer_sales, programme):
    set_terms(programme, prechecks_per_day=1)
    first = ask(dealer_sales)
    assert ask(dealer_sales).repeats == first


def test_rival_never_gets_the_stored_answer_of_another(ask, dealer_sales, rival):
    ask(dealer_sales)
    assert ask(rival).repeats is None


def test_one_key_asks_once_and_only_this(ask, dealer_sales, own_partner):
    first = ask(dealer_sales, key="key-1")
    assert ask(dealer_sales, key="key-1") == first
    assert Precheck.objects.count() == 1
    with pytest.raises(KeyReused):
        ask(dealer_sales, key="key-1", customer_name="Another Ltd.")
    assert left(own_partner)[0] == 19


def test_refused_question_spends_neither_key_nor_budget(ask, dealer_sales, programme):
    set_terms(programme, prechecks_per_day=1)
    ask(dealer_sales, customer_name="One Ltd.")
    with pytest.raises(BudgetSpent):
        ask(dealer_sales, customer_name="Two Ltd.", key="key-2")
    set_terms(programme, prechecks_per_day=2)
    assert ask(dealer_sales, customer_name="Two Ltd.", key="key-2").is_counted


# --- the record ---------------------------------------------------------------------------------------------------


def test_every_question_is_an_event_with_what_was_typed_and_told(ask, approved, rival):
    question = ask(rival, customer_name=approved.customer_name)
    event = Event.objects.get(type="precheck.asked")
    facts = facts_of(event)
    assert event.partner_id == question.partner_id
    assert facts["customer_name"] == approved.customer_name
    assert facts["answers"]["pumps"]["class"] == "block"
    assert "Own Machinery" not in str(facts), "nobody's name"


def test_who_sees_a_question(ask, cast, places):
    question = ask(cast.dealer_sales)
    sees = {
        name
        for name in ("dealer_sales", "dealer_manager", "rival", "sub_dealer", "channel_manager",
                     "other_channel_manager", "sales_rep", "marketing", "administrator")
        if Precheck.objects.visible_to(actor_of(getattr(cast, name))).filter(pk=question.pk).exists()
    }  # fmt: skip
    assert sees == {"dealer_sales", "dealer_manager", "channel_manager", "administrator"}


def test_colleague_without_a_team_sees_own_questions_alone(ask, dealer_sales, dealer_manager):
    question = ask(dealer_manager)
    assert not Precheck.objects.visible_to(actor_of(dealer_sales)).filter(pk=question.pk).exists()


# --- probing ------------------------------------------------------------------------------------------------------


@pytest.fixture
def probe(ask, rival, programme):
    """Let the rival ask for one customer after the other, all on line pumps, until something happens."""

    def probing(count: int, *, begin: int = 0) -> list[Precheck]:
        start = timezone.now()
        return [
            ask(
                rival,
                customer_name=f"{chr(97 + number)}{number}works Ltd.",
                at=start + timedelta(seconds=number),
            )
            for number in range(begin, begin + count)
        ]

    return probing


def test_probing_slows_then_stops_and_is_reported(
    probe, ask, rival, programme, channel_manager, settle, rival_partner, dealer_sales
):
    set_terms(programme, precheck_slow_score=20, precheck_stop_score=35)
    answered = probe(11)
    standing = Standing.objects.get(partner=rival_partner)
    assert standing.level == Level.SLOWED
    assert standing.score >= 20
    assert {reason["code"] for reason in standing.reasons} <= {
        "taken",
        "breadth",
        "sweep",
        "unfiled",
        "speed",
    }
    waiting = [row for row in answered if row.state == QuestionState.WAITING]
    assert waiting, "questions after the threshold wait for a person"
    assert all(row.lines.get().told is None for row in waiting)
    with pytest.raises(Paused):
        probe(20, begin=11)
    standing.refresh_from_db()
    assert standing.level == Level.STOPPED
    settle()
    kinds = set(Notification.objects.filter(user=channel_manager).values_list("kind", flat=True))
    assert {"precheck_probing", "precheck_waiting"} <= kinds
    assert set(
        Notification.objects.filter(user=rival, kind__startswith="precheck").values_list("kind", flat=True)
    ) == {"precheck_paused"}
    assert ask(dealer_sales).state == QuestionState.ANSWERED, "nobody else is touched"


def test_lifting_needs_scope_is_told_and_starts_afresh(
    probe,
    ask,
    rival,
    programme,
    channel_manager,
    other_channel_manager,
    dealer_manager,
    rival_partner,
    settle,
):
    set_terms(programme, precheck_slow_score=20, precheck_stop_score=21)
    with pytest.raises(Paused):
        probe(30)
    standing = Standing.objects.get(partner=rival_partner)
    for stranger in (other_channel_manager, dealer_manager, rival):
        with pytest.raises(NotAllowed):
            services.lift(standing.pk, actor=actor_of(stranger), at=timezone.now(), reason="No")
    later = timezone.now() + timedelta(minutes=5)
    services.lift(standing.pk, actor=actor_of(channel_manager), at=later, reason="A fair is on.")
    standing.refresh_from_db()
    assert (standing.level, standing.score) == (Level.NORMAL, 0)
    event = Event.objects.get(type="precheck.lifted")
    assert facts_of(event)["explanation"] == "A fair is on."
    question = ask(rival, customer_name="After the fair Ltd.", at=later + timedelta(minutes=1))
    assert question.state == QuestionState.ANSWERED
    standing.refresh_from_db()
    assert standing.level == Level.NORMAL
    with pytest.raises(TransitionRefused):
        services.lift(standing.pk, actor=actor_of(channel_manager), at=later, reason="Again")


@pytest.fixture
def waiting(ask, approved, rival, rival_partner):
    """A question of the rival about a taken customer that a person answers."""
    Standing.objects.create(partner=rival_partner, level=Level.SLOWED)
    question = ask(rival, customer_name=approved.customer_name)
    assert question.state == QuestionState.WAITING
    return question


def test_person_gives_the_answer_of_the_check(waiting, channel_manager, other_channel_manager, rival, settle):
    with pytest.raises(NotAllowed):
        services.answer(waiting.pk, actor=actor_of(other_channel_manager), at=timezone.now())
    services.answer(waiting.pk, actor=actor_of(channel_manager), at=timezone.now(), message="As asked.")
    waiting.refresh_from_db()
    assert waiting.state == QuestionState.ANSWERED
    assert (codes(waiting), waiting.message) == (["R05"], "As asked.")
    with pytest.raises(TransitionRefused):
        services.leave_unanswered(
            waiting.pk, actor=actor_of(channel_manager), at=timezone.now(), message="No"
        )
    settle()
    assert Notification.objects.filter(user=rival, kind="precheck_answered").exists()


def test_person_may_leave_it_unanswered(waiting, channel_manager, rival, ask):
    services.leave_unanswered(
        waiting.pk, actor=actor_of(channel_manager), at=timezone.now(), message="Too many."
    )
    waiting.refresh_from_db()
    assert (waiting.state, waiting.lines.get().told) == (QuestionState.UNANSWERED, None)
    assert ask(rival, customer_name=waiting.customer_name) != waiting, "may be asked again"


def test_question_that_waits_is_not_queued_twice(waiting, ask, rival):
    assert ask(rival, customer_name=waiting.customer_name) == waiting


# --- on to the registration ---------------------------------------------------------------------------------------


def test_question_becomes_a_draft_with_everything_typed(ask, dealer_sales, lines, rival):
    question = ask(
        dealer_sales,
        customer_website="nobody.example",
        customer_address="1 Road",
        project_name="Dock 1",
        wanted=[lines.pumps, lines.valves],
    )
    draft = services.begin_registration(question.pk, actor=actor_of(dealer_sales), at=timezone.now())
    assert draft.state == State.DRAFT
    for field in ("customer_name", "customer_country", "customer_city", "customer_website", "customer_address",
                  "project_name", "territory"):  # fmt: skip
        assert getattr(draft, field) == getattr(question, field), field
    assert {row.line_id for row in draft.lines.all()} == {lines.pumps.pk, lines.valves.pk}
    assert services.begin_registration(question.pk, actor=actor_of(dealer_sales), at=timezone.now()) == draft
    with pytest.raises(Precheck.DoesNotExist):
        services.begin_registration(question.pk, actor=actor_of(rival), at=timezone.now())


def test_only_the_free_lines_are_carried_where_asked(ask, approved, rival, lines):
    question = ask(rival, customer_name=approved.customer_name, wanted=[lines.pumps, lines.valves])
    draft = services.begin_registration(question.pk, actor=actor_of(rival), at=timezone.now(), only_free=True)
    assert [row.line_id for row in draft.lines.all()] == [lines.valves.pk]
