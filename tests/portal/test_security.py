"""Content security policy, second factor, system checks, health."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import checks
from django.test import override_settings
from django.utils import timezone

from core.jobs.models import Job, JobState
from portal.views import health
from tests.cast import client_for

pytestmark = pytest.mark.django_db


# --- content security policy --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("anonymous", "/"),
        ("anonymous", "/auth/login/"),
        ("anonymous", "/no/such/page/"),
        ("dealer_manager", "/company/"),
        ("dealer_manager", "/cms/"),
        ("channel_manager", "/partners/"),
        ("marketing", "/"),
    ],
)
def test_pages_of_the_portal_allow_nothing_inline(request, who, address):
    response = client_for(request.getfixturevalue(who)).get(address)
    policy = response.headers["Content-Security-Policy"]
    if response.status_code == 404 and address == "/cms/":
        return  # nobody is there; the looser policy guards an error page of ours
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "default-src 'none'" in policy


def test_only_the_admin_has_a_looser_policy_and_it_evaluates_nothing(marketing):
    policy = client_for(marketing).get("/cms/").headers["Content-Security-Policy"]
    assert "'unsafe-inline'" in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'self'" in policy


def test_an_address_that_only_begins_alike_has_the_strict_policy():
    policy = client_for(None).get("/cmsx/").headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy


# --- second factor --------------------------------------------------------------------------------------


@override_settings(STAFF_MFA_REQUIRED=True)
def test_staff_without_a_second_factor_are_led_to_set_one_up(channel_manager, administrator):
    for user, address in ((channel_manager, "/partners/"), (administrator, "/cms/"), (administrator, "/")):
        response = client_for(user).get(address)
        assert (response.status_code, response.url) == (302, "/auth/2fa/")
    for address in ("/auth/logout/", "/health/live/"):
        assert client_for(channel_manager).get(address).status_code == 200


@override_settings(STAFF_MFA_REQUIRED=True)
def test_nothing_is_saved_without_a_second_factor(administrator, own_partner):
    client_for(administrator).post(
        f"/cms/partners/edit/{own_partner.pk}/", {"step": "terminate", "reason": "x", "type": "dealer"}
    )
    own_partner.refresh_from_db()
    assert own_partner.state == "active"


@override_settings(STAFF_MFA_REQUIRED=True)
def test_staff_with_a_second_factor_and_dealers_pass(channel_manager, dealer_manager):
    Authenticator.objects.create(user=channel_manager, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert client_for(channel_manager).get("/partners/").status_code == 200
    assert client_for(dealer_manager).get("/company/").status_code == 200


def test_where_it_is_not_required_nobody_is_led_away(channel_manager):
    assert client_for(channel_manager).get("/partners/").status_code == 200


def test_the_deployment_check_asks_for_it():
    with override_settings(STAFF_MFA_REQUIRED=False):
        found = {
            message.id for message in checks.run_checks(tags=["security"], include_deployment_checks=True)
        }
        assert "portal.W001" in found
    with override_settings(STAFF_MFA_REQUIRED=True):
        found = {
            message.id for message in checks.run_checks(tags=["security"], include_deployment_checks=True)
        }
        assert "portal.W001" not in found


# --- health ---------------------------------------------------------------------------------------------


def test_alive_asks_no_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client_for(None).get("/health/live/").json() == {"status": "ok"}


def test_ready_says_what_it_found():
    answer = client_for(None).get("/health/ready/")
    assert answer.status_code == 200
    assert answer.json()["database"] == answer.json()["migrations"] == answer.json()["jobs"] == "ok"


def test_late_jobs_are_reported():
    Job.objects.create(kind="x", key="x", state=JobState.WAITING, run_at=timezone.now() - timedelta(hours=1))
    answer = client_for(None).get("/health/ready/")
    assert answer.status_code == 200
    assert answer.json()["jobs"] == "late"
    assert answer.json()["jobs_lag_seconds"] >= 3600


def test_pending_migrations_are_not_ready(monkeypatch):
    monkeypatch.setattr(health, "_migrations", lambda: "pending")
    assert client_for(None).get("/health/ready/").status_code == 503


def test_a_lost_database_is_not_ready(monkeypatch):
    from django.db import OperationalError

    def lost():
        raise OperationalError("password=secret host=db")

    monkeypatch.setattr(health, "_database", lost)
    answer = client_for(None).get("/health/ready/")
    assert answer.status_code == 503
    assert "secret" not in answer.content.decode()
