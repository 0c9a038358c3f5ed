"""Many rows of a list at once: chosen one by one or by the filter, each checked by itself, each refusal told."""

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import QueryDict
from django_htmx.middleware import HtmxDetails

from core.access.actor import Actor
from core.access.exceptions import NotAllowed
from core.people.models import User
from core.ui import lists
from core.ui.bulk import BulkAction, Choice

from .test_lists import PeopleFilters, PeopleTable, person

pytestmark = pytest.mark.django_db
READER = Actor(user_id=1, name="Reader", permissions=frozenset({"people.view", "people.manage"}))


class TooYoung(Exception):
    message = "This person is too young."


def greet(row, *, actor, at):
    if row.full_name.startswith("Young"):
        raise TooYoung
    if row.full_name.startswith("Locked"):
        raise NotAllowed
    User.objects.filter(pk=row.pk).update(phone="greeted")


class PeopleToGreet(lists.ListView):
    permission = "people.view"
    title = "People"
    table_class = PeopleTable
    filterset_class = PeopleFilters
    default_sort = ("full_name",)
    bulk_actions = (
        BulkAction("greet", "Greet", "user", "people.manage", each=greet, refusals=(TooYoung,)),
        BulkAction("verify", "Verify", "check", "people.manage", opens="ledger:receipt_verify"),
    )

    def get_rows(self):
        return User.objects.exclude(full_name__startswith="Foreign")


def ask(rf, data=None, query="", *, actor=READER):
    make = rf.get if data is None else rf.post
    request = make(f"/people/{query}", data or {})
    request.actor, request.user = actor, User(full_name="Reader", email="reader@example.com")
    request.session = SessionStore()
    request._messages = FallbackStorage(request)
    request.htmx = HtmxDetails(request)
    response = PeopleToGreet.as_view()(request)
    response.said = [str(message) for message in get_messages(request)]
    return response


def greeted() -> set[str]:
    return set(User.objects.filter(phone="greeted").values_list("full_name", flat=True))


def test_each_row_is_done_or_refused_by_itself_with_the_reason(rf):
    rows = [person(name) for name in ("Ada", "Young Bo", "Locked Cai", "Dee")]
    text = ask(rf, {"action": "greet", "row": [row.ref for row in rows]}).content.decode()
    assert greeted() == {"Ada", "Dee"}
    assert "2 rows done." in text
    assert "Young Bo" in text and "This person is too young." in text
    assert "Locked Cai" in text and "You may not do this here." in text


def test_foreign_rows_are_untouched_and_look_like_absent_ones(rf):
    own, foreign = person("Ada"), person("Foreign Bo")
    pages = []
    for other in (foreign.ref, "ZZZZZZZZZZZZ", "\x00' OR 1=1 --"):
        text = ask(rf, {"action": "greet", "row": [own.ref, other]}).content.decode()
        assert "1 row was not found" in text
        assert "Foreign Bo" not in text
        pages.append(text[text.index("<main") : text.index("</main>")])
    assert greeted() == {"Ada"}
    assert len(set(pages)) == 1


def test_everything_that_matches_the_filter_is_done_and_nothing_else(rf):
    for name in ("Ada", "Adam", "Bo", "Foreign Ada"):
        person(name)
    ask(rf, {"action": "greet", "everything": "1", "filters": "q=Ada&page=7&sort=email"})
    assert greeted() == {"Ada", "Adam"}


def test_filter_that_does_not_hold_lets_nothing_through(rf):
    person("Ada")
    text = ask(rf, {"action": "greet", "everything": "1", "filters": "language=klingon"}).content.decode()
    assert "0 rows done." in text
    assert greeted() == set()


def test_action_that_asks_for_more_is_opened_with_the_choice_in_its_address(rf):
    ada = person("Ada")
    one = ask(rf, {"action": "verify", "row": [ada.ref]})
    assert one.url == f"/verify/?row={ada.ref}"
    all_of_them = ask(rf, {"action": "verify", "everything": "1", "filters": "q=Ada", "row": [ada.ref]})
    choice = Choice.from_query(QueryDict(all_of_them.url.split("?")[1]))
    assert choice == Choice(everything=True, filters="q=Ada")


def test_nothing_chosen_or_no_such_action_leads_back_to_the_list_as_it_was(rf):
    ada = person("Ada")
    for data in ({"action": "greet"}, {"action": "fire", "row": [ada.ref]}, {}):
        response = ask(rf, data | {"filters": "q=Ada&page=2"})
        assert (response.status_code, response.url) == (302, "/people/?q=Ada")
        assert response.said == ["Choose at least one row, then what to do with it."]
    assert greeted() == set()


def test_too_many_rows_are_refused_before_the_first(rf, monkeypatch):
    monkeypatch.setattr(lists, "MOST_AT_ONCE", 2)
    for name in ("Ada", "Bo", "Cai"):
        person(name)
    response = ask(rf, {"action": "greet", "everything": "1", "filters": ""})
    assert response.status_code == 302
    assert greeted() == set()


def test_boxes_and_bar_are_there_for_those_who_may_and_for_nobody_else(rf):
    ada = person("Ada")
    text = ask(rf).content.decode()
    assert f'name="row" value="{ada.ref}" form="bulk"' in text
    assert 'aria-label="Select Ada"' in text
    reader = Actor(user_id=1, permissions=frozenset({"people.view"}))
    assert 'name="row"' not in ask(rf, actor=reader).content.decode()
    ask(rf, {"action": "greet", "row": [ada.ref]}, actor=reader)
    assert greeted() == set()


def test_same_number_of_queries_for_one_row_as_for_three(rf, django_assert_num_queries):
    person("Ada")
    with django_assert_num_queries(2):  # rows, unread notices
        ask(rf)
    person("Bo"), person("Cai")
    with django_assert_num_queries(2):
        ask(rf)


def test_list_without_bulk_actions_takes_no_post(rf):
    class Plain(PeopleToGreet):
        bulk_actions = ()

    request = rf.post("/people/", {"action": "greet", "row": [person("Ada").ref]})
    request.actor = READER
    assert Plain.as_view()(request).status_code == 405
