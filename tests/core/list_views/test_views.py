"""Saved views by themselves: who sees them, sharing, what a reader may not see in them, undo, names, order."""

import csv
import io
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from core.access.models import FieldLevel
from core.ledger.models import Event
from core.list_views import services
from core.list_views.asking import asked_by, parsed
from core.list_views.exceptions import ViewRefused
from core.list_views.models import Arrangement, Audience, SavedView
from core.list_views.services import Terms
from tests import factories
from tests.cast import actor_of, client_for

pytestmark = pytest.mark.django_db
DEALS = "registrations:registration_list"
ACCOUNTS = "accounts:account_list"


def save(user, name="Mine", *, of=DEALS, actor=None, **terms):
    return services.save_view(of, Terms(name, **terms), actor=actor or actor_of(user), at=timezone.now())


def visible(user) -> set[str]:
    return set(SavedView.objects.visible_to(actor_of(user)).values_list("name", flat=True))


def page(user, query="", of=DEALS):
    return client_for(user).get(reverse(of) + query)


# --- what an address asks for ------------------------------------------------------------------------------------


def test_two_addresses_that_ask_the_same_are_the_same():
    one = asked_by(QueryDict("q=a&state=open&page=3&from=X&per_page=25&line="))
    assert one == asked_by(QueryDict("state=open&q=a&view=Y&export=csv&columns=a,b")) == "q=a&state=open"
    assert asked_by(QueryDict("sort=a&sort=b")) == "sort=b"


@pytest.mark.parametrize(
    "text", ["q=" + "x" * 3000, "&".join("a=1" for _ in range(500)), "=&=%00&;;;", "%ff=%ff"]
)
def test_a_kept_text_that_is_too_much_asks_for_nothing_or_little(text):
    assert len(asked_by(parsed(text))) < 100


# --- who sees what -----------------------------------------------------------------------------------------------


def test_a_private_view_is_its_owners_alone(dealer_sales, dealer_manager, rival):
    save(dealer_sales)
    assert visible(dealer_sales) == {"Mine"}
    assert visible(dealer_manager) == visible(rival) == set()


def test_a_view_shared_in_a_company_stays_there(
    dealer_sales, dealer_manager, rival, sub_dealer, channel_manager
):
    save(dealer_sales, "Ours", audience=Audience.ORGANISATION)
    assert visible(dealer_manager) == {"Ours"}
    assert visible(rival) == visible(sub_dealer) == visible(channel_manager) == set()


def test_a_view_shared_with_a_role_reaches_that_role_of_the_staff(
    administrator, channel_manager, sales_rep, dealer_sales
):
    role = channel_manager.staff_scopes.get().role
    save(administrator, "For deciders", audience=Audience.ROLE, role=role)
    assert visible(channel_manager) == {"For deciders"}
    assert visible(sales_rep) == visible(dealer_sales) == set()


def test_sharing_needs_its_permission_and_its_side(channel_manager, dealer_sales):
    from core.access.exceptions import NotAllowed

    role = channel_manager.staff_scopes.get().role
    for user, audience, with_role in (
        (channel_manager, Audience.ROLE, role),  # may not share
        (channel_manager, Audience.ORGANISATION, None),  # staff have no company to share in
        (dealer_sales, Audience.ROLE, role),
    ):
        with pytest.raises(NotAllowed):
            save(user, audience=audience, role=with_role)
    assert not SavedView.objects.exists()


def test_views_of_two_companies_of_one_person_are_apart(making):
    person = making.dealer_sales
    mine = save(person, "At the first")
    SavedView.objects.filter(pk=mine.pk).update(organisation_id=making.rival_partner.pk)
    assert visible(person) == set()


def test_a_manager_tidies_up_what_is_shared_and_nothing_private(dealer_manager, dealer_sales, rival):
    ours = save(dealer_sales, "Ours", audience=Audience.ORGANISATION)
    private = save(dealer_sales, "Private")
    client = client_for(dealer_manager)
    assert client.post(reverse("list_views:view_delete", args=[private.ref])).status_code == 404
    assert client.post(reverse("list_views:view_delete", args=[ours.ref])).status_code == 302
    assert visible(dealer_sales) == {"Private"}
    for name in ("view_delete", "view_restore", "view_update", "view_edit"):
        assert client_for(rival).post(reverse(f"list_views:{name}", args=[private.ref])).status_code == 404


def test_shared_with_me_can_be_used_but_not_changed(dealer_sales, dealer_manager):
    view = save(dealer_manager, "Theirs", audience=Audience.ORGANISATION, query="state=draft")
    client = client_for(dealer_sales)
    assert client.get(reverse(DEALS) + f"?view={view.ref}").context["opening"].key == view.ref
    for name in ("view_delete", "view_update", "view_edit"):
        assert client.post(reverse(f"list_views:{name}", args=[view.ref])).status_code == 404


