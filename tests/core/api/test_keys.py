"""API keys: made, shown once, kept as a hash, scoped to one organisation, limited, revoked."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.access.exceptions import NotAllowed
from core.api.keys import KeyRefused, digest_of, make_key, may_be_allowed, revoke_key
from core.api.models import ApiKey
from core.ledger.models import Event
from tests.cast import actor_of, client_for

pytestmark = pytest.mark.django_db

BOTH = ("registrations.view", "registrations.file")


def key_for(user, partner, *, by=None, permissions=BOTH, days=30, name="ERP"):
    """Make a key and return it with its secret."""
    return make_key(
        name=name,
        person=user,
        organisation_id=partner.pk,
        permissions=permissions,
        days=days,
        actor=actor_of(by or user),
        at=timezone.now(),
    )


def ask(client, path: str, secret: str = "", **headers):
    """Send a GET with a key."""
    given = {"Authorization": f"Bearer {secret}"} if secret else {}
    return client.get(f"/api/v1/{path}", headers={**given, **headers})


def test_key_is_kept_as_a_hash_and_found_by_its_beginning(dealer_manager, own_partner):
    key, secret = key_for(dealer_manager, own_partner)
    assert secret.startswith(key.prefix) and len(secret) > 50
    assert key.digest == digest_of(secret)
    assert secret not in str(ApiKey.objects.values().get())
    event = Event.objects.get(type="api_key.made")
    assert event.partner_id == own_partner.pk


def test_key_opens_the_api_for_its_organisation(dealer_manager, own_partner, client):
    _key, secret = key_for(dealer_manager, own_partner)
    response = ask(client, "me", secret)
    assert response.status_code == 200
    assert response.json()["partner"] == own_partner.ref
    assert "sessionid" not in response.cookies


@pytest.mark.parametrize(
    "kind", ["none", "wrong", "cut", "other", "basic", "revoked", "expired", "left", "suspended_person"]
)
def test_what_is_no_key_in_use_gets_the_same_answer(kind, dealer_manager, own_partner, client):
    key, secret = key_for(dealer_manager, own_partner)
    header = {
        "wrong": f"Bearer {key.prefix}_wrong",
        "cut": f"Bearer {secret[:-1]}",
        "other": "Bearer dpk_0123456789_x",
        "basic": f"Basic {secret}",
    }.get(kind, f"Bearer {secret}")
    if kind == "revoked":
        revoke_key(key.pk, actor=actor_of(dealer_manager), at=timezone.now())
    elif kind == "expired":
        ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif kind == "left":
        dealer_manager.memberships.update(is_active=False)
    elif kind == "suspended_person":
        dealer_manager.is_active = False
        dealer_manager.save()
    response = client.get("/api/v1/me", headers={} if kind == "none" else {"Authorization": header})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.headers["Content-Type"] == "application/problem+json"
    assert own_partner.ref not in response.content.decode()


def test_session_opens_nothing(dealer_manager):
    assert client_for(dealer_manager).get("/api/v1/me").status_code == 401


def test_key_may_no_more_than_it_was_allowed_and_than_its_person_may_now(dealer_manager, own_partner, client):
    _key, secret = key_for(dealer_manager, own_partner, permissions=["registrations.view"])
    answer = client.post(
        "/api/v1/registrations",
        {},
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.status_code == 403
    role = dealer_manager.memberships.get().role
    role.permissions = [name for name in role.permissions if name != "registrations.view"]
    role.save()
    assert ask(client, "registrations", secret).status_code == 403


def test_dealers_make_keys_for_themselves_and_administrators_for_anybody_of_a_partner(
    dealer_manager, dealer_sales, rival, own_partner, rival_partner, administrator, channel_manager
):
    with pytest.raises(NotAllowed):
        key_for(dealer_sales, own_partner, by=dealer_manager)
    with pytest.raises(NotAllowed):
        key_for(rival, rival_partner, by=dealer_manager)
    for nobody in (dealer_sales, channel_manager, rival):
        with pytest.raises(NotAllowed):
            key_for(nobody, own_partner, by=nobody)
    assert key_for(dealer_sales, own_partner, by=administrator)[0].user == dealer_sales
    with pytest.raises(KeyRefused):
        key_for(rival, own_partner, by=administrator)
    assert may_be_allowed(rival, own_partner.pk) == ()


@pytest.mark.parametrize(
    "given", [{"permissions": []}, {"permissions": ["people.manage"]}, {"days": 0}, {"days": 9999}]
)
def test_key_needs_permissions_that_are_offered_and_an_end(given, dealer_manager, own_partner):
    with pytest.raises(KeyRefused):
        key_for(dealer_manager, own_partner, **given)


def test_number_of_keys_is_bounded(dealer_manager, own_partner, settings):
    settings.API_MOST_KEYS = 1
    key, _secret = key_for(dealer_manager, own_partner)
    with pytest.raises(KeyRefused):
        key_for(dealer_manager, own_partner)
    revoke_key(key.pk, actor=actor_of(dealer_manager), at=timezone.now())
    key_for(dealer_manager, own_partner)


def test_limit_holds_without_any_cache(dealer_manager, own_partner, client, settings, clock):
    settings.API_REQUESTS_PER_MINUTE = 2
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    _key, secret = key_for(dealer_manager, own_partner)
    assert [ask(client, "me", secret).status_code for _turn in range(3)] == [200, 200, 429]
    refused = ask(client, "me", secret)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    clock.shift(timedelta(minutes=1))
    assert ask(client, "me", secret).status_code == 200
    assert ApiKey.objects.get().use.last_used_at is not None


def test_page_shows_the_key_once_and_takes_the_form_once(dealer_manager, own_partner):
    client = client_for(dealer_manager)
    address = reverse("partners:company_keys")
    form = {
        "name": "ERP",
        "person": dealer_manager.pk,
        "permissions": BOTH,
        "days": 90,
        "one_time_key": "k-of-form-1",
    }
    page = client.post(address, form).content.decode()
    key = ApiKey.objects.get()
    assert f"{key.prefix}_" in page
    again = client.post(address, form)
    assert again.status_code == 422 and f"{key.prefix}_" not in again.content.decode()
    assert ApiKey.objects.count() == 1
    assert f"{key.prefix}_" not in client.get(address).content.decode()
    assert client.post(reverse("partners:key_revoke", args=[key.ref])).status_code == 302
    assert "Revoked" in client.get(address).content.decode()


def test_keys_of_others_do_not_exist(dealer_manager, rival, rival_partner, administrator, own_partner):
    role = rival.memberships.get().role
    role.permissions = [*role.permissions, "api.manage"]
    role.save()
    key, _secret = key_for(rival, rival_partner)
    client = client_for(dealer_manager)
    assert client.post(reverse("partners:key_revoke", args=[key.ref])).status_code == 404
    assert client.get(reverse("partners:partner_keys", args=[rival_partner.ref])).status_code == 404
    page = client_for(administrator).get(reverse("partners:partner_keys", args=[rival_partner.ref]))
    assert key.prefix in page.content.decode()
    assert client_for(administrator).post(reverse("partners:key_revoke", args=[key.ref])).status_code == 302


def test_documentation_and_schema(dealer_manager, client, own_partner):
    assert client.get(reverse("api:schema")).json()["openapi"].startswith("3.")
    page = client_for(dealer_manager).get(reverse("api:documentation")).content.decode()
    assert "/api/v1/registrations" in page and "<script>" not in page
