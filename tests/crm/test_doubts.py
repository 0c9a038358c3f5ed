"""A person settles with one press whether a customer is a known one; either way it is an event and is remembered."""

import pytest
from django.urls import reverse
from django.utils import timezone

from core.ledger import facts_of
from core.ledger.models import Event
from crm import identity
from crm.accounts import services
from crm.accounts.models import Account, DuplicatePair, PairState
from crm.accounts.services import duplicates
from crm.identity import Candidate
from crm.identity.models import Alias
from crm.opportunities.models import Opportunity
from deal_registration.models import MatchDecision
from tests.cast import actor_of, client_for
from tests.factories import AccountShareFactory

from .test_forms import form_data

pytestmark = pytest.mark.django_db
NEW = "accounts:account_new"
TYPED = "上海远达轴承有限公司"


@pytest.fixture
def known(rep, places):
    return services.create_account(
        data={"name": "上海远大轴承有限公司", "territory": places.shanghai, "country": "CN", "city": "上海"},
        actor=rep,
        at=timezone.now(),
    )


def typed(client, places, **changes) -> dict:
    data = form_data(client, reverse(NEW))
    return data | {"name": TYPED, "territory": places.shanghai.pk, "country": "CN", "city": "上海"} | changes


def aliases() -> list[tuple[int, str]]:
    return list(Alias.objects.values_list("organisation_id", "name"))


def test_likely_twin_is_shown_with_its_evidence_and_nothing_is_added(known, rep_client, places):
    page = rep_client.post(reverse(NEW), typed(rep_client, places))
    text = page.content.decode()
    assert [twin.account for twin in page.context["twins"]] == [known]
    assert page.context["twins"][0].evidence
    assert f'name="same" value="{known.ref}"' in text
    assert 'name="anyway"' in text
    assert Account.objects.filter(name=TYPED).count() == 0


def test_it_is_this_one_goes_there_and_keeps_the_name_as_an_alias(known, rep_client, places, sales_rep):
    answer = rep_client.post(reverse(NEW), typed(rep_client, places, same=known.ref))
    assert answer.url == known.get_absolute_url()
    assert aliases() == [(known.pk, TYPED)]
    event = Event.objects.get(type="account.alias_added")
    assert (event.object_id, event.actor_id) == (known.pk, sales_rep.pk)
    facts = facts_of(event)
    assert (facts["name"], facts["source"]) == (TYPED, "decision")
    assert facts["evidence"]
    assert not Account.objects.filter(name=TYPED).exists()
    best = identity.find_matches(Candidate(TYPED, city="上海", country="CN"))[0]
    assert (best.organisation_id, best.level) == (known.pk, "L3")


def test_its_own_name_is_no_alias_and_twice_is_once(known, rep_client, places):
    rep_client.post(reverse(NEW), typed(rep_client, places, name="上海遠大軸承有限公司", same=known.ref))
    assert aliases() == []
    for _press in range(2):
        rep_client.post(reverse(NEW), typed(rep_client, places, same=known.ref))
    assert Event.objects.filter(type="account.alias_added").count() == 1


def test_another_company_is_added_and_the_pair_not_offered_again(known, rep_client, places, sales_rep):
    answer = rep_client.post(reverse(NEW), typed(rep_client, places, anyway="1"))
    added = Account.objects.get(name=TYPED)
    assert answer.url == added.get_absolute_url()
    event = Event.objects.get(type="account.told_apart")
    assert (event.object_id, event.actor_id) == (added.pk, sales_rep.pk)
    assert facts_of(event)["others"] == [known.name]
    assert facts_of(event)["evidence"][known.ref]["codes"]
    pair = DuplicatePair.objects.get()
    assert (pair.low_id, pair.high_id, pair.state) == (known.pk, added.pk, PairState.DIFFERENT)
    match = duplicates.match_between(added, known.pk)
    assert duplicates.note_pair(added.pk, match, timezone.now()) is None
    assert aliases() == []


def test_forged_twin_is_not_taken_for_it(known, rep_client, places, rep):
    unlike = services.create_account(
        data={"name": "Harbour Works", "territory": places.shanghai}, actor=rep, at=timezone.now()
    )
    page = rep_client.post(reverse(NEW), typed(rep_client, places, same=unlike.ref))
    assert page.status_code == 200
    assert page.context["twins"]
    assert aliases() == []


def test_account_one_may_not_edit_gets_no_names_from_one(known, sales_rep, make_staff, places):
    other = make_staff("northerner", "sales_rep", places.north)
    AccountShareFactory(account=known, user=other, shared_by=sales_rep)
    client = client_for(other)
    answer = client.post(reverse(NEW), typed(client, places, territory=places.north.pk, same=known.ref))
    assert answer.url == known.get_absolute_url()
    assert aliases() == []


