"""What holds of every list of the portal, found by walking its addresses: columns, views, exports, queries."""

import csv
import io

import pytest
from django.http import QueryDict
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from core.list_views.asking import NOT_KEPT
from core.list_views.models import Arrangement, SavedView
from core.ui.columns import has_heading, in_order
from core.ui.lists import ListView
from tests import factories
from tests.cast import actor_of, client_for, run_all_jobs
from tests.pages import rows_of_every_kind

pytestmark = pytest.mark.django_db
READERS = ("dealer_manager", "channel_manager", "sales_rep", "administrator")


def lists(patterns=None, spaces=()):
    """Yield (name of its address, class) of every list there is."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            inside = (*spaces, entry.namespace) if entry.namespace else spaces
            yield from lists(entry.url_patterns, inside)
        elif isinstance(entry, URLPattern):
            view = getattr(entry.callback, "view_class", None)
            if isinstance(view, type) and issubclass(view, ListView):
                yield ":".join((*spaces, entry.name)), view


LISTS = dict(lists())


class Reader:
    """One person in front of one list: what it is for them, and how they ask it."""

    def __init__(self, name: str, view_class, user, rf):
        self.name, self.url, self.client, self.user = name, reverse(name), client_for(user), user
        request = rf.get(self.url)
        request.actor = actor_of(user)
        self.view = view_class()
        self.view.setup(request)

    @property
    def columns(self) -> dict:
        hidden = self.view.hidden_columns
        return {name: row for name, row in in_order(self.view.table_class).items() if name not in hidden}

    def named(self) -> list[str]:
        """Return the columns that people can choose."""
        return [name for name, column in self.columns.items() if has_heading(column)]

    def get(self, query: str = "", **headers):
        return self.client.get(f"{self.url}{query}", headers=headers)

    def shown(self, response) -> list[str]:
        """Return the names of the columns in the table."""
        return [name for name in response.context["table"].columns.names() if name in self.named()]


@pytest.fixture
def readers(cast_of_lists, rf, request):
    """Everybody who may open the list, with rows in it."""
    name = request.node.callspec.params["name"]
    found = []
    for person in READERS:
        reader = Reader(name, LISTS[name], getattr(cast_of_lists, person), rf)
        if reader.get().status_code == 200:
            found.append(reader)
    assert found, f"nobody opens {name}"
    return found


@pytest.fixture
def cast_of_lists(making):
    """The cast with two rows or more in every list."""
    rows_of_every_kind(making)
    account = making.approved.opportunity.account
    rep, east = making.sales_rep, making.places.east
    for number in range(2):
        other = factories.AccountFactory(name=f"Other {number}", territory=east, owner=rep)
        factories.ProjectFactory(account=account, name=f"Site {number}", territory=east)
        factories.DuplicatePairFactory(low=account, high=other)
        factories.ActivityFactory(account=account, opportunity=making.approved.opportunity, done_by=rep)
        opportunity = factories.OpportunityFactory(account=account, owner=rep, territory=east)
        factories.OpportunityLineFactory(opportunity=opportunity, line=making.lines.pumps)
        factories.ImportFactory(started_by=making.administrator)
        filed = making.file_deal(making.dealer_sales, customer_name=f"One more {number}")
        party = factories.DisputePartyFactory(dispute__registration=filed)
        factories.PrecedentFactory(ruling__dispute=party.dispute)
        factories.RuleProposalFactory(programme=making.programme, code=f"R{number}")
        question = factories.PrecheckFactory(
            partner=making.own_partner, asked_by=making.dealer_manager, territory=east
        )
        factories.PrecheckLineFactory(precheck=question, line=making.lines.pumps)
    for partner, person in (
        (making.own_partner, making.dealer_manager),
        (making.rival_partner, making.rival),
    ):
        factories.StandingFactory(partner=partner)
        factories.PrecheckFactory(partner=partner, asked_by=person, territory=east)
    run_all_jobs()
    return making


each_list = pytest.mark.parametrize("name", sorted(LISTS))


def test_lists_are_found():
    assert {"registrations:registration_list", "registrations:review_queue", "accounts:account_list"} <= set(
        LISTS
    )


@each_list
def test_no_filter_takes_a_name_the_list_needs_itself(name, readers):
    for reader in readers:
        filters = getattr(reader.view.filterset_class, "base_filters", {})
        assert not set(filters) & (NOT_KEPT | {"sort", "per_page"})


@each_list
def test_with_every_column_the_queries_do_not_depend_on_the_rows(name, readers, count_queries, monkeypatch):
    get_rows, most = LISTS[name].get_rows, 0
    for reader in readers:
        query = f"?columns={','.join(reader.named())}"
        response = reader.get(query)
        assert reader.shown(response) == reader.named()
        everything = count_queries(reader.get, query)
        there = [row.pk for row in response.context["page"].rows]
        most = max(most, len(there))
        alone = []  # a row without what another has, say a parent, asks for less
        for pk in there[:6]:
            with monkeypatch.context() as patch:
                patch.setattr(LISTS[name], "get_rows", lambda self, one=pk: get_rows(self).filter(pk=one))
                alone.append(count_queries(reader.get, query))
        assert not there or max(alone) == everything
    assert most > 1, "nobody sees two rows"


@each_list
def test_every_view_the_list_brings_along_opens_and_asks_for_what_it_says(name, readers):
    for reader in readers:
        opening = reader.get().context["opening"]
        keys = [tab.key for tab in opening.tabs]
        assert keys[0] == "all" and len(keys) == len(set(keys))
        for key in keys:
            response = reader.get(f"?view={key}")
            opening = response.context["opening"]
            assert (opening.key, opening.is_changed, opening.left_out) == (key, False, [])
            wanted = QueryDict(opening.base.query)
            assert {part.name for part in response.context["sentence"]} == set(wanted)
            assert "list-filter-error" not in response.content.decode()


@each_list
def test_columns_chosen_are_kept_in_their_order_and_exported_so(name, readers):
    for reader in readers:
        wanted = list(reversed(reader.named()[:3]))
        address = reverse("list_views:columns", args=[name])
        answer = reader.client.post(address, {"column": [*wanted, "nonsense"], "query": "sort=nonsense"})
        assert answer.status_code == 302 and answer.url.startswith(reader.url)
        response = reader.get()
        shown = reader.shown(response)
        assert [column for column in shown if column in wanted] == wanted
        extra = set(shown) - set(wanted)
        assert all(reader.columns[column].stays for column in extra)
        if response.context["can_export"]:
            rows = csv.reader(
                io.StringIO(b"".join(reader.get("?export=csv").streaming_content).decode("utf-8-sig"))
            )
            headings = next(rows)
            table = response.context["table"]
            heads = [str(column.header) for column in table.columns if has_heading(column.column)]
            assert [heading for heading in headings if heading in heads][: len(heads)] == heads
        reader.client.post(address, {"reset": "1"})
        assert reader.shown(reader.get()) == [
            column for column in reader.named() if not reader.columns[column].optional
        ]
        assert Arrangement.objects.get(user=reader.user, list=name).columns is None


@each_list
def test_a_view_is_saved_opened_by_its_address_and_opens_the_list(name, readers):
    for number, reader in enumerate(readers):
        table = reader.view.whole_table
        sort = next((column.name for column in table.columns if column.orderable), "")
        wanted = reader.named()[:2]
        data = {
            "name": f"Mine {number}",
            "query": f"sort={sort}&per_page=50&nonsense=1",
            "columns": ",".join(wanted),
            "audience": "private",
            "opens_by_itself": "on",
            "one_time_key": f"key{number}",
        }
        address = reverse("list_views:view_list", args=[name])
        assert reader.client.post(address, data).status_code == 302
        reader.client.post(address, data)  # pressed twice
        view = SavedView.objects.get(owner=reader.user, list=name, name=f"Mine {number}")
        assert QueryDict(view.query).dict() == ({"sort": sort} if sort else {}) | {"per_page": "50"}
        assert reader.get().url == f"{reader.url}?view={view.ref}"
        response = reader.get(f"?view={view.ref}")
        assert reader.shown(response)[: len(wanted)] == wanted or set(wanted) <= set(reader.shown(response))
        assert not response.context["opening"].is_changed
        assert response.context["page"].size == 50 and response.context["sort"] == sort
        assert reader.get("?view=all").context["opening"].key == "all"
        part = reader.get(f"?from={view.ref}", **{"HX-Request": "true", "HX-Target": "list"})
        assert part.context["opening"].is_changed
        assert part.content.decode().lstrip().startswith('<div class="list"')
        page = reader.client.get(address)
        assert page.status_code == 200 and f"Mine {number}" in page.content.decode()
