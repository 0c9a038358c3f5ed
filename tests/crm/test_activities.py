"""Activities: logging, planning, ticking off, and who sees them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.access.exceptions import NotAllowed
from core.ledger.models import Event
from crm.accounts.models import Account
from crm.activities import services
from crm.activities.exceptions import AlreadyDone
from crm.activities.models import Activity
from crm.activities.selectors import reminders_of
from crm.opportunities.models import Opportunity
from tests.cast import actor_of
from tests.factories import AccountFactory, OpportunityFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def opportunity(places, own_partner):
    account = AccountFactory(territory=places.east)
    return OpportunityFactory(account=account, territory=places.east, partner_account=own_partner.account)


def log(opportunity, actor, **fields):
    values = {"kind": "call", "subject": "Called", "actor": actor, "at": timezone.now()} | fields
    return services.log_activity(account=opportunity.account, opportunity=opportunity, **values)


def test_logged_activity_moves_the_last_activity_forward_never_back(opportunity, rep):
    now = timezone.now()
    log(opportunity, rep, at=now)
    log(opportunity, rep, at=now, done_at=now - timedelta(days=3))
    assert Opportunity.objects.get(pk=opportunity.pk).last_activity_at == now
    assert Account.objects.get(pk=opportunity.account_id).last_activity_at == now
    assert Event.objects.order_by("-pk").first().object_id == opportunity.pk


def test_activity_on_what_the_actor_does_not_see_is_refused(opportunity, rep, rival):
    with pytest.raises(Opportunity.DoesNotExist):
        log(opportunity, actor_of(rival))
    assert not Activity.objects.exists()


def test_dealer_sees_activities_of_their_own_people_only(
    opportunity, rep, dealer_sales, dealer_manager, rival
):
    staff_note = log(opportunity, rep, subject="Staff only")
    own = log(opportunity, actor_of(dealer_sales), subject="Visited")
    assert own.organisation_id == actor_of(dealer_sales).organisation_id
    assert list(Activity.objects.visible_to(actor_of(dealer_manager))) == [own]
    assert list(Activity.objects.visible_to(actor_of(rival))) == []
    assert set(Activity.objects.visible_to(rep)) == {staff_note, own}


def test_planned_activity_is_a_reminder_until_it_is_done(opportunity, rep):
    now = timezone.now()
    planned = services.plan_activity(
        account=opportunity.account,
        kind="visit",
        subject="Visit",
        due_at=now + timedelta(days=2),
        actor=rep,
        at=now,
    )
    assert list(reminders_of(rep, at=now)) == [planned]
    assert list(reminders_of(rep, at=now, days=1)) == []
    services.complete_activity(planned.pk, text="Went well", actor=rep, at=now)
    assert list(reminders_of(rep, at=now)) == []
    assert Account.objects.get(pk=opportunity.account_id).last_activity_at == now
    with pytest.raises(AlreadyDone):
        services.complete_activity(planned.pk, actor=rep, at=now)


def test_only_its_own_person_ticks_off_or_drops_a_plan(opportunity, rep, make_staff, places):
    now = timezone.now()
    planned = services.plan_activity(
        account=opportunity.account, kind="task", subject="x", due_at=now, actor=rep, at=now
    )
    other = actor_of(make_staff("other_rep", "sales_rep", places.east))
    for service in (services.complete_activity, services.drop_activity):
        with pytest.raises(NotAllowed):
            service(planned.pk, actor=other, at=now)
    services.drop_activity(planned.pk, actor=rep, at=now)
    assert not Activity.objects.exists()
