"""One's own profile: language, zone, appearance, and what nobody may change for another."""

import pytest
from django.urls import reverse

from core.access.exceptions import ReadOnlyActor
from core.people import services
from core.people.browsers import browser_name
from core.people.models import User
from tests.cast import actor_of, client_for

PROFILE = {
    "full_name": "王小明",
    "phone": "+86 21 5555 0000",
    "language": "zh-hans",
    "time_zone": "Asia/Shanghai",
    "theme": "dark",
}


def test_profile_is_saved_and_the_next_page_follows_it(dealer_sales):
    client = client_for(dealer_sales)
    response = client.post(reverse("people:profile"), PROFILE, follow=True)
    text = response.content.decode()
    assert 'lang="zh-hans"' in text and 'data-bs-theme="dark"' in text
    assert "王小明" in text
    assert client.cookies["theme"].value == "dark"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("full_name", ""),
        ("time_zone", "Mars/Olympus"),
        ("language", "tlh"),
        ("theme", "pink"),
        ("phone", "1" * 41),
    ],
)
def test_profile_refused_keeps_what_was_typed_and_saves_nothing(dealer_sales, field, value):
    response = client_for(dealer_sales).post(reverse("people:profile"), PROFILE | {field: value})
    assert response.status_code == 200
    assert "field-errors" in response.content.decode()
    assert ("王小明" in response.content.decode()) or field == "full_name"
    assert User.objects.get(pk=dealer_sales.pk).full_name == dealer_sales.full_name


def test_profile_takes_no_field_it_does_not_show(dealer_sales):
    client_for(dealer_sales).post(
        reverse("people:profile"),
        PROFILE | {"is_staff": "on", "is_superuser": "on", "email": "x@example.com"},
    )
    user = User.objects.get(pk=dealer_sales.pk)
    assert (user.is_staff, user.is_superuser, user.email) == (False, False, dealer_sales.email)


def test_whoever_views_as_another_changes_nothing_of_theirs(dealer_sales, administrator):
    viewed = actor_of(dealer_sales).seen_by(administrator.pk)
    with pytest.raises(ReadOnlyActor):
        services.update_profile(actor=viewed, data={"full_name": "Somebody else"})
    with pytest.raises(ReadOnlyActor):
        services.set_language(actor=viewed, language="zh-hant")


def test_appearance_is_switched_from_any_page(dealer_sales):
    client = client_for(dealer_sales)
    response = client.post(reverse("people:appearance"), {"theme": "dark", "next": "/profile/"})
    assert response.url == "/profile/"
    assert User.objects.get(pk=dealer_sales.pk).theme == "dark"
    assert client.post(reverse("people:appearance"), {"theme": "pink"}).status_code == 404


def test_visitor_switches_language_by_cookie(db):
    client = client_for(None)
    response = client.post(reverse("portal:language"), {"language": "zh-hant", "next": "/auth/login/"})
    assert (response.status_code, response.url) == (302, "/auth/login/")
    assert 'lang="zh-hant"' in client.get("/auth/login/").content.decode()


def test_person_switches_language_for_good(dealer_sales):
    client_for(dealer_sales).post(reverse("portal:language"), {"language": "zh-hans"})
    assert User.objects.get(pk=dealer_sales.pk).language == "zh-hans"


@pytest.mark.parametrize("address", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", ""])
def test_language_switch_leads_nowhere_else(db, address):
    response = client_for(None).post(reverse("portal:language"), {"language": "en", "next": address})
    assert response.url == "/"


def test_unknown_language_changes_nothing(dealer_sales):
    response = client_for(dealer_sales).post(reverse("portal:language"), {"language": "tlh"})
    assert response.status_code == 302 and not response.cookies
    assert User.objects.get(pk=dealer_sales.pk).language == dealer_sales.language


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Microsoft Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8.0", "Another browser"),
    ],
)
def test_browsers_are_named(agent, name):
    assert browser_name(agent) == name