def test_foreign_and_unknown_views_look_the_same(dealer_sales, rival):
    view = save(rival, "Rival secret")
    foreign, unknown = (page(dealer_sales, f"?view={ref}") for ref in (view.ref, "ZZZZZZZZZZZZ"))
    assert foreign.context["opening"].is_unknown and foreign.status_code == 200
    bodies = [answer.content.decode() for answer in (foreign, unknown)]
    assert "The view you asked for is not there" in bodies[0] and "Rival secret" not in bodies[0]
    assert len(bodies[0]) == len(bodies[1])


def test_sharing_leaves_an_event_and_keeping_for_oneself_none(dealer_sales):
    view = save(dealer_sales)
    assert not Event.objects.filter(type__startswith="list_view").exists()
    services.change_view(
        view.ref,
        Terms("Ours", audience=Audience.ORGANISATION),
        actor=actor_of(dealer_sales),
        at=timezone.now(),
    )
    services.change_view(view.ref, Terms("Mine"), actor=actor_of(dealer_sales), at=timezone.now())
    assert list(Event.objects.filter(object_id=view.pk).order_by("pk").values_list("type", flat=True)) == [
        "list_view.shared",
        "list_view.unshared",
    ]


# --- a view never widens what anybody sees -----------------------------------------------------------------------


def test_a_filter_value_the_reader_may_not_see_is_left_out_with_a_word(making):
    head = making.make_staff("head", "channel_head")
    role = making.other_channel_manager.staff_scopes.get().role
    partner = making.own_partner
    view = save(
        head,
        "Of one partner",
        audience=Audience.ROLE,
        role=role,
        query=f"partner={partner.ref}&state=approved",
    )
    assert page(head, f"?view={view.ref}").context["opening"].left_out == []
    answer = page(making.other_channel_manager, f"?view={view.ref}")
    text = answer.content.decode()
    assert answer.context["opening"].left_out == ["Partner"]
    assert partner.ref not in text and partner.account.name not in text
    assert "Left out of this view" in text and "list-filter-error" not in text
    assert {part.name for part in answer.context["sentence"]} == {"state"}


def test_a_column_hidden_by_a_field_permission_stays_hidden_in_a_shared_view(making):
    head = making.make_staff("head", "sales_head")
    rep = making.sales_rep
    factories.AccountFactory(
        name="Known", registry_id="91310000MA1FL3LT58", owner=rep, territory=making.places.east
    )
    role = rep.staff_scopes.get().role
    view = save(head, "Ids", of=ACCOUNTS, audience=Audience.ROLE, role=role, columns=("registry_id", "name"))
    factories.FieldPermissionFactory(
        role=role, model="accounts.account", field="registry_id", level=FieldLevel.HIDDEN
    )
    for query in (f"?view={view.ref}", "?columns=registry_id,name&sort=registry_id"):
        assert "91310000" not in page(rep, query, ACCOUNTS).content.decode()
        export = b"".join(page(rep, query + "&export=csv", ACCOUNTS).streaming_content).decode()
        assert "91310000" not in export and "Known" in export
    offered = {column.name for column in page(rep, "", ACCOUNTS).context["column_choices"]}
    assert "registry_id" not in offered and "name" in offered


def test_rows_of_a_shared_view_are_the_readers_own(dealer_sales, dealer_manager, making):
    making.file_deal(dealer_sales, customer_name="Ours")
    making.file_deal(making.rival, customer_name="Theirs")
    view = save(dealer_manager, "Everything", audience=Audience.ORGANISATION)
    text = page(dealer_sales, f"?view={view.ref}").content.decode()
    assert "Ours" in text and "Theirs" not in text


def test_columns_that_are_gone_are_passed_over(dealer_sales):
    view = save(dealer_sales, columns=("long_gone", "state"))
    Arrangement.objects.create(
        user=dealer_sales, list=DEALS, columns=["gone", "value"], tabs=["gone"], opens_with="gone"
    )
    assert page(dealer_sales, f"?view={view.ref}").context["table"].columns.names() == [
        "customer_name",
        "state",
    ]
    assert page(dealer_sales).context["table"].columns.names() == ["customer_name", "value"]


# --- one's own affair --------------------------------------------------------------------------------------------


def test_the_same_name_twice_is_refused_whatever_its_case(dealer_sales, rival):
    save(dealer_sales, "Mine")
    with pytest.raises(ViewRefused):
        save(dealer_sales, "MINE")
    save(rival, "Mine")
    answer = client_for(dealer_sales).post(
        reverse("list_views:view_list", args=[DEALS]),
        {"name": " mine ", "audience": "private", "one_time_key": "k"},
    )
    assert answer.status_code == 422 and "of this name already" in answer.content.decode()


def test_more_views_than_anybody_needs_are_refused(dealer_sales, monkeypatch):
    monkeypatch.setattr(services, "MOST_VIEWS", 2)
    save(dealer_sales, "One"), save(dealer_sales, "Two")
    with pytest.raises(ViewRefused):
        save(dealer_sales, "Three")


