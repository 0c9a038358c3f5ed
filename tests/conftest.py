"""Fixtures for all tests, and what makes each of them stricter. The cast is in ``tests.cast``."""

import os
from datetime import UTC, datetime

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from django.test.utils import setup_databases, teardown_databases

from tests import pristine, strict
from tests.strict import StrictClient

pytest_plugins = ["tests.cast"]

hypothesis.settings.register_profile("portal", deadline=None, derandomize=True)
hypothesis.settings.load_profile("portal")


def pytest_configure(config):
    """Turn into errors what Django only warns about."""
    config.addinivalue_line("filterwarnings", "error::django.core.paginator.UnorderedObjectListWarning")
    config.addinivalue_line("filterwarnings", "error:.*received a naive datetime:RuntimeWarning")


def pytest_runtest_setup(item):
    """Leave out what this run's database cannot show."""
    if item.get_closest_marker("postgres") and "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
        pytest.skip("needs PostgreSQL (PORTAL_TEST_DATABASE_URL)")


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker):
    """The migrated database, made once; see ``tests.pristine``."""
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            created, kept = None, pristine.SqlitePristine()
        else:
            created = setup_databases(verbosity=0, interactive=False, serialized_aliases=())
            kept = pristine.PostgresPristine()
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: kept.restore())
    yield
    patch.undo()
    with django_db_blocker.unblock():
        kept.drop()
        if created:
            teardown_databases(created, verbosity=0)


@pytest.fixture(autouse=True, scope="session")
def _undefined_template_variables_fail():
    """See ``tests.strict.Undefined``."""
    for engine in settings.TEMPLATES:
        engine["OPTIONS"]["string_if_invalid"] = strict.Undefined()
    from django.template import engines

    for engine in engines.all():
        if hasattr(engine, "engine"):
            engine.engine.string_if_invalid = strict.Undefined()


@pytest.fixture(autouse=True)
def _english_and_own_files(tmp_path, request):
    """Every test begins in English and UTC."""
    from django.utils import timezone, translation

    translation.activate("en")
    timezone.deactivate()
    yield
    translation.activate("en")
    timezone.deactivate()


@pytest.fixture
def client() -> StrictClient:
    """A visitor's client, for which a GET that writes is an error."""
    return StrictClient()


@pytest.fixture
def csrf_client() -> StrictClient:
    """A visitor's client that must send CSRF tokens, as browsers do."""
    return StrictClient(enforce_csrf_checks=True)


@pytest.fixture
def run_jobs():
    """Run every job that is due, and what those enqueue; returns how many were run. A failing one is an error."""
    from tests.cast import run_all_jobs

    return run_all_jobs


@pytest.fixture
def settle():
    """Let everything happen that happens within seconds: jobs, the ledger's readers, their mails, seals."""
    from tests.cast import settle_all

    return settle_all


@pytest.fixture
def clock(time_machine):
    """A clock that begins at the present and ticks; ``clock.shift(timedelta)`` and ``clock.move_to(time)``."""
    time_machine.move_to(datetime.now(UTC), tick=True)
    return time_machine


@pytest.fixture
def count_queries():
    """Count the queries of a call: ``count_queries(client.get, url)``."""
    from django.test.utils import CaptureQueriesContext

    def count(call, *args, **kwargs) -> int:
        with CaptureQueriesContext(connection) as queries:
            call(*args, **kwargs)
        return len(queries)

    return count


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium, or a skip that says what is missing."""
    path = os.environ.get("PORTAL_CHROMIUM", "/usr/bin/chromium")
    if not os.access(path, os.X_OK):
        pytest.skip("Chromium is not installed (Debian: sudo apt-get install chromium)")
    return path
