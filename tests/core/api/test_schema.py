"""The API against its own schema: whatever fits the schema, or nearly, is answered as the schema says, never by 500."""

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings

from tests.cast import actor_of

from .test_keys import key_for

schemathesis = pytest.importorskip("schemathesis")

pytestmark = pytest.mark.django_db

EXAMPLES = 4


@pytest.fixture
def one_connection():
    """Keep the test's own connection open from request to request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def described(one_connection, lines, places, own, rival_registration):
    """Return the schema as the portal serves it, on a world with registrations."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


def test_every_answer_is_as_the_schema_says(described, dealer_manager, own_partner, settings_of_api):
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    checks = [
        schemathesis.checks.not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]
    _key, secret = key_for(dealer_manager, own_partner)
    asked = 0
    for found in described.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case):
            nonlocal asked
            asked += 1
            case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, checks=checks)

        ask()
    assert asked >= 11 * 3
    assert actor_of(dealer_manager).organisation_id == own_partner.pk


@pytest.fixture
def settings_of_api(settings):
    """A key may ask as often as it likes."""
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
