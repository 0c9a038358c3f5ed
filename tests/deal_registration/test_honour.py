"""Honour: what a history says, cases from the ledger, figures that are due, and the page that everybody may read."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core.calendars.business_time import BusinessHours
from core.ledger import readers, record
from core.ledger.models import Event
from deal_registration import services as registrations
from deal_registration.enums import State
from deal_registration.honour import services
from deal_registration.honour.enums import Measure, Standing
from deal_registration.honour.history import Step, cases_of, quarter_of
from deal_registration.honour.models import Figure, HonourCase, Restating
from deal_registration.honour.readers import count_cases
from tests import factories
from tests.cast import CAST, actor_of, client_for

HOURS = BusinessHours(zone=ZoneInfo("Asia/Shanghai"))
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def steps(*rows):
    """Return the steps of (type without "registration.", time after Monday nine o'clock)."""
    return [
        Step(f"registration.{kind}", MONDAY + after, by_person=kind in ("approved", "rejected"))
        for kind, after in rows
    ]


def said(history, state=State.APPROVED):
    return {case.measure: case for case in cases_of(history, state, HOURS)}


# --- one history -------------------------------------------------------------------------------------------------


def test_time_to_decide_counts_open_hours_only():
    case = said(steps(("submitted", 0 * HOUR), ("approved", DAY + 2 * HOUR)))[Measure.DECIDE]
    assert case.seconds == 11 * 3600  # Monday nine to six, and two hours of Tuesday


def test_time_an_answer_is_awaited_is_not_the_deciders():
    history = steps(
        ("submitted", 0 * HOUR),
        ("information_requested", 2 * HOUR),
        ("answered", 3 * DAY),
        ("rejected", 3 * DAY + HOUR),
    )
    assert said(history)[Measure.DECIDE].seconds == 3 * 3600


def test_what_the_check_decides_by_itself_is_no_decision_of_a_person():
    history = [Step("registration.submitted", MONDAY), Step("registration.rejected", MONDAY + HOUR)]
    assert said(history, State.REJECTED) == {}


def test_a_promise_is_missed_once_and_kept_when_decided_before():
    late = steps(
        ("submitted", 0 * HOUR), ("promise_missed", DAY), ("escalated", 2 * DAY), ("approved", 3 * DAY)
    )
    assert said(late)[Measure.PROMISES].hit and said(late)[Measure.PROMISES].at == MONDAY + DAY
    assert not said(steps(("submitted", 0 * HOUR), ("approved", HOUR)))[Measure.PROMISES].hit
    undecided = said(steps(("submitted", 0 * HOUR), ("promise_missed", DAY)), State.IN_REVIEW)
    assert set(undecided) == {Measure.PROMISES}


def test_how_a_deal_closed_is_known_once_nothing_is_protected():
    expired = steps(("submitted", 0 * HOUR), ("approved", HOUR), ("expired", 90 * DAY))
    assert Measure.CLOSED not in said(expired, State.APPROVED)  # another line is still protected
    assert not said(expired, State.EXPIRED)[Measure.CLOSED].hit
    won = [*expired, *steps(("won", 91 * DAY))]
    assert said(won, State.WON)[Measure.CLOSED].hit


def test_a_quarter_begins_where_the_hours_are_kept():
    at = datetime(2026, 3, 31, 17, 0, tzinfo=UTC)  # already April in Shanghai
    assert quarter_of(at, HOURS) == date(2026, 4, 1)
    assert quarter_of(at, BusinessHours(zone=ZoneInfo("Europe/Berlin"))) == date(2026, 1, 1)


# --- from the ledger ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_cases_come_from_the_ledger_and_follow_it(making):
    approved = making.approved
    readers.follow_all()
    counted = {case.measure: case for case in HonourCase.objects.filter(object_id=approved.pk)}
    assert set(counted) == {Measure.DECIDE, Measure.PROMISES}
    assert counted[Measure.DECIDE].partner_id == approved.partner_id
    assert counted[Measure.DECIDE].territory_id == approved.territory_id
    registrations.mark_won(approved.pk, actor=actor_of(making.dealer_manager), at=timezone.now())
    readers.follow_all()
    assert HonourCase.objects.get(object_id=approved.pk, measure=Measure.CLOSED).hit
    before = list(HonourCase.objects.order_by("measure").values_list("measure", "quarter", "hit", "seconds"))
    HonourCase.objects.all().delete()
    services.count_history()
    assert (
        list(HonourCase.objects.order_by("measure").values_list("measure", "quarter", "hit", "seconds"))
        == before
    )
    for event in Event.objects.filter(object_id=approved.pk):
        count_cases(event)  # told twice, counted once
    assert HonourCase.objects.count() == len(before)


@pytest.mark.django_db
def test_counting_costs_the_same_for_one_registration_as_for_three(making, count_queries):
    rows = [making.approved]
    one = count_queries(services.count_registrations, [row.pk for row in rows])
    for number in range(2):
        making.file_deal(making.dealer_sales, customer_name=f"More {number}")
    from deal_registration.models import Registration

    ids = list(Registration.objects.values_list("pk", flat=True))
    assert len(ids) > 2
    assert count_queries(services.count_registrations, ids) == one


@pytest.mark.django_db
def test_history_is_counted_on_from_where_it_stopped(making, monkeypatch):
    monkeypatch.setattr("deal_registration.honour.services.counting.BATCH", 1)
    assert making.approved and making.rival_registration
    assert services.count_history(limit=1) == 1
    assert not Restating.objects.get().is_counted
    services.count_history()
    assert Restating.objects.get().is_counted
    assert services.count_history() == 0


@pytest.mark.django_db
def test_a_ruling_is_counted_by_its_latest_word_and_without_disputes_there_is_none(making):
    """What is disputed says where it lies; here a registration stands in for it."""
    row = making.approved
    with transaction.atomic():
        first = record("registration.note_added", row, actor=actor_of(None), at=timezone.now())
    told = SimpleNamespace(
        type="dispute.ruled",
        object_type=row._meta.label_lower,
        object_id=row.pk,
        at=first.at,
        fact_sets=SimpleNamespace(all=lambda: [SimpleNamespace(facts={"overturns": [True, ""]})]),
    )
    count_cases(told)
    assert HonourCase.objects.get(measure=Measure.OVERTURNED).hit
    told.type, told.fact_sets = "dispute.appeal_ruled", SimpleNamespace(all=lambda: [])
    count_cases(told)
    assert not HonourCase.objects.get(measure=Measure.OVERTURNED).hit
    told.object_type = "nowhere.dispute"
    count_cases(told)  # an app that is not there
    assert HonourCase.objects.filter(measure=Measure.OVERTURNED).count() == 1


@pytest.mark.django_db
def test_a_dispute_is_counted_where_it_lies_once_it_is_ruled_on(places):
    party = factories.DisputePartyFactory(dispute__registration__territory=places.east)
    with transaction.atomic():
        record(
            "dispute.ruled", party.dispute, actor=actor_of(None), at=timezone.now(), facts={"overturns": True}
        )
    readers.follow_all()
    case = HonourCase.objects.get(measure=Measure.OVERTURNED)
    assert (case.territory, case.partner_id, case.hit) == (places.east, party.dispute.partner_id, True)


# --- the figures -------------------------------------------------------------------------------------------------

LAST = date(2026, 1, 1)
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def cases(territory, count, *, measure=Measure.CLOSED, hits=0, partners=3, quarter=LAST, seconds=None):
    start = HonourCase.objects.count()
    for number in range(count):
        HonourCase.objects.create(
            object_type="tests",
            object_id=start + number,
            measure=measure,
            quarter=quarter,
            territory=territory,
            partner_id=number % partners,
            hit=number < hits,
            seconds=seconds,
        )


def figure(territory, measure=Measure.CLOSED, quarter=LAST):
    return Figure.objects.get(territory=territory, measure=measure, quarter=quarter)


@pytest.mark.django_db
def test_small_territories_are_folded_into_the_one_above(places):
    cases(places.shanghai, 2)
    cases(places.east, 6, hits=3)
    cases(places.germany, 9, hits=9)
    services.restate(at=NOW)
    assert (figure(places.east).cases, figure(places.east).hits) == (8, 3)
    shanghai = figure(places.shanghai)
    assert (shanghai.standing, shanghai.cases, shanghai.counted_in) == (Standing.FEW, None, places.east)
    assert figure(places.north).standing == Standing.FEW  # none is not told from too few
    assert (figure(None).cases, figure(None).hits) == (17, 12)


@pytest.mark.django_db
def test_the_running_quarter_is_not_stated(places):
    cases(places.east, 9, quarter=date(2026, 4, 1))
    assert services.restate(at=NOW) == 0
    assert services.restate(at=datetime(2026, 7, 2, tzinfo=UTC)) > 0


@pytest.mark.django_db
def test_figures_are_stated_once_a_day_and_when_a_quarter_ends(places):
    assert services.restate_when_due(at=NOW)
    assert not services.restate_when_due(at=NOW + HOUR)
    assert services.restate_when_due(at=NOW + DAY)
    end = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    Restating.objects.update(as_of=end - timedelta(hours=12))
    assert services.restate_when_due(at=end)  # July has begun where the calendar is kept, or a day has passed


@pytest.mark.django_db
def test_a_changed_case_restates_its_quarter(places):
    cases(places.east, 6)
    services.restate(at=NOW)
    HonourCase.objects.filter(object_id=0).update(hit=True)
    services.restate(at=NOW + DAY)
    assert figure(places.east).hits == 1


@pytest.mark.django_db
def test_the_command_counts_and_states(making, capsys):
    assert making.approved
    call_command("honour")
    assert "1 registrations counted" in capsys.readouterr().out


# --- the page ----------------------------------------------------------------------------------------------------

PAGE = "honour:figures"


@pytest.mark.django_db
def test_without_a_quarter_the_page_says_what_will_be_there(dealer_sales):
    text = client_for(dealer_sales).get(reverse(PAGE)).content.decode()
    assert "No quarter is over yet" in text


@pytest.mark.django_db
def test_everybody_signed_in_reads_the_same_figures(making):
    people = making.everybody()
    cases(making.places.east, 8, hits=2, seconds=5 * 3600 + 100)
    cases(making.places.east, 8, measure=Measure.DECIDE, seconds=5 * 3600 + 100)
    services.restate(at=NOW)
    tables = set()
    for person in CAST:
        answer = client_for(getattr(people, person)).get(reverse(PAGE))
        assert answer.status_code == 200
        tables.add(str([(row["name"], row["cells"]) for row in answer.context["rows"]]))
    assert len(tables) == 1
    text = answer.content.decode()
    assert "2 of 8" in text and "25 %" in text and "5 h" in text
    assert "0 of 0: no case in this quarter" in text  # nothing was ruled on


@pytest.mark.django_db
def test_the_export_holds_nothing_the_page_does_not(places, dealer_sales):
    cases(places.shanghai, 2, hits=2)
    cases(places.east, 6)
    services.restate(at=NOW)
    client = client_for(dealer_sales)
    body = b"".join(client.get(reverse(PAGE) + "?export=csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    closed = {row[1]: row[3:6] for row in rows if row[2] == "Closed with the registrant"}
    assert closed["East China"] == ["8", "2", "25"] and "Shanghai" not in closed
    page = client.get(reverse(PAGE) + "?territory=cn-shanghai").content.decode()
    assert "none or too few, counted in “East China”" in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["?quarter=2026Q9", "?quarter=x", "?territory=nowhere", "?quarter=0000Q1", "?territory=%00"]
)
def test_nonsense_in_the_address_shows_the_usual_page(query, places, dealer_sales):
    cases(places.east, 6)
    services.restate(at=NOW)
    assert client_for(dealer_sales).get(reverse(PAGE) + query).context["honour"].quarter == LAST


@pytest.mark.django_db
def test_the_page_costs_the_same_for_one_quarter_as_for_three(places, dealer_sales, count_queries):
    client = client_for(dealer_sales)
    cases(places.east, 6)
    services.restate(at=NOW)
    client.get(reverse(PAGE))
    one = count_queries(client.get, reverse(PAGE))
    for quarter in (date(2025, 10, 1), date(2025, 7, 1)):
        cases(places.east, 6, quarter=quarter)
        cases(places.germany, 6, quarter=quarter)
    services.restate(at=NOW)
    assert count_queries(client.get, reverse(PAGE)) == one
