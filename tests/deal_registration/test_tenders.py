"""Tenders that were public before the registration came in: typed by the dealer, kept on the project, reviewed."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.ledger.models import Event
from crm.projects.models import Project
from crm.projects.services import note_publication, update_project
from deal_registration.enums import State
from deal_registration.models import Registration
from tests.cast import actor_of, client_for
from tests.deal_registration.forms_data import typed

pytestmark = pytest.mark.django_db

TENDER = {"project_name": "Pump station 7", "tender_number": "T-2026/17"}


TODAY = timezone.localdate()


def days(number: int) -> date:
    """A day that many days from today."""
    return TODAY + timedelta(days=number)


def codes(filed) -> list[str]:
    """The codes that hit."""
    return [hit["code"] for hit in filed.lines.get().verdict["hits"]]


def post(dealer_sales, places, lines, **changes):
    """Send the form."""
    return client_for(dealer_sales).post(
        reverse("registrations:registration_new"), typed(places, lines, action="submit", **changes)
    )


def test_a_tender_published_before_is_looked_at_by_a_person(dealer_sales, file_deal, run_jobs):
    filed = file_deal(dealer_sales, **TENDER, tender_published_on=days(-3))
    run_jobs()
    filed.refresh_from_db()
    assert (filed.state, codes(filed)) == (State.IN_REVIEW, ["R11"])
    assert filed.project.tender_published_on == days(-3)
    assert Event.objects.filter(type="project.changed", object_id=filed.project_id).count() == 1


@pytest.mark.parametrize("published", [None, 2])
def test_one_not_yet_published_is_free(dealer_sales, file_deal, run_jobs, published):
    filed = file_deal(
        dealer_sales, **TENDER, tender_published_on=days(published) if published is not None else None
    )
    run_jobs()
    assert codes(filed) == []


def test_the_day_is_that_of_the_site(dealer_sales, file_deal, run_jobs, time_machine):
    """At 17:00 UTC it is the next day in Shanghai: a tender published on the 3rd came before the 4th."""
    from core import clock

    with clock.wall_clock_decides():
        time_machine.move_to("2026-11-03T17:00:00+00:00", tick=True)
        filed = file_deal(dealer_sales, **TENDER, tender_published_on=date(2026, 11, 3))
        run_jobs()
    assert codes(filed) == ["R11"]


def test_the_earlier_of_registration_and_project_counts(dealer_sales, file_deal, run_jobs, rival):
    first = file_deal(dealer_sales, **TENDER, tender_published_on=days(-5))
    run_jobs()
    second = file_deal(rival, **TENDER, tender_published_on=days(3))
    run_jobs()
    assert "R11" in codes(first)
    assert "R11" in codes(second)
    assert Project.objects.get().tender_published_on == days(-5), "the first filing that said so"


def test_a_day_known_already_stays(dealer_sales, file_deal, run_jobs):
    filed = file_deal(dealer_sales, **TENDER, tender_published_on=days(3))
    run_jobs()
    filed.refresh_from_db()
    from deal_registration.services.screening import SCREENING

    project = note_publication(filed.project_id, days(-9), actor=SCREENING, at=timezone.now())
    assert project.tender_published_on == days(3)


def test_staff_set_it_on_the_project(dealer_sales, file_deal, run_jobs, making, sales_rep, channel_manager):
    filed = file_deal(dealer_sales, **TENDER)
    run_jobs()
    making.approve(filed)
    project = Project.objects.get()
    update_project(
        project.pk,
        name=project.name,
        tender_number=project.tender_number,
        tender_published_on=days(-2),
        territory=project.territory,
        actor=actor_of(sales_rep),
        at=timezone.now(),
    )
    page = client_for(sales_rep).get(project.get_absolute_url()).content.decode()
    assert "Tender published on" in page


def test_the_form_keeps_the_day_of_a_tender(dealer_sales, places, lines):
    answer = post(dealer_sales, places, lines, tender_number="T-1", tender_published_on=days(-1).isoformat())
    assert answer.status_code == 302
    assert Registration.objects.get().tender_published_on == days(-1)


def test_the_form_lets_go_of_it_where_no_tender_is_meant(dealer_sales, places, lines):
    post(dealer_sales, places, lines, tender_published_on=days(-1).isoformat())
    assert Registration.objects.get().tender_published_on is None


def test_a_tender_needs_no_number(dealer_sales, places, lines):
    post(
        dealer_sales,
        places,
        lines,
        opportunity_type="tender",
        tender_published_on=days(-1).isoformat(),
    )
    assert Registration.objects.get().tender_published_on == days(-1)


@pytest.mark.parametrize("number", [400, -4000])
def test_a_year_mistyped_is_refused_at_its_field(dealer_sales, places, lines, number):
    answer = post(
        dealer_sales, places, lines, tender_number="T-1", tender_published_on=days(number).isoformat()
    )
    assert answer.status_code == 422
    assert "tender_published_on" in answer.context["form"].errors


def test_the_receipt_holds_the_day(dealer_sales, file_deal, settle):
    filed = file_deal(dealer_sales, **TENDER, tender_published_on=days(-1))
    settle()
    text = (
        client_for(dealer_sales).get(reverse("registrations:receipt_json", args=[filed.ref])).content.decode()
    )
    assert days(-1).isoformat() in text
