"""Finding duplicates: the search, the work list, telling two apart; the pages of comparing, merging and undoing."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.access.actor import system_actor
from core.access.exceptions import NotAllowed
from core.jobs import services as jobs
from core.jobs.models import Job, JobState
from core.ledger import facts_of
from core.ledger.models import Event
from crm.accounts import services
from crm.accounts.models import Account, DuplicatePair, Lifecycle, Merge, PairState
from crm.accounts.services import duplicates
from crm.identity import Candidate
from tests.cast import actor_of, client_for
from tests.crm.merging_world import make_account
from tests.factories import DuplicatePairFactory

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("tests")
NAME = "North Star Pumps Co., Ltd."


def start(actor) -> Job:
    return services.start_search(actor=actor, at=timezone.now())


def pairs() -> set[tuple[int, int, str]]:
    return {(pair.low_id, pair.high_id, pair.state) for pair in DuplicatePair.objects.all()}


@pytest.fixture
def twins(rep, places):
    """Two accounts of one name, and one of another."""
    one = make_account(rep, NAME, territory=places.shanghai, country="CN", city="Shanghai")
    other = make_account(rep, "North Star Pumps Ltd", territory=places.east, country="CN", city="Shanghai")
    make_account(rep, "Big Dipper Valves GmbH", territory=places.shanghai)
    return one, other


# --- the search


def test_the_search_finds_each_pair_once(twins, rep, run_jobs):
    one, other = twins
    job = start(rep)
    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.progress, job.payload["done"]) == (JobState.DONE, 100, 3)
    assert pairs() == {(one.pk, other.pk, PairState.OPEN)}
    pair = DuplicatePair.objects.get()
    assert pair.level in ("L3", "L1")
    assert pair.evidence[0][1:] != []
    assert Event.objects.filter(type="duplicates.searched").count() == 1
    assert facts_of(Event.objects.get(type="duplicates.found"))["accounts"] == 3


def test_relatives_are_never_a_pair(rep, places, run_jobs):
    head = make_account(rep, NAME, territory=places.shanghai)
    shop = make_account(rep, "Harbour Machinery Services", territory=places.shanghai)
    services.set_parent(shop.pk, parent_pk=head.pk, actor=rep, at=timezone.now())
    start(rep)
    run_jobs()
    assert pairs() == set()


def test_what_may_be_the_same_is_offered_from_a_score_on(twins, settings):
    from crm.identity import Match

    def match(level, score):
        return Match(1, level, score, (), 1, True)

    settings.ACCOUNT_DUPLICATES_MINIMUM_SCORE = 70.0
    assert [duplicates.is_offered(match("L4", score)) for score in (69.9, 70.0)] == [False, True]
    assert duplicates.is_offered(match("L2", 80.0))
    assert duplicates.is_offered(match("L1", 1.0))
    assert not duplicates.is_offered(match("L5", 100.0))


def test_a_search_goes_on_where_a_dead_worker_stopped(rep, places, run_jobs, monkeypatch, clock):
    data = {"territory": places.shanghai, "country": "CN", "registry_id": "91310000607378229L"}
    made = [make_account(rep, NAME, **data) for _number in range(6)]
    monkeypatch.setattr(duplicates, "BATCH", 2)
    job = start(rep)
    asked: list[int] = []
    search_one = duplicates._search_one

    def dying(account, began):
        if len(asked) == 3:
            raise SystemExit  # the process ends: nothing of its own is put in order
        asked.append(account.pk)
        search_one(account, began)

    monkeypatch.setattr(duplicates, "_search_one", dying)
    with pytest.raises(SystemExit):
        jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.payload["cursor"]) == (JobState.RUNNING, made[1].pk)
    monkeypatch.setattr(
        duplicates,
        "_search_one",
        lambda account, began: (asked.append(account.pk), search_one(account, began)),
    )
    clock.shift(timedelta(minutes=10))
    run_jobs()
    job.refresh_from_db()
    assert job.state == JobState.DONE
    # The third was rolled back with its batch, so it is asked again; the first two are not.
    assert asked == [made[0].pk, made[1].pk, made[2].pk, *(account.pk for account in made[2:])]
    assert len(pairs()) == 15


def test_a_worker_that_lost_its_lease_writes_nothing_more(twins, rep, monkeypatch):
    job = start(rep)
    taken = jobs.take(job.pk)
    Job.objects.filter(pk=job.pk).update(fence=taken.fence + 1)
    with pytest.raises(jobs.LeaseLost):
        duplicates.search_batch(taken, timezone.now())
    assert pairs() == set()


def test_one_search_at_a_time(twins, rep, run_jobs):
    first = start(rep)
    assert start(rep) == first
    run_jobs()
    assert start(rep) != first


def test_pairs_that_are_no_longer_alike_are_dropped_by_the_next_search(twins, rep, run_jobs):
    start(rep)
    run_jobs()
    services.update_account(twins[1].pk, data={"name": "Harbour Works"}, actor=rep, at=timezone.now())
    start(rep)
    run_jobs()
    assert pairs() == set()


def test_prospects_are_searched_too(rep, places, run_jobs):
    known = make_account(rep, NAME, territory=places.shanghai, country="CN")
    prospect = services.become_prospect(
        candidate=Candidate("North Star Pumps", country="CN"),
        territory=places.shanghai,
        actor=SYSTEM,
        at=timezone.now(),
    )
    start(rep)
    run_jobs()
    assert pairs() == {(known.pk, prospect.pk, PairState.OPEN)}


# --- telling two apart


def test_not_the_same_is_an_event_on_both_and_can_be_undone(twins, rep):
    one, other = twins
    pair = services.judge_different(one.pk, other.pk, actor=rep, at=timezone.now())
    assert (pair.state, pair.decided_by_id) == (PairState.DIFFERENT, rep.user_id)
    events = Event.objects.filter(type="account.judged_different")
    assert {event.object_id for event in events} == {one.pk, other.pk}
    assert {facts_of(event)["account"] for event in events} == {one.name, other.name}
    services.judge_different(one.pk, other.pk, actor=rep, at=timezone.now())
    assert events.count() == 2
    pair = services.reopen_pair(one.pk, other.pk, actor=rep, at=timezone.now())
    assert (pair.state, pair.decided_by_id, pair.decided_at) == (PairState.OPEN, None, None)
    assert Event.objects.filter(type="account.judgement_undone").count() == 2


def test_a_pair_told_apart_is_offered_again_only_when_more_speaks_for_it(twins, rep, run_jobs):
    one, other = twins
    services.judge_different(one.pk, other.pk, actor=rep, at=timezone.now())
    start(rep)
    run_jobs()
    assert pairs() == {(one.pk, other.pk, PairState.DIFFERENT)}
    for account in twins:
        data = {"registry_id": "91310000607378229L", "country": "CN"}
        services.update_account(account.pk, data=data, actor=rep, at=timezone.now())
    start(rep)
    run_jobs()
    assert pairs() == {(one.pk, other.pk, PairState.OPEN)}


def test_who_may_not_merge_tells_nothing_apart(twins, channel_manager, dealer_manager):
    for person in (channel_manager, dealer_manager):
        with pytest.raises(NotAllowed):
            services.judge_different(twins[0].pk, twins[1].pk, actor=actor_of(person), at=timezone.now())


# --- the pages


def page(client, name: str, *args, **query):
    return client.get(reverse(f"accounts:{name}", args=args), query)


def test_the_work_list_shows_what_is_to_be_decided_the_surest_first(rep_client, rep, places, twins):
    one, other = twins
    third = make_account(rep, "Alpha", territory=places.shanghai)
    DuplicatePairFactory(low=one, high=third, level="L4", rank=3, score=70)
    DuplicatePairFactory(low=one, high=other, level="L1", rank=0, score=100)
    told_apart = DuplicatePairFactory(low=other, high=third)
    services.judge_different(other.pk, third.pk, actor=rep, at=timezone.now())
    text = page(rep_client, "duplicate_list").content.decode()
    assert text.index("Same registry id") < text.index("Similar name")
    assert f"{told_apart.low.ref}-{told_apart.high.ref}" not in text
    text = page(rep_client, "duplicate_list", state="different").content.decode()
    assert f'name="reopen" value="{other.ref}-{third.ref}"' in text


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ({"level": "L3"}, True),
        ({"level": "L1"}, False),
        ({"territory": "cn-east"}, True),
        ({"territory": "de"}, False),
        ({"mine": "mine"}, True),
        ({"state": "held"}, False),
    ],
)
def test_filters_of_the_work_list(query, is_there, twins, make_staff, places):
    DuplicatePairFactory(low=twins[0], high=twins[1])
    everywhere = make_staff("head", "sales_head")
    Account.objects.filter(pk=twins[0].pk).update(owner=everywhere)
    text = page(client_for(everywhere), "duplicate_list", **query).content.decode()
    assert (f"{twins[0].ref}-{twins[1].ref}" in text) is is_there


def test_pairs_with_a_side_one_does_not_see_do_not_exist(rep_client, rep, places, twins, administrator):
    foreign = make_account(SYSTEM, "Foreign Works", territory=places.germany)
    prospect = services.become_prospect(
        candidate=Candidate("Typed Prospect"), territory=places.shanghai, actor=SYSTEM, at=timezone.now()
    )
    for unseen in (foreign, prospect):
        pair = DuplicatePairFactory(low=twins[0], high=unseen)
        assert pair not in DuplicatePair.objects.visible_to(rep)
        assert unseen.name not in page(rep_client, "duplicate_list").content.decode()
        assert page(rep_client, "account_merge", twins[0].ref, unseen.ref).status_code == 404
        answer = rep_client.post(
            reverse("accounts:duplicate_judge"), {"different": f"{twins[0].ref}-{unseen.ref}"}
        )
        assert answer.status_code == 404
        assert unseen.name in page(client_for(administrator), "duplicate_list").content.decode()
    assert DuplicatePair.objects.filter(state=PairState.DIFFERENT).count() == 0


def test_the_list_costs_the_same_for_one_and_for_five(rep_client, rep, places, count_queries):
    url = reverse("accounts:duplicate_list")

    def add(number):
        made = [make_account(rep, f"{side} {number}", territory=places.shanghai) for side in ("A", "B")]
        DuplicatePairFactory(low=made[0], high=made[1])

    add(0)
    rep_client.get(url)
    one = count_queries(rep_client.get, url)
    for number in range(1, 5):
        add(number)
    assert count_queries(rep_client.get, url) == one


def test_starting_a_search_shows_its_progress(rep_client, twins, run_jobs):
    text = page(rep_client, "duplicate_list").content.decode()
    assert "Nobody has searched" in text
    rep_client.post(reverse("accounts:duplicate_search"))
    assert "hx-get" in page(rep_client, "duplicate_progress").content.decode()
    Job.objects.filter(kind=duplicates.SEARCH).update(progress=40)
    assert "40" in page(rep_client, "duplicate_progress").content.decode()
    run_jobs()
    answer = page(rep_client, "duplicate_progress")
    assert answer.headers["HX-Refresh"] == "true"
    assert "Last search" in page(rep_client, "duplicate_list").content.decode()


def test_one_press_tells_two_apart_and_returns_to_the_same_list(rep_client, twins):
    DuplicatePairFactory(low=twins[0], high=twins[1])
    key = f"{twins[0].ref}-{twins[1].ref}"
    came_from = f"http://testserver{reverse('accounts:duplicate_list')}?level=L3"
    answer = rep_client.post(
        reverse("accounts:duplicate_judge"), {"different": key}, headers={"referer": came_from}
    )
    assert answer.headers["Location"] == f"{reverse('accounts:duplicate_list')}?level=L3"
    assert DuplicatePair.objects.get().state == PairState.DIFFERENT
    rep_client.post(reverse("accounts:duplicate_judge"), {"reopen": key})
    assert DuplicatePair.objects.get().state == PairState.OPEN


def send(client, one, other, **changes):
    url = reverse("accounts:account_merge", args=[one.ref, other.ref])
    form = client.get(url).context["form"]
    data = {name: form[name].value() or "" for name in form.fields if not name.startswith("field_")}
    return client.post(url, {**data, **changes})


def test_compare_merge_redirect_and_undo(rep_client, rep, twins):
    one, other = twins
    services.add_contact(other.pk, data={"name": "Zhou Min"}, actor=rep, at=timezone.now())
    text = page(rep_client, "account_merge", one.ref, other.ref).content.decode()
    assert "Merge into one account" in text
    assert "<dt>Contacts</dt><dd>1</dd>" in text
    answer = send(rep_client, one, other, field_name="loser")
    assert answer.headers["Location"] == one.get_absolute_url()
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.name, other.lifecycle) == ("North Star Pumps Ltd", Lifecycle.MERGED)

    answer = rep_client.get(other.get_absolute_url(), follow=True)
    assert answer.redirect_chain == [(one.get_absolute_url(), 302)]
    text = answer.content.decode()
    assert "was merged into this one" in text
    assert "Merged into this account" in text
    assert "Another account merged into this one" in text
    assert text.count("Account created") == 2  # the story of both

    merge = Merge.objects.get()
    text = page(rep_client, "merge_detail", merge.ref).content.decode()
    assert "Can be undone until" in text
    rep_client.post(reverse("accounts:merge_undo", args=[merge.ref]))
    text = page(rep_client, "merge_detail", merge.ref).content.decode()
    assert "everything that was moved is back" in text
    assert rep_client.get(other.get_absolute_url()).status_code == 200


def test_a_double_click_merges_once(rep_client, twins):
    one, other = twins
    url = reverse("accounts:account_merge", args=[one.ref, other.ref])
    form = rep_client.get(url).context["form"]
    data = {name: form[name].value() or "" for name in form.fields if not name.startswith("field_")}
    first, second = rep_client.post(url, data), rep_client.post(url, data)
    assert first.headers["Location"] == second.headers["Location"] == one.get_absolute_url()
    assert Merge.objects.count() == 1


def test_the_other_one_may_stay(rep_client, twins):
    one, other = twins
    send(rep_client, one, other, keep=other.ref)
    one.refresh_from_db()
    assert one.merged_into == other


def test_what_was_changed_meanwhile_is_shown_before_merging(rep_client, rep, twins):
    one, other = twins
    url = reverse("accounts:account_merge", args=[one.ref, other.ref])
    form = rep_client.get(url).context["form"]
    data = {name: form[name].value() or "" for name in form.fields if not name.startswith("field_")}
    services.update_account(other.pk, data={"city": "Ningbo"}, actor=rep, at=timezone.now())
    answer = rep_client.post(url, data)
    assert answer.status_code == 422
    assert "changed meanwhile" in answer.content.decode()
    assert answer.context["form"]["seen"].value() != data["seen"]
    assert not Merge.objects.exists()


def test_the_address_of_a_merged_account_is_nothing_for_who_does_not_see_the_other(
    twins, rep, make_staff, places
):
    one, other = twins
    services.merge_accounts(one.pk, other.pk, actor=rep, at=timezone.now())
    abroad = client_for(make_staff("abroad", "sales_rep", places.germany))
    assert abroad.get(other.get_absolute_url()).status_code == 404


def test_a_held_pair_says_why(rep_client, rep, twins, monkeypatch):
    from dataclasses import replace

    from crm.accounts.merging import registry

    party = replace(
        registry._parties["deal_registration"], hold=lambda survivor, loser, at: "Somebody has to rule."
    )
    monkeypatch.setitem(registry._parties, party.key, party)
    one, other = twins
    text = page(rep_client, "account_merge", one.ref, other.ref).content.decode()
    assert "Hold for a ruling" in text
    send(rep_client, one, other)
    pair = DuplicatePair.objects.get()
    assert (pair.state, pair.reason) == (PairState.HELD, "Somebody has to rule.")
    assert "Somebody has to rule." in page(rep_client, "duplicate_list").content.decode()
    assert "Held for a ruling." in page(rep_client, "account_merge", one.ref, other.ref).content.decode()


def test_the_account_page_offers_its_twins_until_they_are_told_apart(rep_client, rep, twins):
    one, other = twins
    text = rep_client.get(one.get_absolute_url()).content.decode()
    assert "May be the same as" in text
    assert reverse("accounts:account_merge", args=[one.ref, other.ref]) in text
    services.judge_different(one.pk, other.pk, actor=rep, at=timezone.now())
    assert "May be the same as" not in rep_client.get(one.get_absolute_url()).content.decode()


def test_the_comparison_tells_what_speaks_for_it_now(rep_client, rep, twins):
    one, other = twins
    services.judge_different(one.pk, other.pk, actor=rep, at=timezone.now())
    services.reopen_pair(one.pk, other.pk, actor=rep, at=timezone.now())
    services.update_account(other.pk, data={"name": "Harbour Works"}, actor=rep, at=timezone.now())
    text = page(rep_client, "account_merge", one.ref, other.ref).content.decode()
    assert "The portal sees no likeness" in text


def test_who_started_a_search_is_told_of_its_end(rep, twins, settle, sales_rep):
    from core.notifications.models import Notification

    start(rep)
    settle()
    notice = Notification.objects.get(kind="duplicates_found")
    assert (notice.user, notice.url) == (sales_rep, reverse("accounts:duplicate_list"))


def test_ids_one_may_not_read_are_not_told_as_reasons(rep, sales_rep):
    from core.access.models import FieldLevel
    from crm.accounts.duplicate_presenting import reasons_in_words
    from tests.factories import FieldPermissionFactory

    evidence = [["registry.same", "91310000607378229L", "91310000607378229L"]]
    assert "91310000607378229L" in reasons_in_words(evidence, rep)[0]
    FieldPermissionFactory(
        role=sales_rep.staff_scopes.get().role,
        model="accounts.account",
        field="registry_id",
        level=FieldLevel.HIDDEN,
    )
    assert reasons_in_words(evidence, actor_of(sales_rep)) == ["same registry id"]
