"""The frame around every page: navigation by role, appearance, partner switch, error pages, sign-in."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from core.access.actor import ANONYMOUS
from core.notifications.models import Notification
from core.notifications.registry import Kind
from portal.context import Shell
from portal.navigation import places_for
from tests import factories
from tests.cast import actor_of, client_for, role


def labels(user) -> set[str]:
    return {str(place.label) for _heading, places in places_for(actor_of(user), "/") for place in places}


def test_dealer_sees_deals_and_nothing_of_the_staff(dealer_sales, dealer_manager):
    assert {"Dashboard", "My registrations", "Register a deal"} <= labels(dealer_sales)
    assert not {"Review queue", "Registrations", "Partners", "Content and settings"} & labels(dealer_sales)
    assert "Our team" not in labels(dealer_sales)


def test_channel_manager_sees_the_queue_and_no_settings(channel_manager):
    assert {"Review queue", "Registrations"} <= labels(channel_manager)
    assert not {"My registrations", "Register a deal", "Content and settings"} & labels(channel_manager)


def test_administrator_sees_the_settings(administrator):
    assert "Content and settings" in labels(administrator)


def test_visitor_has_no_navigation():
    assert places_for(ANONYMOUS, "/") == []


def test_the_page_one_is_on_is_marked_once_by_its_longest_address(dealer_sales):
    def here(path):
        places = [place for _heading, rows in places_for(actor_of(dealer_sales), path) for place in rows]
        return [str(place.label) for place in places if place.is_here]

    assert here("/registrations/new/") == ["Register a deal"]
    assert here("/registrations/ABC/") == ["My registrations"]


def test_unread_notices_are_counted_up_to_a_hundred(rf, dealer_sales, rival, monkeypatch):
    kind = Kind(code="x", label="x", event_types=(), recipients=lambda event: (), url=lambda event: "")
    monkeypatch.setattr("core.notifications.scope.kinds", lambda: {"x": kind})
    rows = [Notification(user=dealer_sales, kind="x", event_id=number) for number in range(105)]
    Notification.objects.bulk_create([*rows, Notification(user=rival, kind="x", event_id=1)])
    request = rf.get("/")
    request.user, request.actor = dealer_sales, actor_of(dealer_sales)
    assert Shell(request).unread_label == "99+"
    request.user, request.actor = rival, actor_of(rival)
    assert Shell(request).unread_label == "1"


# --- acting for one of several partners --------------------------------------------------------------------------


def test_person_of_two_partners_switches_between_them(dealer_sales, rival_partner):
    factories.MembershipFactory(user=dealer_sales, partner=rival_partner, role=role("dealer_sales"))
    client = client_for(dealer_sales)
    assert rival_partner.ref in client.get("/profile/").content.decode()
    client.post(reverse("portal:partner_switch"), {"partner": rival_partner.ref})
    text = client.get("/profile/").content.decode()
    assert re.search(rf'dropdown-item active" name="partner" value="{rival_partner.ref}"', text)


@pytest.mark.parametrize("reference", ["", "nonsense", "FOREIGN"])
def test_a_partner_one_does_not_work_for_is_unknown(dealer_sales, rival_partner, reference):
    reference = rival_partner.ref if reference == "FOREIGN" else reference
    response = client_for(dealer_sales).post(reverse("portal:partner_switch"), {"partner": reference})
    assert response.status_code == 404


# --- error pages -------------------------------------------------------------------------------------------------


def test_unknown_address_is_a_page_of_the_portal(dealer_sales):
    response = client_for(dealer_sales).get("/registrations/NOSUCHREF234/nothing/")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


def test_form_without_a_token_says_what_to_do(dealer_sales):
    client = Client(enforce_csrf_checks=True)
    client.force_login(dealer_sales, backend="django.contrib.auth.backends.ModelBackend")
    response = client.post(reverse("people:profile"), {})
    assert response.status_code == 403
    assert "This form was open too long" in response.content.decode()


def test_server_error_page_needs_no_database(rf):
    from portal.views.errors import server_error

    response = server_error(rf.get("/"))  # without the database fixture, a query would fail
    assert response.status_code == 500 and "The fault is ours" in response.content.decode()


# --- sign-in -----------------------------------------------------------------------------------------------------


def test_sign_in_shows_no_demo_users_outside_the_demo(db, settings):
    settings.DEMO = False
    assert "data-demo-email" not in client_for(None).get("/auth/login/").content.decode()


def test_sign_in_offers_the_demo_users_in_the_demo(db, settings):
    settings.DEMO = True
    assert "data-demo-email" in client_for(None).get("/auth/login/").content.decode()


def test_reset_says_the_same_for_known_and_unknown_addresses(dealer_sales):
    answers = {
        (response.status_code, response.url)
        for address in (dealer_sales.email, "nobody@example.com")
        if (response := client_for(None).post("/auth/password/reset/", {"email": address}))
    }
    assert len(answers) == 1


def test_wrong_password_and_unknown_address_look_the_same(dealer_sales):
    pages = []
    for address in (dealer_sales.email, "nobody@example.com"):
        response = client_for(None).post("/auth/login/", {"login": address, "password": "not the password"})
        text = response.content.decode().replace(address, "ADDRESS")
        pages.append(re.sub(r'value="[A-Za-z0-9]{64}"|nonce="[^"]*"|: "[A-Za-z0-9]{64}"', "", text))
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    "address",
    ["/profile/", "/auth/password/change/", "/auth/email/", "/auth/2fa/", "/auth/sessions/", "/auth/logout/"],
)
def test_account_pages_keep_to_the_content_security_policy(dealer_sales, address):
    text = client_for(dealer_sales).get(address, follow=True).content.decode()
    assert 'style="' not in text
    assert not re.search(r"\son\w+=", text)
    assert not re.search(r"<script(?![^>]*(src=|application/json))", text)
