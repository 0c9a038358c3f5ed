"""Every page, as everybody who may open it, on a laptop and on a phone."""

import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.access.addresses import addresses, is_cms
from tests.access.classes import OBJECTS, PUBLIC, ROLES, SIGNED_IN
from tests.browser.eyes import look
from tests.cast import CAST

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Answers that are no pages: files, fragments, what a program asks.
NO_PAGES = {
    "account_logout",
    "accounts:customer_options",
    "content_image",
    "documents:file_download",
    "mfa_download_recovery_codes",
    "mfa_login_webauthn",
    "portal:health_live",
    "portal:health_ready",
    "registrations:receipt_json",
    "registrations:receipt_pdf",
    "registrations:registration_progress",
    "wagtaildocs_serve",
}
# Everybody's own pages look alike for all: one person looks at them.
ONE_LOOKS = "dealer_manager"


@pytest.fixture
def small_world(making, stage):
    """A few rows of every kind, of the cast's own."""
    from tests import factories

    approved, waiting = making.approved, making.rival_registration
    draft = making.save_draft(making.dealer_sales, customer_name="Draft customer")
    opportunity = approved.opportunity
    factories.ContactFactory(account=opportunity.account)
    factories.ActivityFactory(account=opportunity.account, opportunity=opportunity, done_by=making.sales_rep)
    return {
        "registration": [approved, waiting, draft],
        "account": [opportunity.account],
        "opportunity": [opportunity],
        "partner": [making.own_partner],
        "contact": [],
        "activity": [],
    }


def pages_for(person: str, rows: dict) -> list[tuple[str, str]]:
    """Return (name, url) of the pages that this person may open."""
    found = []
    for address in addresses():
        if is_cms(address) or address.name in NO_PAGES:
            continue
        of = OBJECTS.get(address.name)
        if of is not None:
            if person in of.who:
                found += [
                    (address.name, address.url(**{of.parameter: row.ref})) for row in rows.get(of.kind, ())
                ]
        elif address.name == "wagtail_serve":
            if person == ONE_LOOKS:
                found.append((address.name, "/"))
        elif address.parameters:
            continue
        elif person in ROLES.get(address.name, ()):
            found.append((address.name, address.url()))
        elif address.name in PUBLIC | SIGNED_IN:
            own_words = address.name in ("portal:dashboard", "portal:search")
            if person == ONE_LOOKS or own_words:
                found.append((address.name, address.url()))
    return found


@pytest.mark.parametrize("person", CAST)
def test_every_page_is_whole_at_both_widths(person, small_world, making, visit):
    visitor = visit()
    visitor.take_over(getattr(making, person))
    problems, seen = [], set()
    for name, url in pages_for(person, small_world):
        visitor.watch.expected[:] = [url]  # a page may refuse a row in this state
        try:
            response = visitor.page.goto(url)
        except PlaywrightError as error:
            if "RESPONSE_CODE_FAILURE" in str(
                error
            ):  # refused without a page: an address that is only sent to
                continue
            raise
        if response is None or response.status >= 400 or visitor.page.url in seen:
            if response is not None and response.status >= 500:
                problems.append(f"{url} answered {response.status}")
            continue
        seen.add(visitor.page.url)
        problems += look(visitor.page, f"{person} {name.replace(':', ' ')}")
        problems += [f"{url}: {trouble}" for trouble in visitor.watch.take()]
    assert len(seen) >= 2
    assert problems == []
