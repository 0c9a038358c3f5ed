"""Calendars as rows: the default, who has which, changes with events."""

import pytest
from django.utils import timezone

from core.access.actor import system_actor
from core.access.exceptions import NotAllowed
from core.calendars import services
from core.calendars.business_time import BusinessHours
from core.calendars.defaults import ensure_default_calendars
from core.calendars.models import BusinessCalendar
from core.calendars.selectors import default_calendar
from core.ledger.models import Event
from core.ledger.reference_data import StillUsed
from crm.territories.selectors import calendar_for
from tests import factories
from tests.cast import actor_of

pytestmark = pytest.mark.django_db


def test_defaults_are_made_once():
    BusinessCalendar.objects.all().delete()
    assert ensure_default_calendars() > 0
    assert ensure_default_calendars() == 0
    assert BusinessCalendar.objects.filter(is_default=True).count() == 1


def test_a_portal_without_calendars_counts_monday_to_friday():
    BusinessCalendar.objects.all().delete()
    hours = BusinessHours.of(default_calendar())
    assert hours.working_days == frozenset(range(5))


def test_a_new_default_takes_it_from_the_one_before(calendar):
    new = BusinessCalendar(name="New", working_days=[0], is_default=True)
    services.save_calendar(new, actor=system_actor("test"), at=timezone.now())
    calendar.refresh_from_db()
    assert not calendar.is_default
    assert default_calendar() == new
    assert Event.objects.filter(type="calendar.changed", object_id=calendar.pk).count() == 1


def test_only_who_keeps_settings_changes_calendars(calendar, channel_manager):
    calendar.name = "Mine"
    with pytest.raises(NotAllowed):
        services.save_calendar(calendar, actor=actor_of(channel_manager), at=timezone.now())


def test_a_calendar_in_use_stays(calendar, places, administrator):
    with pytest.raises(StillUsed):
        services.delete_calendar(calendar, actor=actor_of(administrator), at=timezone.now())
    assert BusinessCalendar.objects.filter(pk=calendar.pk).exists()
    assert not Event.objects.filter(type="calendar.deleted").exists()


def test_a_territory_works_by_the_nearest_calendar_above(places, calendar):
    own = factories.BusinessCalendarFactory(name="Shanghai office")
    places.shanghai.calendar = own
    places.shanghai.save()
    assert calendar_for(places.shanghai) == own
    assert calendar_for(places.east) == calendar
    assert calendar_for(None) == default_calendar()
