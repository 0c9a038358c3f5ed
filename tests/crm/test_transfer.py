"""Transferring accounts: who may, what goes along, what is told, and the way back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from djmoney.money import Money

from core.access.exceptions import NotAllowed
from core.access.models import FieldLevel
from core.jobs.models import Job, JobOutcome, JobState
from core.jobs.services import run_due, take
from core.ledger import facts_of
from core.ledger.models import Event
from core.notifications.models import Notification
from crm.accounts.exceptions import FieldNotWritable, TransferRefused
from crm.accounts.models import Account, AccountShare
from crm.accounts.rules import may_transfer, transferable_by
from crm.accounts.services import transfer as services
from crm.activities.models import Activity
from crm.activities.services import plan_activity
from crm.opportunities.models import Opportunity
from crm.opportunities.services import create_direct
from tests.cast import actor_of, client_for
from tests.factories import AccountFactory, AccountShareFactory, FieldPermissionFactory

pytestmark = pytest.mark.django_db
ALONG = ("opportunities", "reminders", "shares")


@pytest.fixture
def colleague(make_staff, places):
    """Sells in Shanghai and the rest of the East, like the rep."""
    return make_staff("colleague", "sales_rep", places.east)


@pytest.fixture
def head(make_staff, places):
    """Heads sales in the East and may transfer beyond it."""
    return make_staff("head", "sales_head", places.east)


@pytest.fixture
def northerner(make_staff, places):
    """Sells in the North, where the rep sees nothing."""
    return make_staff("northerner", "sales_rep", places.north)


def begin(user, rows, along=ALONG, reason="Leaves us", **to) -> str:
    queryset = Account.objects.filter(pk__in=[row.pk for row in rows])
    return services.begin_transfer(
        queryset, actor=actor_of(user), at=timezone.now(), reason=reason, along=along, **to
    )


def transfer(user, *rows, **options) -> Job:
    """Transfer accounts as ``user`` and return the finished job."""
    ref = begin(user, rows, **options)
    run_due()
    return Job.objects.get(key=f"{services.KIND}:{ref}")


def ref_of(job: Job) -> str:
    return job.key.rsplit(":", 1)[1]


def outcomes(job: Job) -> dict[int, tuple[str, str]]:
    return {row.object_id: (row.outcome, row.code) for row in JobOutcome.objects.filter(job=job)}


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def deal(account, user, places, lines, name="Direct deal", **fields) -> Opportunity:
    return create_direct(
        data={
            "account": account,
            "name": name,
            "value": Money(1, "EUR"),
            "territory": places.shanghai,
            **fields,
        },
        line_ids=[lines.pumps.pk],
        actor=actor_of(user),
        at=timezone.now(),
    )


# --- owner and territory, with what goes along


def test_owner_opportunities_and_reminders_change_hands_with_an_event_each(
    make_world, sales_rep, colleague, rep, places, lines
):
    account = make_world()
    deal(account, sales_rep, places, lines)
    Opportunity.objects.update(owner=sales_rep)
    kept = deal(account, sales_rep, places, lines, name="Of somebody else", owner=colleague)
    plan_activity(
        account=account,
        kind="call",
        subject="Call back",
        due_at=timezone.now() + timedelta(days=1),
        actor=rep,
        at=timezone.now(),
    )
    done_before = set(Activity.objects.filter(done_at__isnull=False).values_list("pk", "done_by_id"))
    job = transfer(sales_rep, account, owner=colleague)
    assert outcomes(job) == {account.pk: ("done", "")}
    assert fresh(account).owner == colleague
    assert set(Opportunity.objects.filter(account=account).values_list("owner_id", flat=True)) == {
        colleague.pk
    }
    assert fresh(kept).owner == colleague
    assert set(Activity.objects.filter(done_at__isnull=True).values_list("done_by_id", flat=True)) == {
        colleague.pk
    }
    assert set(Activity.objects.filter(done_at__isnull=False).values_list("pk", "done_by_id")) == done_before
    event = Event.objects.get(type="account.transferred")
    facts = facts_of(event)
    assert (event.object_id, event.actor_id) == (account.pk, sales_rep.pk)
    assert (facts["from_owner"], facts["to_owner"]) == ("Sales Rep", "Colleague")
    assert (facts["reason"], facts["moved"]["opportunities"]) == ("Leaves us", 2)
    changed = Event.objects.filter(type="opportunity.changed").order_by("pk")
    assert [facts_of(row)["changed"] for row in changed] == [["owner"]] * 2


def test_what_was_not_to_go_along_stays(make_world, sales_rep, colleague):
    account = make_world()
    Opportunity.objects.update(owner=sales_rep)
    AccountShareFactory(account=account, user=colleague, shared_by=sales_rep)
    transfer(sales_rep, account, owner=None, along=())
    assert Opportunity.objects.get().owner == sales_rep
    assert set(Activity.objects.filter(done_at__isnull=True).values_list("done_by_id", flat=True)) == {
        sales_rep.pk
    }
    assert not AccountShare.objects.exists()
    assert Event.objects.filter(type="account.unshared").count() == 1


def test_direct_opportunity_follows_to_the_new_territory_and_a_registered_one_keeps_its_own(
    make_world, sales_rep, places, lines
):
    account = make_world()
    Opportunity.objects.update(owner=sales_rep)
    registered = Opportunity.objects.get()
    direct = deal(account, sales_rep, places, lines)
    elsewhere = deal(account, sales_rep, places, lines, name="Elsewhere", territory=places.east)
    transfer(sales_rep, account, territory=places.east)
    assert fresh(account).territory == places.east
    assert fresh(direct).territory == places.east
    assert fresh(elsewhere).territory == places.east
    assert (fresh(registered).territory, fresh(registered).protection_ends_at) == (
        places.shanghai,
        registered.protection_ends_at,
    )


def test_opportunities_one_may_not_work_on_stay(make_world, administrator, sales_rep, colleague):
    account = make_world()
    Opportunity.objects.update(owner=sales_rep)
    transfer(administrator, account, owner=colleague)
    assert fresh(account).owner == colleague
    assert Opportunity.objects.get().owner == sales_rep


def test_share_of_the_new_owner_ends_and_the_others_stay(make_world, sales_rep, colleague, northerner):
    account = make_world()
    AccountShareFactory(account=account, user=colleague, shared_by=sales_rep)
    AccountShareFactory(account=account, user=northerner, shared_by=sales_rep)
    transfer(sales_rep, account, owner=colleague)
    assert [share.user for share in AccountShare.objects.all()] == [northerner]


def test_companies_below_of_the_same_owner_and_territory_go_along_when_asked(
    make_world, sales_rep, colleague, rep, places
):
    account = make_world(rows=2)
    same, other = account.children.order_by("pk")
    Account.objects.filter(pk=other.pk).update(owner=colleague)
    grandchild = AccountFactory(parent=same, group_root=account, owner=sales_rep, territory=places.shanghai)
    below_other = AccountFactory(parent=other, group_root=account, owner=sales_rep, territory=places.shanghai)
    transfer(sales_rep, account, owner=None, with_children=True)
    for row, owner in (
        (account, None),
        (same, None),
        (grandchild, None),
        (other, colleague),
        (below_other, sales_rep),
    ):
        assert fresh(row).owner == owner


def test_nothing_that_differs_is_no_event(make_world, sales_rep, places):
    account = make_world()
    job = transfer(sales_rep, account, owner=sales_rep, territory=places.shanghai)
    assert outcomes(job) == {account.pk: ("unchanged", "")}
    assert not Event.objects.filter(type="account.transferred").exists()


# --- who may


def test_territory_outside_takes_the_right_to_transfer(make_world, sales_rep, head, places):
    account = make_world()
    with pytest.raises(TransferRefused):
        begin(sales_rep, [account], territory=places.north)
    transfer(head, account, territory=places.north)
    assert fresh(account).territory == places.north
    assert not Account.objects.visible_to(actor_of(head)).filter(pk=account.pk).exists()


def test_owner_outside_the_own_territories_is_not_given_away_from_sight_without_that_right(
    make_world, sales_rep, colleague, places
):
    account = make_world()
    Account.objects.filter(pk=account.pk).update(territory=places.germany)
    job = transfer(sales_rep, account, owner=colleague)
    assert outcomes(job) == {account.pk: ("refused", "out_of_sight")}
    assert fresh(account).owner == sales_rep
    assert not Event.objects.filter(type="account.transferred").exists()


def test_share_is_enough_to_edit_but_not_to_give_away(make_world, sales_rep, northerner):
    account = make_world()
    AccountShareFactory(account=account, user=northerner, shared_by=sales_rep, can_write=True)
    job = transfer(northerner, account, owner=northerner)
    assert outcomes(job) == {account.pk: ("refused", "not_yours")}
    assert fresh(account).owner == sales_rep
    assert (
        client_for(northerner).get(reverse("accounts:account_transfer", args=[account.ref])).status_code
        == 403
    )


def test_rule_and_queryset_say_the_same(
    make_world, sales_rep, head, northerner, administrator, dealer_sales, places
):
    account = make_world()
    AccountShareFactory(account=account, user=northerner, shared_by=sales_rep, can_write=True)
    rows = [account, AccountFactory(territory=None), AccountFactory(territory=places.north, owner=sales_rep)]
    for user in (sales_rep, head, northerner, administrator, dealer_sales):
        actor = actor_of(user)
        by_rule = {row.pk for row in rows if may_transfer(actor, row)}
        assert by_rule == {row.pk for row in transferable_by(actor, Account.objects.all()) if row in rows}


def test_foreign_and_gone_accounts_look_the_same_and_are_untouched(make_world, northerner, sales_rep):
    account = make_world()
    job = transfer(northerner, account, Account(pk=999_999), owner=northerner)
    assert outcomes(job) == {account.pk: ("refused", "not_found")}
    assert fresh(account).owner == sales_rep


def test_new_owner_must_be_able_to_look_after_accounts(
    make_world, sales_rep, marketing, dealer_sales, colleague
):
    account = make_world()
    for nobody in (marketing, dealer_sales):
        with pytest.raises(TransferRefused):
            begin(sales_rep, [account], owner=nobody)
    ref = begin(sales_rep, [account], owner=colleague)
    type(colleague).objects.filter(pk=colleague.pk).update(is_active=False)
    run_due()
    job = Job.objects.get(key=f"{services.KIND}:{ref}")
    assert outcomes(job) == {account.pk: ("refused", "owner")}


def test_dealers_and_viewers_transfer_nothing(make_world, dealer_manager, sales_rep, colleague):
    account = make_world()
    with pytest.raises(NotAllowed):
        begin(dealer_manager, [account], owner=colleague)
    with pytest.raises(Exception, match="viewing as somebody else"):
        services.begin_transfer(
            Account.objects.all(),
            actor=actor_of(sales_rep).seen_by(1),
            at=timezone.now(),
            reason="x",
            owner=colleague,
        )


def test_field_one_may_not_write_is_not_transferred(make_world, sales_rep, colleague):
    account = make_world()
    role = sales_rep.staff_scopes.get().role
    FieldPermissionFactory(role=role, model="accounts.account", field="owner", level=FieldLevel.READ)
    with pytest.raises(FieldNotWritable):
        begin(sales_rep, [account], owner=colleague)
    page = client_for(sales_rep).get(reverse("accounts:account_transfer", args=[account.ref]))
    assert "owner" not in page.context["form"].fields


# --- many at once, and workers that die


def test_each_account_is_judged_by_itself(make_world, sales_rep, colleague, places):
    own, other = make_world(), make_world("恒泰轴承有限公司")
    Account.objects.filter(pk=other.pk).update(owner=None, territory=places.north)
    job = transfer(sales_rep, own, other, owner=colleague)
    assert outcomes(job) == {own.pk: ("done", ""), other.pk: ("refused", "not_found")}
    assert job.state == JobState.DONE


def test_worker_that_died_is_followed_by_one_that_goes_on(make_world, sales_rep, colleague):
    rows = [make_world(), make_world("恒泰轴承有限公司")]
    ref = begin(sales_rep, rows, owner=colleague)
    job = take(Job.objects.get(key=f"{services.KIND}:{ref}").pk)
    services._transfer_one(job, services.Plan.of(job), rows[0].pk, actor_of(sales_rep), timezone.now())
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    run_due()
    assert [row[0] for row in outcomes(job).values()] == ["done", "done"]
    assert Event.objects.filter(type="account.transferred").count() == 2


def test_more_than_a_few_are_left_to_the_workers(sales_rep, colleague, places, rep_client, monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 2)
    rows = [AccountFactory(territory=places.shanghai, owner=sales_rep) for _row in range(3)]
    url = f"{reverse('accounts:accounts_transfer')}?everything=1&filters=mine%3Dmine"
    form = rep_client.get(url).context["form"]
    data = {"owner": colleague.ref, "reason": "x", "one_time_key": form["one_time_key"].value()}
    answer = rep_client.post(url, data)
    assert {fresh(row).owner for row in rows} == {sales_rep}
    page = rep_client.get(answer.url)
    assert "Transferring 3 accounts" in page.content.decode()
    part = rep_client.get(answer.url, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    run_due()
    assert {fresh(row).owner for row in rows} == {colleague}
    assert rep_client.get(answer.url, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "3 accounts transferred" in rep_client.get(answer.url).content.decode()


# --- who is told


def told(user) -> list[str]:
    return sorted(Notification.objects.filter(user=user).values_list("kind", flat=True))


def test_new_and_old_owner_are_told_of_one_account_by_its_name(
    make_world, head, sales_rep, colleague, settle
):
    account = make_world()
    transfer(head, account, owner=colleague)
    settle()
    assert told(sales_rep) == told(colleague) == ["account_transferred"]
    assert told(head) == []
    page = client_for(colleague).get(reverse("notifications:list")).content.decode()
    assert f"Now yours: {account.name}" in page
    assert (
        f"Handed on: {account.name}"
        in client_for(sales_rep).get(reverse("notifications:list")).content.decode()
    )


def test_old_owner_who_no_longer_sees_it_is_told_without_its_name(
    make_world, head, sales_rep, northerner, places, settle
):
    account = make_world()
    transfer(head, account, owner=northerner, territory=places.north)
    settle()
    assert told(sales_rep) == ["accounts_transferred"]
    page = client_for(sales_rep).get(reverse("notifications:list")).content.decode()
    assert "1 account of yours was handed on" in page
    assert account.name not in page


def test_many_accounts_are_told_once_by_their_number(
    make_world, head, sales_rep, colleague, settle, monkeypatch
):
    monkeypatch.setattr(services, "AT_ONCE", 1)
    transfer(head, make_world(), make_world("恒泰轴承有限公司"), owner=colleague)
    settle()
    assert told(sales_rep) == told(colleague) == told(head) == ["accounts_transferred"]
    assert (
        "2 accounts are now yours"
        in client_for(colleague).get(reverse("notifications:list")).content.decode()
    )
    assert (
        "Your transfer is finished: 2" in client_for(head).get(reverse("notifications:list")).content.decode()
    )


# --- and back


def test_everything_goes_back_as_it_was(make_world, head, sales_rep, northerner, colleague, places):
    account = make_world()
    Opportunity.objects.update(owner=sales_rep)
    AccountShareFactory(account=account, user=colleague, shared_by=sales_rep, can_write=True)
    before = (
        list(Account.objects.order_by("pk").values()),
        list(Opportunity.objects.order_by("pk").values()),
        list(Activity.objects.order_by("pk").values()),
        list(AccountShare.objects.values("account", "user", "can_write", "ends_on", "shared_by")),
    )
    job = transfer(
        head, account, owner=northerner, territory=places.north, along=("opportunities", "reminders")
    )
    assert not AccountShare.objects.exists()
    back = services.begin_transfer_back(ref_of(job), actor=actor_of(head), at=timezone.now())
    run_due()
    assert outcomes(Job.objects.get(key=f"{services.KIND}:{back}")) == {account.pk: ("done", "")}
    assert before == (
        list(Account.objects.order_by("pk").values()),
        list(Opportunity.objects.order_by("pk").values()),
        list(Activity.objects.order_by("pk").values()),
        list(AccountShare.objects.values("account", "user", "can_write", "ends_on", "shared_by")),
    )
    assert [
        facts_of(row)["back_of"] for row in Event.objects.filter(type="account.transferred").order_by("pk")
    ] == [
        "",
        ref_of(job),
    ]


def test_account_changed_since_does_not_go_back_and_the_others_do(make_world, head, sales_rep, colleague):
    changed, kept = make_world(), make_world("恒泰轴承有限公司")
    job = transfer(head, changed, kept, owner=colleague)
    transfer(colleague, changed, owner=head)
    back = services.begin_transfer_back(ref_of(job), actor=actor_of(head), at=timezone.now())
    run_due()
    assert outcomes(Job.objects.get(key=f"{services.KIND}:{back}")) == {
        changed.pk: ("refused", "changed"),
        kept.pk: ("done", ""),
    }
    assert (fresh(changed).owner, fresh(kept).owner) == (head, sales_rep)


def test_account_whose_opportunity_moved_on_stays_whole(make_world, head, sales_rep, colleague):
    account = make_world()
    Opportunity.objects.update(owner=sales_rep)
    job = transfer(head, account, owner=colleague)
    Opportunity.objects.update(owner=head)
    back = services.begin_transfer_back(ref_of(job), actor=actor_of(head), at=timezone.now())
    run_due()
    assert outcomes(Job.objects.get(key=f"{services.KIND}:{back}")) == {account.pk: ("refused", "changed")}
    assert fresh(account).owner == colleague


def test_way_back_is_offered_to_who_went_while_something_is_as_it_was_left(
    make_world, head, administrator, colleague, sales_rep, clock
):
    account = make_world()
    job = transfer(head, account, owner=colleague)

    def offered(user):
        return services.may_go_back(Job.objects.get(pk=job.pk), actor_of(user), timezone.now())

    assert offered(head)
    assert not offered(administrator)
    Account.objects.update(owner=sales_rep)
    assert not offered(head)
    with pytest.raises(TransferRefused):
        services.begin_transfer_back(ref_of(job), actor=actor_of(head), at=timezone.now())
    Account.objects.update(owner=colleague)
    clock.shift(timedelta(days=31))
    assert not offered(head)


# --- pages


def test_form_shows_beforehand_how_much_goes_along(make_world, sales_rep, colleague, rep_client):
    account = make_world(rows=2)
    Opportunity.objects.update(owner=sales_rep)
    AccountShareFactory(account=account, user=colleague, shared_by=sales_rep)
    page = rep_client.get(reverse("accounts:account_transfer", args=[account.ref]))
    fields = page.context["form"].fields
    numbers = {name: str(field.label).rsplit(" ", 1)[1] for name, field in fields.items() if "along_" in name}
    assert numbers == {
        "along_opportunities": "2",
        "along_reminders": "4",
        "along_shares": "1",
        "along_children": "2",
    }
    assert "keep their own territories" in page.content.decode()


def test_loss_of_sight_is_told_before_and_the_result_names_nothing_lost(make_world, head, places):
    account = make_world()
    client = client_for(head)
    url = reverse("accounts:account_transfer", args=[account.ref])
    form = client.get(url).context["form"]
    data = {"territory": "cn-north", "reason": "Moved", "one_time_key": form["one_time_key"].value()}
    asked = client.post(url, data)
    assert "You will no longer see 1 of these accounts" in asked.content.decode()
    assert fresh(account).territory == places.shanghai
    answer = client.post(url, data | {"sight": "1"})
    assert fresh(account).territory == places.north
    result = client.get(answer.url).content.decode()
    assert "1 account is no longer yours to see" in result
    assert account.name not in result
    assert client.post(reverse("accounts:transfer_back", args=[answer.url.split("/")[-2]])).status_code == 302
    assert fresh(account).territory == places.shanghai


def test_form_sent_twice_transfers_once(make_world, rep_client, colleague):
    account = make_world()
    url = reverse("accounts:account_transfer", args=[account.ref])
    key = rep_client.get(url).context["form"]["one_time_key"].value()
    data = {"owner": colleague.ref, "reason": "x", "one_time_key": key}
    first, again = rep_client.post(url, data), rep_client.post(url, data)
    assert first.url == again.url
    assert Job.objects.filter(kind=services.KIND).count() == 1


def test_form_without_a_change_or_a_reason_is_refused(make_world, rep_client, colleague):
    account = make_world()
    url = reverse("accounts:account_transfer", args=[account.ref])
    key = rep_client.get(url).context["form"]["one_time_key"].value()
    assert rep_client.post(url, {"reason": "x", "one_time_key": key}).status_code == 422
    assert rep_client.post(url, {"owner": colleague.ref, "one_time_key": key}).status_code == 422
    assert rep_client.post(url, {"owner": "forged", "reason": "x", "one_time_key": key}).status_code == 422
    assert not Job.objects.filter(kind=services.KIND).exists()


def test_rows_chosen_in_the_list_come_to_the_form_and_foreign_ones_do_not(
    make_world, rep_client, colleague, places
):
    own, foreign = make_world(), AccountFactory(name="Foreign account", territory=places.germany)
    rows = [own.ref, foreign.ref, "ZZZZZZZZZZZZ"]
    opened = rep_client.post(reverse("accounts:account_list"), {"action": "transfer", "row": rows})
    page = rep_client.get(opened.url)
    assert "2 of those selected were not found" in page.content.decode()
    assert "Foreign account" not in page.content.decode()
    data = {
        "owner": colleague.ref,
        "reason": "x",
        "one_time_key": page.context["form"]["one_time_key"].value(),
    }
    result = rep_client.get(rep_client.post(opened.url, data).url).content.decode()
    assert "1 account transferred" in result
    assert "2 were not" in result
    assert fresh(foreign).owner is None
    assert rep_client.get(f"{reverse('accounts:accounts_transfer')}?row={foreign.ref}").status_code == 302


def test_result_is_seen_by_who_asked_and_who_keeps_the_jobs(
    make_world, sales_rep, colleague, administrator, channel_manager, dealer_manager
):
    url = reverse(
        "accounts:transfer_detail", args=[ref_of(transfer(sales_rep, make_world(), owner=colleague))]
    )
    assert client_for(sales_rep).get(url).status_code == 200
    assert client_for(administrator).get(url).status_code == 200
    for user in (colleague, channel_manager, dealer_manager):
        assert client_for(user).get(url).status_code == 404
    assert client_for(administrator).post(f"{url}back/").status_code == 403


def test_pages_take_the_same_queries_for_one_account_as_for_three(
    make_world, rep_client, sales_rep, colleague, count_queries
):
    rows = [make_world(f"华星泵业有限公司{number}", rows=number) for number in (1, 3, 1)]
    one = f"{reverse('accounts:accounts_transfer')}?row={rows[0].ref}"
    three = f"{one}&row={rows[1].ref}&row={rows[2].ref}"
    rep_client.get(one)
    assert count_queries(rep_client.get, one) == count_queries(rep_client.get, three)
    pages = [
        reverse("accounts:transfer_detail", args=[ref_of(transfer(sales_rep, *some, owner=colleague))])
        for some in (rows[:1], rows)
    ]
    assert count_queries(rep_client.get, pages[0]) == count_queries(rep_client.get, pages[1])


def test_timeline_of_the_account_says_from_whom_to_whom_and_why(
    make_world, sales_rep, colleague, places, rep_client
):
    account = make_world()
    transfer(sales_rep, account, owner=colleague, territory=places.east)
    text = rep_client.get(account.get_absolute_url()).content.decode()
    for words in ("Transferred", "Leaves us", "Colleague", "Shanghai", "East China"):
        assert words in text
