"""Accounts: services with their events, fields, groups, house list, shares."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from core import search
from core.access.actor import system_actor
from core.access.exceptions import NotAllowed
from core.access.models import FieldLevel
from core.ledger import facts_of
from core.ledger.models import Event
from crm import identity
from crm.accounts import selectors, services
from crm.accounts.exceptions import FieldNotWritable, GroupCycle, ListingRefused
from crm.accounts.models import Account, Contact, Lifecycle
from crm.accounts.services.accounts import keep_in_step
from crm.accounts.typeahead import customer_options
from crm.identity import Candidate
from crm.identity.models import MatchRecord
from tests.cast import actor_of
from tests.factories import AccountFactory, FieldPermissionFactory, OpportunityFactory

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("screening")


def last_event() -> Event:
    return Event.objects.order_by("-pk").first()


def found(name: str) -> list[int]:
    return [match.organisation_id for match in identity.find_matches(Candidate(name))]


def searched(words: str) -> list[int]:
    return [row["object_id"] for row in search.matching_ids("accounts.account", words)]


@pytest.fixture
def account(rep, places):
    return services.create_account(
        data={"name": "上海华星泵业有限公司", "territory": places.shanghai, "country": "CN"},
        actor=rep,
        at=timezone.now(),
    )


def test_create_account_is_an_event_and_is_found(account, rep):
    event = last_event()
    assert (event.type, event.object_id, event.actor_id) == ("account.created", account.pk, rep.user_id)
    assert account.owner_id == rep.user_id
    assert found("华星泵业") == [account.pk]
    assert searched("华星") == [account.pk]


def test_create_account_outside_the_territories_is_refused(rep, places):
    with pytest.raises(NotAllowed):
        services.create_account(
            data={"name": "Elsewhere", "territory": places.germany}, actor=rep, at=timezone.now()
        )
    assert not Account.objects.filter(name="Elsewhere").exists()


def test_create_account_checks_lengths_by_field(rep, places):
    with pytest.raises(ValidationError) as refused:
        services.create_account(
            data={"name": "x" * 301, "territory": places.east}, actor=rep, at=timezone.now()
        )
    assert "name" in refused.value.message_dict


def test_update_account_keeps_index_and_search_in_step(account, rep):
    services.update_account(account.pk, data={"name": "远大轴承有限公司"}, actor=rep, at=timezone.now())
    assert found("华星泵业") == []
    assert found("远大轴承") == [account.pk]
    assert searched("华星") == []
    assert facts_of(last_event())["changed"] == ["name"]


def test_update_account_without_a_difference_leaves_no_event(account, rep):
    before = Event.objects.count()
    services.update_account(account.pk, data={"name": account.name}, actor=rep, at=timezone.now())
    assert Event.objects.count() == before


def test_update_account_of_another_territory_is_refused(rep, places):
    foreign = AccountFactory(name="Foreign", territory=places.germany)
    with pytest.raises(NotAllowed):
        services.update_account(foreign.pk, data={"city": "Berlin"}, actor=rep, at=timezone.now())


def test_update_account_respects_field_permissions(account, rep, sales_rep):
    FieldPermissionFactory(
        role=sales_rep.staff_scopes.get().role,
        model="accounts.account",
        field="registry_id",
        level=FieldLevel.READ,
    )
    with pytest.raises(FieldNotWritable):
        services.update_account(account.pk, data={"registry_id": "1"}, actor=rep, at=timezone.now())
    services.update_account(account.pk, data={"registry_id": ""}, actor=rep, at=timezone.now())


def test_dealer_may_edit_no_account(account, dealer_manager, own_partner):
    OpportunityFactory(account=account, partner_account=own_partner.account)
    with pytest.raises(NotAllowed):
        services.update_account(
            account.pk, data={"city": "x"}, actor=actor_of(dealer_manager), at=timezone.now()
        )


def test_prospect_is_matched_but_in_no_list_or_search(places, rep):
    prospect = services.become_prospect(
        candidate=Candidate("恒泰轴承有限公司", city="苏州"),
        territory=places.east,
        actor=SYSTEM,
        at=timezone.now(),
    )
    assert prospect.lifecycle == Lifecycle.PROSPECT
    assert found("恒泰轴承") == [prospect.pk]
    assert searched("恒泰") == []
    assert not Account.objects.visible_to(rep).filter(pk=prospect.pk).exists()
    assert customer_options(rep, "恒泰轴承") == []


def test_promoted_prospect_carries_the_words_of_the_approved(places, rep):
    prospect = services.become_prospect(
        candidate=Candidate(
            "恒泰轴承股份有限公司", address="Rival Street 1", phone="021-5555 0000", registry_id="22099131"
        ),
        territory=places.north,
        actor=SYSTEM,
        at=timezone.now(),
    )
    promoted = services.promote(
        prospect.pk,
        candidate=Candidate("恒泰轴承有限公司", city="苏州"),
        territory=places.east,
        actor=SYSTEM,
        at=timezone.now(),
    )
    assert promoted.pk == prospect.pk
    assert (promoted.lifecycle, promoted.name, promoted.address, promoted.phone) == (
        "account",
        "恒泰轴承有限公司",
        "",
        "",
    )
    assert promoted.registry_id == "22099131"
    assert searched("恒泰") == [prospect.pk]
    again = services.promote(prospect.pk, candidate=Candidate("Else"), actor=SYSTEM, at=timezone.now())
    assert again.name == "恒泰轴承有限公司"


def test_parent_keeps_the_group_root_of_the_whole_subtree(rep, places):
    top, middle, leaf, other = (
        AccountFactory(name=name, territory=places.east) for name in ("T", "M", "L", "O")
    )
    for row in (top, middle, leaf, other):
        keep_in_step(row)

    def put(child, parent):
        services.set_parent(child.pk, parent_pk=parent.pk if parent else None, actor=rep, at=timezone.now())

    put(leaf, middle)
    put(middle, top)
    assert selectors.group_ids_of(Account.objects.get(pk=leaf.pk)) == sorted([top.pk, middle.pk, leaf.pk])
    put(top, other)
    roots = dict(Account.objects.values_list("pk", "group_root_id"))
    assert {roots[row.pk] for row in (top, middle, leaf)} == {other.pk}
    put(middle, None)
    roots = dict(Account.objects.values_list("pk", "group_root_id"))
    assert (roots[middle.pk], roots[leaf.pk], roots[top.pk]) == (None, middle.pk, other.pk)
    assert MatchRecord.objects.get(pk=leaf.pk).group_id == middle.pk


def test_parent_cannot_stand_below_itself(rep, places):
    top, leaf = AccountFactory(territory=places.east), AccountFactory(territory=places.east)
    services.set_parent(leaf.pk, parent_pk=top.pk, actor=rep, at=timezone.now())
    for parent in (leaf, top):
        with pytest.raises(GroupCycle):
            services.set_parent(top.pk, parent_pk=parent.pk, actor=rep, at=timezone.now())


def test_invisible_company_cannot_become_parent(rep, places):
    foreign = AccountFactory(territory=places.germany)
    own = AccountFactory(territory=places.east)
    with pytest.raises(Account.DoesNotExist):
        services.set_parent(own.pk, parent_pk=foreign.pk, actor=rep, at=timezone.now())


def test_contacts_are_personal_facts_that_can_be_erased(account, rep):
    contact = services.add_contact(
        account.pk, data={"name": "王小明", "email": "wang@example.com"}, actor=rep, at=timezone.now()
    )
    services.update_contact(contact.pk, data={"phone": "123"}, actor=rep, at=timezone.now())
    subjects = {fact_set.subject for fact_set in last_event().fact_sets.all()}
    assert f"contact:{contact.pk}" in subjects
    business = [row.facts for row in last_event().fact_sets.all() if row.subject == ""]
    assert "王小明" not in str(business)
    services.remove_contact(contact.pk, actor=rep, at=timezone.now())
    assert not Contact.objects.exists()


def test_house_listing_covers_its_account_or_the_whole_group(administrator, rep, places):
    actor, now = actor_of(administrator), timezone.now()
    top, leaf, other = (AccountFactory(territory=places.east) for _n in range(3))
    services.set_parent(leaf.pk, parent_pk=top.pk, actor=rep, at=now)
    ids = [top.pk, leaf.pk, other.pk]
    listing = services.add_house_listing(top.pk, valid_from=now, actor=actor, at=now)
    assert set(selectors.house_listings_on(ids, at=now)) == {top.pk}
    services.end_house_listing(listing.pk, actor=actor, at=now + timedelta(days=1))
    assert selectors.house_listings_on(ids, at=now + timedelta(days=1)) == {}
    services.add_house_listing(top.pk, valid_from=now, whole_group=True, actor=actor, at=now)
    assert set(selectors.house_listings_on(ids, at=now + timedelta(days=1))) == {top.pk, leaf.pk}
    with pytest.raises(ListingRefused):
        services.end_house_listing(listing.pk, actor=actor, at=now + timedelta(days=2))
    with pytest.raises(ListingRefused):
        services.add_house_listing(top.pk, valid_from=now, valid_until=now, actor=actor, at=now)
    with pytest.raises(NotAllowed):
        services.add_house_listing(top.pk, valid_from=now, actor=rep, at=now)


def test_share_opens_an_account_until_its_day(account, rep, make_staff, places):
    colleague = make_staff("colleague", "sales_rep", places.germany)
    assert not Account.objects.visible_to(actor_of(colleague)).exists()
    share = services.share_account(
        account.pk,
        user_pk=colleague.pk,
        can_write=True,
        ends_on=timezone.localdate() + timedelta(days=3),
        actor=rep,
        at=timezone.now(),
    )
    theirs = actor_of(colleague)
    assert list(Account.objects.visible_to(theirs)) == [account]
    services.update_account(account.pk, data={"industry": "Water"}, actor=theirs, at=timezone.now())
    services.unshare_account(share.pk, actor=rep, at=timezone.now())
    assert not Account.objects.visible_to(theirs).exists()


def test_options_offer_only_what_the_dealer_may_see(dealer_sales, own_partner, account, rep, places):
    other = services.create_account(
        data={"name": "上海华星泵业贸易有限公司", "territory": places.east}, actor=rep, at=timezone.now()
    )
    dealer = actor_of(dealer_sales)
    assert customer_options(dealer, "华星泵业") == []
    OpportunityFactory(account=account, partner_account=own_partner.account)
    (option,) = customer_options(dealer, "華星泵業")
    assert option.account == account
    assert option.reason == "same name without legal form and place"
    assert [row.account for row in customer_options(dealer, "上海华兴泵业")] == [account]
    assert other.pk in [row.account.pk for row in customer_options(rep, "华星")]


def test_alias_a_person_confirmed_is_an_event(account, rep):
    assert services.remember_alias(
        account.pk, name="Shooting Star", source="decision", actor=rep, at=timezone.now()
    )
    assert last_event().type == "account.alias_added"
    assert found("Shooting Star Ltd") == [account.pk]
    assert not services.remember_alias(
        account.pk, name="Shooting Star", source="decision", actor=rep, at=timezone.now()
    )