def test_account_one_does_not_see_is_no_twin(known, make_staff, places):
    client = client_for(make_staff("northerner", "sales_rep", places.north))
    answer = client.post(reverse(NEW), typed(client, places, territory=places.north.pk))
    assert answer.status_code == 302
    assert Account.objects.filter(name=TYPED).exists()


# --- a new opportunity's customer


def deal(client, places, lines, **changes) -> dict:
    return form_data(client, reverse("opportunities:opportunity_new")) | {
        "customer": TYPED,
        "account": "",
        "name": "Bearings for the mill",
        "type": "new",
        "lines": [lines.pumps.pk],
        "value_0": "100",
        "value_1": "CNY",
        "territory": places.shanghai.pk,
        **changes,
    }


def test_customer_of_an_opportunity_is_settled_on_its_form(known, rep_client, places, lines):
    url = reverse("opportunities:opportunity_new")
    asked = rep_client.post(url, deal(rep_client, places, lines))
    assert asked.status_code == 422
    assert [twin.account for twin in asked.context["form"].twins] == [known]
    assert f'name="same" value="{known.ref}"' in asked.content.decode()
    answer = rep_client.post(url, deal(rep_client, places, lines, same=known.ref))
    opportunity = Opportunity.objects.get()
    assert answer.url == opportunity.get_absolute_url()
    assert opportunity.account == known
    assert aliases() == [(known.pk, TYPED)]


def test_customer_nobody_knew_is_added_with_the_opportunity_or_not_at_all(known, rep_client, places, lines):
    url = reverse("opportunities:opportunity_new")
    rep_client.post(url, deal(rep_client, places, lines, anyway="1", value_0="nonsense"))
    assert not Account.objects.filter(name=TYPED).exists()
    rep_client.post(url, deal(rep_client, places, lines, anyway="1"))
    added = Account.objects.get(name=TYPED)
    assert Opportunity.objects.get().account == added
    assert added.territory == places.shanghai
    assert DuplicatePair.objects.get().state == PairState.DIFFERENT
    assert Event.objects.filter(type="account.told_apart", object_id=added.pk).exists()


def test_what_was_said_of_one_name_holds_for_no_other(known, rep_client, places, lines):
    url = reverse("opportunities:opportunity_new")
    data = deal(rep_client, places, lines, anyway="1", settled="Another name altogether")
    assert rep_client.post(url, data).status_code == 422
    assert not Opportunity.objects.exists()


# --- the review of a registration


@pytest.fixture
def doubtful(known, file_deal, dealer_sales, run_jobs):
    """A registration whose customer looks like the known one."""
    filed = file_deal(dealer_sales, customer_name=TYPED, customer_city="上海")
    run_jobs()
    filed.refresh_from_db()
    assert filed.customer_id != known.pk
    return filed


def press(user, registration, account, verdict) -> None:
    client_for(user).post(
        reverse("registrations:review_match", args=[registration.ref]),
        {"customer": account.ref, "verdict": verdict},
    )


def test_same_on_the_review_page_is_an_event_with_evidence_and_an_alias(known, doubtful, channel_manager):
    press(channel_manager, doubtful, known, "same")
    doubtful.refresh_from_db()
    assert doubtful.customer_id == known.pk
    facts = facts_of(Event.objects.get(type="registration.match_decided"))
    assert (facts["decision"], facts["customer"]) == ("same", known.pk)
    assert facts["level"] and facts["evidence"]
    assert (known.pk, TYPED) in aliases()
    assert Event.objects.get(type="account.alias_added").actor_id == channel_manager.pk


def test_same_said_of_the_customer_it_is_taken_for_is_an_alias_too(known, doubtful, channel_manager):
    type(doubtful).objects.filter(pk=doubtful.pk).update(customer=known, project=None)
    assert aliases() == []
    press(channel_manager, doubtful, known, "same")
    assert aliases() == [(known.pk, TYPED)]


def test_another_on_the_review_page_keeps_the_pair_out_of_the_duplicates(known, doubtful, channel_manager):
    press(channel_manager, doubtful, known, "another")
    assert MatchDecision.objects.get().verdict == "another"
    pair = DuplicatePair.objects.get()
    assert ({pair.low_id, pair.high_id}, pair.state) == (
        {known.pk, doubtful.customer_id},
        PairState.DIFFERENT,
    )
    assert pair.decided_by == channel_manager
    assert aliases() == []


def test_dealer_is_told_nothing_of_the_comparison(known, doubtful, channel_manager, dealer_sales):
    press(channel_manager, doubtful, known, "same")
    page = client_for(dealer_sales).get(reverse("registrations:registration_detail", args=[doubtful.ref]))
    text = page.content.decode()
    assert known.name not in text
    assert "compared" not in text
    assert actor_of(dealer_sales).is_dealer
