"""The list page: filters in the URL, sorting, pages, cheap counts, exports."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import QueryDict
from django_htmx.middleware import HtmxDetails
from djmoney.money import Money

from core.access.actor import Actor
from core.access.models import FieldLevel, FieldPermission, Role, Side
from core.people.models import User
from core.ui import exports, filters, lists, paging, tables

READER = Actor(
    user_id=1, name="Reader", roles=frozenset({"reader"}), permissions=frozenset({"people.manage"})
)


class PeopleTable(tables.Table):
    full_name = tables.TitleColumn()
    email = tables.Column()
    language = tables.StatusColumn()
    date_joined = tables.WhenColumn()

    class Meta:
        model = User
        fields = ("full_name", "email", "language", "date_joined")

    def row_url(self, record):
        return f"/people/{record.ref}/"


class PeopleFilters(filters.FilterSet):
    q = filters.SearchFilter(field_name="full_name", lookup_expr="icontains", label="Search")
    language = filters.ChoiceFilter(choices=[("en", "English"), ("zh-hans", "简体中文")], label="Language")

    class Meta:
        model = User
        fields = ()


class PeopleList(lists.ListView):
    permission = "people.manage"
    title = "People"
    table_class = PeopleTable
    filterset_class = PeopleFilters
    export_name = "people"
    default_sort = ("full_name",)
    empty_title = "Nobody yet"

    def get_rows(self):
        return User.objects.visible_to(self.request.actor)


def ask(rf, query="", *, actor=READER, view=PeopleList, **headers):
    request = rf.get(f"/people/{query}", headers=headers)
    request.actor, request.user = actor, User(full_name="Reader", email="reader@example.com")
    request.session = SessionStore()
    request._messages = FallbackStorage(request)
    request.htmx = HtmxDetails(request)
    return view.as_view()(request)


def person(name, **fields):
    return User.objects.create(full_name=name, email=f"{User.objects.count()}@example.com", **fields)


def names(response):
    text = response.content.decode()
    return [name for name in ("Ada", "Bo", "Cai", "Dee") if f">{name}</a>" in text]


def in_order(response):
    text = response.content.decode()
    return sorted(names(response), key=lambda name: text.index(f">{name}</a>"))


@pytest.fixture
def people(db):
    return [person("Bo"), person("Ada", language="zh-hans"), person("Cai")]


def test_list_sorts_by_default_and_by_column(rf, people):
    assert in_order(ask(rf)) == ["Ada", "Bo", "Cai"]
    assert in_order(ask(rf, "?sort=-full_name")) == ["Cai", "Bo", "Ada"]


@pytest.mark.parametrize(
    "query", ["?sort=password", "?sort=-", "?sort=full_name__x", "?page=-3", "?page=x", "?per_page=7"]
)
def test_list_ignores_nonsense_in_the_address(rf, people, query):
    assert names(ask(rf, query)) == ["Ada", "Bo", "Cai"]


def test_filters_narrow_and_read_as_a_sentence(rf, people):
    response = ask(rf, "?language=zh-hans&sort=full_name")
    assert names(response) == ["Ada"]
    text = response.content.decode()
    assert "Language: <strong>简体中文</strong>" in text
    assert 'href="?sort=full_name"' in text  # taking the filter away keeps the order


def test_filter_value_that_is_no_choice_is_an_error_and_filters_nothing(rf, people):
    response = ask(rf, "?language=klingon")
    assert names(response) == ["Ada", "Bo", "Cai"]
    assert "klingon is not one of the available choices" in response.content.decode()


def test_search_with_a_null_character_is_refused_at_its_field(rf, people):
    response = ask(rf, "?q=%00")
    assert response.status_code == 200
    assert "list-filter-error" in response.content.decode()


def test_filters_stay_in_the_links_to_pages_and_exports(rf, db):
    for number in range(30):
        person(f"Ada {number:02d}")
    text = ask(rf, "?q=Ada&sort=-full_name&per_page=25").content.decode()
    assert "?q=Ada&amp;sort=-full_name&amp;per_page=25&amp;page=2" in text
    assert "export=csv" in text and "page=2&amp;export" not in text


def test_htmx_gets_the_list_alone_and_the_back_button_the_page(rf, people):
    part = ask(rf, **{"HX-Request": "true", "HX-Target": "list"})
    assert part.content.decode().lstrip().startswith('<div class="list"')
    assert "HX-Request" in part["Vary"]
    whole = ask(rf, **{"HX-Request": "true", "HX-Target": "list", "HX-History-Restore-Request": "true"})
    assert "<!doctype html>" in whole.content.decode()


def test_empty_list_and_nothing_matching_say_different_things(rf, db):
    assert "Nobody yet" in ask(rf).content.decode()
    person("Bo")
    text = ask(rf, "?q=zzz").content.decode()
    assert "Nothing matches" in text and "Nobody yet" not in text


def test_list_needs_its_permission(rf, people):
    with pytest.raises(PermissionDenied):
        ask(rf, actor=Actor(user_id=1))


def test_same_number_of_queries_for_one_row_as_for_three(rf, db, django_assert_num_queries):
    person("Ada")
    with django_assert_num_queries(3):  # rows, field permissions, unread notices
        ask(rf)
    person("Bo"), person("Cai")
    with django_assert_num_queries(3):
        ask(rf)


def test_hidden_field_leaves_table_and_export_and_cannot_be_sorted_by(rf, people):
    role = Role.objects.create(code="reader", name_en="Reader", side=Side.STAFF)
    FieldPermission.objects.create(role=role, model="people.user", field="email", level=FieldLevel.HIDDEN)
    assert "0@example.com" not in ask(rf, "?sort=-email").content.decode()
    assert "example.com" not in _csv(ask(rf, "?export=csv"))[1]


def test_table_of_a_model_without_fields_is_refused():
    class All(tables.Table):
        class Meta:
            model = User

    with pytest.raises(ImproperlyConfigured):
        All([])


# --- pages -------------------------------------------------------------------------------------------------------


def test_pages_know_whether_there_is_a_next_one(db):
    for number in range(51):
        person(f"{number:02d}")
    rows = User.objects.order_by("full_name")
    first, last = paging.page_of(rows, "1", "25"), paging.page_of(rows, "3", "25")
    assert (first.count, first.has_next, len(first.rows), first.first_row, first.last_row) == (
        51,
        True,
        25,
        1,
        25,
    )
    assert (last.count, last.has_next, len(last.rows), last.first_row) == (51, False, 1, 51)
    assert paging.page_of(rows, "9", "25").number == 1


def test_count_is_capped(db, monkeypatch):
    monkeypatch.setattr(paging, "COUNT_LIMIT", 30)
    for number in range(40):
        person(f"{number}")
    page = paging.page_of(User.objects.order_by("pk"), None, None)
    assert page.is_capped and page.count_label == "30+"


# --- exports -----------------------------------------------------------------------------------------------------


def _csv(response):
    body = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(body))), body


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "|calc",
        "%0A",
        "＝1+1",
        "＋1",
        "－1",
        "＠x",
        "  =1",
        "\u200b=1",
    ],
)
def test_formulas_are_made_text(text):
    assert exports.escape(text) == "'" + text


@pytest.mark.parametrize("value", ["plain", "a=b", "", None, -5, Decimal("-1.50"), "中文"])
def test_what_is_no_formula_stays(value):
    assert exports.escape(value) == value


def test_export_holds_what_is_shown_in_plain_values(rf, people):
    User.objects.filter(full_name="Bo").update(
        full_name="=HYPERLINK(0)", date_joined=datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    )
    rows, _body = _csv(ask(rf, "?q=HYPER&export=csv"))
    assert rows[1][0] == "'=HYPERLINK(0)"
    assert rows[1][2:] == ["English", "2026-03-01 09:30"]
    assert len(rows) == 2


def test_xlsx_has_no_live_formula_and_keeps_numbers_and_times(rf, people):
    User.objects.filter(full_name="Bo").update(
        full_name="=1+1\x0b", date_joined=datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    )
    response = ask(rf, "?export=xlsx&q=1")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    cells = next(book.active.iter_rows(min_row=2))
    assert (cells[0].value, cells[0].data_type) == ("'=1+1", "s")
    assert cells[3].value == datetime(2026, 3, 1, 9, 30)
    assert response["Content-Disposition"].startswith('attachment; filename="people-')


def test_export_of_too_much_is_refused_with_a_message(rf, people, monkeypatch):
    monkeypatch.setitem(lists.EXPORT_LIMITS, "csv", 2)
    response = ask(rf, "?q=&sort=email&export=csv")
    assert response.status_code == 302
    assert QueryDict(response.url.split("?")[1])["sort"] == "email"


def test_money_is_a_number_and_a_currency():
    column = tables.MoneyColumn()
    assert column.export_headings("Value") == ["Value", "Currency"]
    assert column.export_values(Money("12.50", "EUR")) == [Decimal("12.50"), "EUR"]
    assert column.export_values(None) == [None, ""]
