"""A real Chromium against a live server on a database of its own, with a worker beside it."""

import os
import threading

import pytest
from django.db import connections

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in the thread that uses the ORM

from tests.browser.eyes import AXE, LAPTOP, Watch
from tests.factories.core import PASSWORD

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser(chromium):
    """One Chromium for the run."""
    from playwright.sync_api import sync_playwright

    if not AXE.exists():
        pytest.skip("axe-core is not installed (make setup)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def worker(transactional_db):
    """The worker's stand-in: a thread that runs due jobs, lets readers follow the ledger, and seals."""
    stop, failures = threading.Event(), []

    def work():
        from core.jobs import run_due
        from core.ledger import readers, seals

        while not stop.is_set():
            try:
                run_due(50)
                readers.follow_all()
                seals.seal_all()
            except Exception as error:  # the test thread tells it
                failures.append(repr(error))
            finally:
                connections.close_all()
            stop.wait(0.3)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield failures
    stop.set()
    thread.join(20)


@pytest.fixture
def site(live_server, worker, settings) -> str:
    """The address of the portal, served, its worker running."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.WAGTAILADMIN_BASE_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    from wagtail.models import Site

    Site.objects.update(hostname="localhost", port=int(live_server.url.rsplit(":", 1)[1]))
    return live_server.url


class Visit:
    """One person at the portal, in a browser context of their own."""

    def __init__(self, browser, site: str, **options):
        self.site = site
        self.context = browser.new_context(
            base_url=site, viewport=LAPTOP, accept_downloads=True, timezone_id="Asia/Shanghai", **options
        )
        self.context.set_default_timeout(15_000)
        self.page = self.context.new_page()
        self.watch = Watch(self.page)

    def sign_in(self, user):
        """Sign in as people do; the language is then the person's own."""
        self.page.goto("/auth/login/")
        self.page.fill("input[name=login]", user.email)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.locator("input[name=password]").press("Enter")
        self.page.wait_for_url("**/dashboard/**")
        return self

    def take_over(self, user):
        """Begin signed in, without the form: for tests about something else."""
        from tests.cast import client_for

        cookie = client_for(user).cookies["sessionid"].value
        self.context.add_cookies([{"name": "sessionid", "value": cookie, "url": self.site}])
        return self


@pytest.fixture
def visit(browser, site):
    """Open the portal as somebody: ``visit(user)`` signs in by the form, ``visit()`` is a visitor."""
    opened = []

    def open_for(user=None, **options) -> Visit:
        visitor = Visit(browser, site, **options)
        opened.append(visitor)
        if user is not None:
            visitor.sign_in(user)
        return visitor

    yield open_for
    for visitor in opened:
        visitor.context.close()