def test_changing_shows_what_differs_and_saving_or_discarding_ends_it(dealer_sales):
    view = save(dealer_sales, query="state=draft")
    client = client_for(dealer_sales)
    changed = client.get(reverse(DEALS) + f"?from={view.ref}&state=approved&sort=state")
    text = changed.content.decode()
    assert changed.context["opening"].is_changed and "Save changes" in text and f"?view={view.ref}" in text
    client.post(
        reverse("list_views:view_update", args=[view.ref]),
        {"query": "state=approved&sort=state&nonsense=1", "columns": "customer_name,state"},
    )
    view.refresh_from_db()
    assert (view.query, view.columns) == ("sort=state&state=approved", ["customer_name", "state"])
    assert not client.get(reverse(DEALS) + f"?view={view.ref}").context["opening"].is_changed


def test_columns_chosen_on_a_view_belong_to_the_view_and_not_to_the_list(dealer_sales):
    view = save(dealer_sales, columns=("customer_name", "state"))
    client = client_for(dealer_sales)
    answer = client.post(
        reverse("list_views:columns", args=[DEALS]),
        {"query": f"from={view.ref}", "column": ["customer_name", "value", "state"]},
    )
    assert answer.url == f"{reverse(DEALS)}?from={view.ref}&columns=customer_name,value,state"
    assert not Arrangement.objects.exists()
    assert client.get(answer.url).context["opening"].is_changed
    export = client.get(answer.url + "&export=csv")
    heads = next(csv.reader(io.StringIO(b"".join(export.streaming_content).decode("utf-8-sig"))))
    assert heads.index("Value") < heads.index("Status")


def test_deleting_can_be_undone_for_a_day(dealer_sales, clock):
    view = save(dealer_sales, "Mine")
    client = client_for(dealer_sales)
    answer = client.post(reverse("list_views:view_delete", args=[view.ref]), follow=True)
    restore = reverse("list_views:view_restore", args=[view.ref])
    assert f'action="{restore}"' in answer.content.decode()
    assert visible(dealer_sales) == set()
    client.post(restore)
    assert visible(dealer_sales) == {"Mine"}
    client.post(reverse("list_views:view_delete", args=[view.ref]))
    save(dealer_sales, "Mine")
    assert "of this name already" in client.post(restore, follow=True).content.decode()
    other = save(dealer_sales, "Other")
    clock.shift(timedelta(days=2))
    services.delete_view(other.ref, actor=actor_of(dealer_sales), at=timezone.now())
    assert not SavedView.objects.filter(pk=view.pk).exists()


def test_order_tabs_and_the_view_that_opens_by_itself(dealer_sales):
    view = save(dealer_sales, "Zebra")
    client, address = client_for(dealer_sales), reverse("list_views:arrange", args=[DEALS])

    def keys():
        return [tab.key for tab in client.get(reverse(DEALS) + "?view=all").context["opening"].tabs]

    assert keys()[-1] == view.ref
    client.post(address, {"up": view.ref})
    assert keys()[-2] == view.ref
    client.post(address, {"no_tab": "expiring"})
    assert "expiring" not in keys()
    assert [tab.key for tab in page(dealer_sales, "?view=all").context["opening"].others] == ["expiring"]
    client.post(address, {"opens": view.ref})
    assert client.get(reverse(DEALS)).url == f"{reverse(DEALS)}?view={view.ref}"
    shown = client.get(reverse(DEALS) + "?view=all")
    assert 'name="from" value="all"' in shown.content.decode()  # taking the last filter away stays on "All"
    client.post(address, {"opens": view.ref})
    client.post(address, {"reset": "1"})
    client.post(address, {"up": "nonsense"})
    assert "expiring" in keys() and client.get(reverse(DEALS)).status_code == 200


def test_eyes_of_somebody_else_change_nothing(dealer_sales, administrator):
    from core.access.exceptions import ReadOnlyActor

    view = save(dealer_sales)
    looking = actor_of(dealer_sales).seen_by(administrator.pk)
    for act in (
        lambda: save(None, "New", actor=looking),
        lambda: services.delete_view(view.ref, actor=looking, at=timezone.now()),
        lambda: services.choose_columns(DEALS, ["state"], actor=looking),
    ):
        with pytest.raises(ReadOnlyActor):
            act()


@pytest.mark.parametrize("name", ["portal:dashboard", "nonsense", "registrations:registration_detail"])
def test_what_is_no_list_has_no_views(name, dealer_sales):
    assert client_for(dealer_sales).get(f"/lists/{name}/views/").status_code == 404


def test_a_list_one_may_not_open_cannot_be_arranged(dealer_sales):
    client = client_for(dealer_sales)
    assert client.post("/lists/registrations:review_queue/columns/", {"column": "lines"}).status_code == 403
    assert not Arrangement.objects.exists()
