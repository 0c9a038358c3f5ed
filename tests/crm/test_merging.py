"""Merging accounts: everything moves, nothing is lost, undoing puts back to the byte what was not touched."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core import search
from core.access.actor import system_actor
from core.access.exceptions import NotAllowed
from core.access.models import FieldLevel
from core.documents.models import StoredFile
from core.jobs.models import Job
from core.ledger import facts_of
from core.ledger.models import Event
from crm import identity
from crm.accounts import services
from crm.accounts.exceptions import FieldNotWritable, MergeRefused, UndoRefused
from crm.accounts.merging import registry, relations
from crm.accounts.models import (
    Account,
    AccountShare,
    Contact,
    DuplicatePair,
    HouseListing,
    Lifecycle,
    Merge,
    PairState,
)
from crm.accounts.services import merging
from crm.activities.models import Activity
from crm.identity import Candidate
from crm.identity.models import Alias, MatchRecord
from crm.opportunities.models import Opportunity
from crm.opportunities.services.terms import keep_in_step
from crm.projects.models import Project
from crm.projects.services import find_or_create
from tests.cast import actor_of
from tests.crm.merging_world import differences, everything, furnish, make_account
from tests.factories import AccountFactory, FieldPermissionFactory, OpportunityFactory, UserFactory

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("tests")


def merge(survivor: Account, loser: Account, actor, **fields) -> Merge:
    outcome = services.merge_accounts(survivor.pk, loser.pk, fields=fields, actor=actor, at=timezone.now())
    assert outcome.held == ""
    return outcome.merge


def undo(merge_: Merge, actor) -> Merge:
    return services.undo_merge(merge_.pk, actor=actor, at=timezone.now())


def found(name: str) -> list[int]:
    return [match.organisation_id for match in identity.find_matches(Candidate(name))]


@pytest.fixture
def two(rep, make_world, places):
    """Two accounts with everything; their names are nothing alike."""
    survivor = make_world("华星泵业有限公司")
    loser = make_world("远大轴承有限公司", rows=2)
    data = {"city": "上海", "industry": "Bearings"}
    loser = services.update_account(loser.pk, data=data, actor=rep, at=timezone.now())
    furnish(survivor, rep, name="Star")
    furnish(loser, rep, name="Grand")
    return survivor, loser


# --- what must not be forgotten


def test_every_relation_to_an_account_or_project_is_handled():
    assert relations.unhandled(Account) == []
    assert relations.unhandled(Project) == []
    names = [name for name, _model, _field in relations.references_to(Account)]
    assert {"accounts.Contact.account", "deal_registration.Claim.customer"} <= set(names)


def test_positive_control_a_unique_relation_nobody_declared_is_found(monkeypatch):
    monkeypatch.delitem(registry._relations, "accounts.AccountShare.account")
    assert relations.unhandled(Account) == ["accounts.AccountShare.account"]
    from crm.accounts.checks import relations_know_how_to_move

    assert [error.id for error in relations_know_how_to_move(None)] == ["accounts.E001"]


# Columns of ours that hold an id without a foreign key, and are of no account.
OF_NO_ACCOUNT = {
    # partner organisations, which are never merged
    "api.ApiKey.organisation_id",
    "honour.HonourCase.partner_id",
    "imports.Import.organisation_id",
    "list_views.SavedView.organisation_id",
    # a registration or a dispute
    "honour.HonourCase.object_id",
    "ledger.Event.actor_id",
    "ledger.Event.transaction_id",
    "ledger.Reader.event_id",
    "ledger.Reader.transaction_id",
    "notifications.Notification.event_id",
}


def test_every_opaque_reference_is_declared():
    """A whole number called an id that is no foreign key points at something: whoever adds one says at what."""
    from django.apps import apps
    from django.db import models

    from tests.architecture.house import our_models

    ours = {model._meta.label for model in our_models()}
    there = set()
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label not in ours or model._meta.app_label.startswith("wagtail"):
            continue
        for field in model._meta.local_fields:
            if (
                isinstance(field, models.IntegerField)
                and field.name.endswith("_id")
                and not field.is_relation
            ):
                there.add(f"{model._meta.label}.{field.name}")
    assert there - OF_NO_ACCOUNT - set(registry.opaque()) == set(), "say in a merging.py how it moves"
    assert {"documents.StoredFile.object_id", "identity.Alias.organisation_id"} <= there
    for column in registry.opaque():  # what is declared is there
        label, field = column.rsplit(".", 1)
        assert apps.get_model(label)._meta.get_field(field), column


# --- the merge


def test_everything_moves_and_the_merged_account_stays_as_a_row(two, rep):
    survivor, loser = two
    at_loser = relations.counts_on(Account, loser.pk)
    assert at_loser["opportunities.Opportunity.account"] == 2
    assert at_loser["accounts.Contact.account"] == 2
    assert at_loser["documents.StoredFile.object_id"] == 1
    before = {
        model: model._base_manager.count()
        for model in (Contact, Opportunity, Activity, Project, HouseListing, AccountShare, StoredFile)
    }
    done = merge(survivor, loser, rep)
    left = relations.counts_on(Account, loser.pk)
    assert left == {"projects.Project.account": 1}  # the empty row of the one that both had
    assert relations.counts_on(Project, Project.objects.get(account=loser).pk) == {}
    assert {model: model._base_manager.count() for model in before} == before
    loser.refresh_from_db()
    assert (loser.lifecycle, loser.merged_into_id) == (Lifecycle.MERGED, survivor.pk)
    assert done.moved["opportunities.Opportunity.account"] == 2
    assert Contact.objects.filter(account=survivor).count() == 3
    assert StoredFile.objects.filter(object_type="accounts.account", object_id=survivor.pk).count() == 2
    assert not Account.objects.visible_to(rep).filter(pk=loser.pk).exists()


def test_index_and_search_know_one_account_by_every_name(two, rep):
    survivor, loser = two
    merge(survivor, loser, rep)
    assert not MatchRecord.objects.filter(organisation_id=loser.pk).exists()
    assert not Alias.objects.filter(organisation_id=loser.pk).exists()
    for name in ("远大轴承", "Grand Brand", "华星泵业", "Star Brand"):
        assert found(name)[0] == survivor.pk, name
    ids = [row["object_id"] for row in search.matching_ids("accounts.account", "远大")]
    assert loser.pk not in ids
    opportunities = [
        row["object_id"] for row in search.matching_ids("opportunities.opportunity", "华星泵业有限公司")
    ]
    assert len(opportunities) == 3


def test_events_on_both_say_what_happened(two, rep):
    survivor, loser = two
    done = merge(survivor, loser, rep)
    kept = Event.objects.get(type="account.merged")
    gone = Event.objects.get(type="account.merged_away")
    assert (kept.object_id, gone.object_id) == (survivor.pk, loser.pk)
    facts = facts_of(kept)
    assert facts["account"] == loser.name
    assert facts["moved"] == done.moved
    assert facts["taken"]["industry"] == ["", "Bearings"]
    assert facts["names"] == ["远大轴承有限公司", "Grand Brand"]


def test_empty_fields_are_filled_and_chosen_ones_taken(rep, places):
    old = make_account(rep, "North Star Pumps", territory=places.shanghai, city="Shanghai", number="100")
    new = make_account(
        rep, "North Star Pumps Group", territory=places.east, city="Ningbo", phone="021-5555", number="200"
    )
    merge(old, new, rep, city="loser", number="loser")
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.name, old.city, old.phone, old.number) == ("North Star Pumps", "Ningbo", "021-5555", "200")
    assert (old.territory, new.number) == (places.shanghai, None)


def test_a_field_one_may_not_write_cannot_be_chosen_but_is_filled(rep, sales_rep, places):
    FieldPermissionFactory(
        role=sales_rep.staff_scopes.get().role,
        model="accounts.account",
        field="registry_id",
        level=FieldLevel.READ,
    )
    one, other, empty = (
        AccountFactory(name=name, registry_id=number, territory=places.shanghai)
        for name, number in (("One", "1"), ("Other", "2"), ("Empty", ""))
    )
    with pytest.raises(FieldNotWritable):
        merge(one, other, rep, registry_id="loser")
    merge(empty, other, rep)
    empty.refresh_from_db()
    assert empty.registry_id == "2"


def test_shares_of_one_colleague_become_one_with_the_wider_right(rep, places):
    one, other = (make_account(rep, name, territory=places.shanghai) for name in ("One", "Other"))
    colleague = UserFactory(is_staff=True)
    today = timezone.localdate()
    for account, can_write, days in ((one, False, 9), (other, True, 3)):
        AccountShare.objects.create(
            account=account,
            user=colleague,
            can_write=can_write,
            ends_on=today + timedelta(days=days),
            shared_by_id=rep.user_id,
        )
    before = everything()
    done = merge(one, other, rep)
    share = AccountShare.objects.get()
    assert (share.account_id, share.can_write, share.ends_on) == (one.pk, True, today + timedelta(days=9))
    undo(done, rep)
    assert differences(before, everything()) == {}


def test_equal_projects_become_one(rep, places):
    one = make_account(rep, "North Star Pumps", territory=places.shanghai)
    other = make_account(rep, "Big Dipper Valves", territory=places.shanghai)
    now = timezone.now()
    kept, _new = find_or_create(account=one, name="Phase 2", actor=rep, at=now)
    same, _new = find_or_create(account=other, name="phase 2 project", tender_number="T9", actor=rep, at=now)
    own, _new = find_or_create(account=other, name="Phase 3", actor=rep, at=now)
    opportunity = OpportunityFactory(account=other, project=same)
    keep_in_step(opportunity)
    before = everything()
    done = merge(one, other, rep)
    opportunity.refresh_from_db()
    kept.refresh_from_db()
    own.refresh_from_db()
    assert (opportunity.account, opportunity.project) == (one, kept)
    assert (kept.tender_number, own.account) == ("T9", one)
    again, is_new = find_or_create(account=one, name="Phase 2", tender_number="T9", actor=rep, at=now)
    assert (again, is_new) == (kept, False)
    undo(done, rep)
    assert differences(before, everything()) == {}


def test_the_address_of_a_joined_project_leads_to_the_one_that_stays(rep, rep_client, places):
    one, other = (
        make_account(rep, name, territory=places.shanghai) for name in ("North Star Pumps", "Big Dipper")
    )
    now = timezone.now()
    kept, same = (
        find_or_create(account=account, name="Phase 2", actor=rep, at=now)[0] for account in (one, other)
    )
    done = merge(one, other, rep)
    answer = rep_client.get(same.get_absolute_url())
    assert (answer.status_code, answer.headers["Location"]) == (302, kept.get_absolute_url())
    undo(done, rep)
    assert rep_client.get(same.get_absolute_url()).status_code == 200


# --- the tree of companies


@pytest.mark.parametrize("below", ["loser below survivor", "survivor below loser", "through another"])
def test_a_parent_and_its_child_become_one_without_a_circle(below, rep, places):
    top = make_account(rep, "Top Holding", territory=places.shanghai)
    upper = make_account(rep, "Upper Works", territory=places.shanghai)
    middle = make_account(rep, "Middle Office", territory=places.shanghai)
    lower = make_account(rep, "Lower Plant", territory=places.shanghai)
    leaf = make_account(rep, "Leaf Shop", territory=places.shanghai)
    for child, parent in ((upper, top), (middle, upper), (lower, middle), (leaf, lower)):
        services.set_parent(child.pk, parent_pk=parent.pk, actor=rep, at=timezone.now())
    before = everything()
    survivor, loser = {
        "loser below survivor": (upper, middle),
        "survivor below loser": (middle, upper),
        "through another": (lower, upper),
    }[below]
    done = merge(survivor, loser, rep, parent="loser")
    survivor.refresh_from_db()
    loser.refresh_from_db()
    assert (survivor.parent, survivor.group_root) == (top, top)
    assert (loser.parent_id, loser.group_root_id) == (None, None)
    for account in Account.objects.exclude(pk__in=(top.pk, loser.pk)):
        seen, above = {account.pk}, account.parent
        while above is not None:
            assert above.pk not in seen and above.pk != loser.pk
            seen.add(above.pk)
            above = above.parent
        assert account.group_root == top
        assert MatchRecord.objects.get(organisation_id=account.pk).group_id == top.pk
    undo(done, rep)
    assert differences(before, everything()) == {}


def test_two_groups_become_one(rep, places):
    accounts = {
        name: make_account(rep, f"{name} Machinery", territory=places.shanghai)
        for name in ("Alpha", "Beta", "Gamma", "Delta")
    }
    for child, parent in (("Beta", "Alpha"), ("Delta", "Gamma")):
        services.set_parent(accounts[child].pk, parent_pk=accounts[parent].pk, actor=rep, at=timezone.now())
    before = everything()
    done = merge(accounts["Beta"], accounts["Gamma"], rep)
    delta = Account.objects.get(pk=accounts["Delta"].pk)
    assert (delta.parent, delta.group_root) == (accounts["Beta"], accounts["Alpha"])
    undo(done, rep)
    assert differences(before, everything()) == {}


# --- taking it back


def test_undo_restores_to_the_byte_what_was_not_touched(two, rep):
    survivor, loser = two
    before = everything()
    done = merge(survivor, loser, rep, name="loser", registry_id="loser", city="loser", territory="loser")
    assert differences(before, everything())
    undone = undo(done, rep)
    assert differences(before, everything()) == {}
    assert undone.left == []
    assert Event.objects.filter(type="account.merge_undone").count() == 2


def test_positive_control_the_comparison_sees_a_single_changed_field(two, rep):
    survivor, loser = two
    before = everything()
    done = merge(survivor, loser, rep)
    Contact.objects.filter(account=survivor).update(job_title="Changed")
    undo(done, rep)
    assert set(differences(before, everything())) == {"accounts.contact"}


def test_what_was_changed_since_stays_and_is_listed(two, rep):
    survivor, loser = two
    done = merge(survivor, loser, rep, industry="loser")
    third = AccountFactory(name="Third")
    moved = Contact.objects.filter(account=survivor, pk__in=_ids(done, "accounts.contact"))
    elsewhere = moved.order_by("pk").first()
    Contact.objects.filter(pk=elsewhere.pk).update(account=third)
    deal = Opportunity.objects.get(pk=_ids(done, "opportunities.opportunity")[0])
    Opportunity.objects.filter(pk=deal.pk).update(name="Renamed since")
    services.update_account(survivor.pk, data={"industry": "Water"}, actor=rep, at=timezone.now())
    new = services.add_contact(survivor.pk, data={"name": "New"}, actor=rep, at=timezone.now())
    undone = undo(done, rep)
    for row in (elsewhere, deal, new, survivor):
        row.refresh_from_db()
    assert elsewhere.account == third
    assert (deal.account, deal.name) == (loser, "Renamed since")
    assert new.account == survivor
    assert survivor.industry == "Water"
    assert {(row["model"], *row["ids"], *row["columns"]) for row in undone.left} == {
        ("accounts.contact", elsewhere.pk, "account_id"),
        ("accounts.account", survivor.pk, "industry"),
    }
    event = Event.objects.filter(type="account.merge_undone").first()
    assert facts_of(event)["added_since"] == {"accounts.Contact.account": 1}


def _ids(done: Merge, label: str) -> list[int]:
    return [pk for entry in done.changes if entry["model"] == label for pk in entry.get("ids", ())]


def test_undo_after_the_days_set_is_refused(two, rep, clock, settings):
    settings.ACCOUNT_MERGE_UNDO_DAYS = 5
    done = merge(*two, rep)
    clock.shift(timedelta(days=5, seconds=5))
    with pytest.raises(UndoRefused, match="over"):
        undo(done, rep)
    settings.ACCOUNT_MERGE_UNDO_DAYS = 30
    with pytest.raises(UndoRefused):  # the day was fixed when it was merged
        undo(done, rep)


def test_undo_twice_is_refused(two, rep):
    done = merge(*two, rep)
    undo(done, rep)
    with pytest.raises(UndoRefused, match="already"):
        undo(done, rep)


def test_merges_in_a_row_resolve_and_are_undone_from_the_last(rep, places):
    one, other, third = (
        make_account(rep, name, territory=places.shanghai)
        for name in ("North Star Pumps", "Big Dipper Valves", "Southern Cross Drives")
    )
    before = everything()
    first = merge(other, one, rep)
    second = merge(third, other, rep)
    one.refresh_from_db()
    assert merging.final_of(one) == third.pk
    assert merging.merged_ids(third.pk) == sorted([one.pk, other.pk])
    assert found("North Star Pumps") == [third.pk]
    with pytest.raises(UndoRefused, match="Undo that merge first"):
        undo(first, rep)
    undo(second, rep)
    undo(first, rep)
    assert differences(before, everything()) == {}


def test_undoing_the_earlier_of_two_merges_into_one_account(rep, places):
    kept, one, other = (
        make_account(rep, name, territory=places.shanghai)
        for name in ("North Star Pumps", "Big Dipper Valves", "Southern Cross Drives")
    )
    services.add_contact(one.pk, data={"name": "Of one"}, actor=rep, at=timezone.now())
    services.add_contact(other.pk, data={"name": "Of other"}, actor=rep, at=timezone.now())
    first = merge(kept, one, rep)
    merge(kept, other, rep)
    undo(first, rep)
    assert list(Contact.objects.filter(account=one).values_list("name", flat=True)) == ["Of one"]
    assert list(Contact.objects.filter(account=kept).values_list("name", flat=True)) == ["Of other"]
    assert found("Southern Cross Drives")[0] == kept.pk
    assert found("Big Dipper Valves") == [one.pk]


def test_undo_makes_no_circle_where_the_tree_was_changed_since(rep, places):
    above = make_account(rep, "Above Holding", territory=places.shanghai)
    kept = make_account(rep, "North Star Pumps", territory=places.shanghai)
    gone = make_account(rep, "Big Dipper Valves", territory=places.shanghai)
    services.set_parent(gone.pk, parent_pk=above.pk, actor=rep, at=timezone.now())
    done = merge(kept, gone, rep)  # the survivor had no parent and takes this one
    kept.refresh_from_db()
    assert kept.parent == above
    services.set_parent(kept.pk, parent_pk=None, actor=rep, at=timezone.now())
    services.set_parent(above.pk, parent_pk=kept.pk, actor=rep, at=timezone.now())
    undo(done, rep)
    gone.refresh_from_db()
    above.refresh_from_db()
    assert (gone.parent, above.parent, gone.group_root) == (above, kept, kept)
    assert MatchRecord.objects.get(organisation_id=gone.pk).group_id == kept.pk


# --- refused


def test_an_account_is_not_merged_with_itself_or_one_that_is_gone(two, rep):
    survivor, loser = two
    with pytest.raises(MergeRefused):
        merge(survivor, survivor, rep)
    merge(survivor, loser, rep)
    with pytest.raises(MergeRefused, match="merged meanwhile"):
        merge(survivor, loser, rep)


def test_partner_organisations_are_refused_with_the_reason(own_partner, rep, places):
    customer = AccountFactory(name="Customer", territory=places.shanghai)
    for survivor, loser in ((own_partner.account, customer), (customer, own_partner.account)):
        with pytest.raises(MergeRefused, match="is a partner organisation"):
            merge(survivor, loser, rep)
    assert not Merge.objects.exists()


def test_a_prospect_goes_into_an_account_and_not_the_other_way(places, administrator, rep):
    account = make_account(rep, "North Star Pumps", territory=places.shanghai)
    prospect = services.become_prospect(
        candidate=Candidate("Polaris Pumps"), territory=places.shanghai, actor=SYSTEM, at=timezone.now()
    )
    actor = actor_of(administrator)
    with pytest.raises(MergeRefused, match="prospect"):
        merge(prospect, account, actor)
    with pytest.raises(Account.DoesNotExist):  # who does not read registrations sees no prospect
        merge(account, prospect, rep)
    done = merge(account, prospect, actor)
    assert found("Polaris Pumps") == [account.pk]
    undo(done, actor)
    prospect.refresh_from_db()
    assert prospect.lifecycle == Lifecycle.PROSPECT
    assert not search.matching_ids("accounts.account", "Polaris").exists()


def test_who_may_not_edit_both_sides_may_not_merge(rep, places, dealer_manager, channel_manager):
    own = AccountFactory(name="Own", territory=places.shanghai)
    foreign = AccountFactory(name="Foreign", territory=places.germany)
    with pytest.raises(Account.DoesNotExist):
        merge(own, foreign, rep)
    for person in (dealer_manager, channel_manager):
        with pytest.raises(NotAllowed):
            merge(own, foreign, actor_of(person))


def test_a_choice_made_by_what_is_no_longer_so_is_refused(two, rep):
    survivor, loser = two
    seen = merging.fingerprint_of(survivor, loser)
    services.update_account(loser.pk, data={"city": "宁波"}, actor=rep, at=timezone.now())
    with pytest.raises(MergeRefused, match="changed meanwhile"):
        services.merge_accounts(survivor.pk, loser.pk, actor=rep, at=timezone.now(), seen=seen)


def test_who_may_not_merge_may_not_undo(two, rep, make_staff, places, channel_manager):
    done = merge(*two, rep)
    with pytest.raises(NotAllowed):
        undo(done, actor_of(channel_manager))
    with pytest.raises(Merge.DoesNotExist):
        undo(done, actor_of(make_staff("abroad", "sales_rep", places.germany)))
    assert Merge.objects.standing().get() == done


# --- who came too late


def test_what_came_to_the_merged_account_meanwhile_is_moved_and_comes_back(two, rep, run_jobs, clock):
    survivor, loser = two
    done = merge(survivor, loser, rep)
    late = OpportunityFactory(account=loser)
    clock.shift(timedelta(minutes=1))
    run_jobs()
    late.refresh_from_db()
    assert late.account == survivor
    undo(done, rep)
    late.refresh_from_db()
    assert late.account == loser


def test_gathering_after_an_undo_does_nothing(two, rep, run_jobs, clock):
    done = merge(*two, rep)
    undo(done, rep)
    before = everything()
    clock.shift(timedelta(minutes=1))
    run_jobs()
    assert differences(before, everything()) == {}
    assert Job.objects.filter(kind="accounts.gather_stragglers", state="done").count() == 1


# --- pairs


def test_other_pairs_follow_the_merge_and_come_back(rep, places):
    one, other, third, fourth = (
        make_account(rep, name, territory=places.shanghai) for name in ("One", "Other", "Third", "Fourth")
    )
    now = timezone.now()
    services.judge_different(other.pk, third.pk, actor=rep, at=now)
    services.judge_different(other.pk, fourth.pk, actor=rep, at=now)
    services.judge_different(one.pk, fourth.pk, actor=rep, at=now)
    before = everything()
    done = merge(one, other, rep)
    states = {(pair.low_id, pair.high_id): pair.state for pair in DuplicatePair.objects.all()}
    assert states == {
        (one.pk, other.pk): PairState.MERGED,
        (one.pk, third.pk): PairState.DIFFERENT,
        (one.pk, fourth.pk): PairState.DIFFERENT,
    }
    undo(done, rep)
    assert differences(before, everything()) == {}
