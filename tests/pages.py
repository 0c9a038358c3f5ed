"""Every page of the portal that one person may open, filled with a few rows of the cast's."""

from tests import factories
from tests.access.addresses import addresses, is_cms
from tests.access.classes import OBJECTS, PUBLIC, ROLES, SIGNED_IN
from tests.cast import Cast

# Answers that are no pages: files, fragments, what a program asks.
NO_PAGES = {
    "account_logout",
    "accounts:account_import_template",
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


def rows_of_every_kind(making: Cast) -> dict[str, list]:
    """Return a few rows of every kind, of the cast's own: approved, waiting, a draft, and what hangs on them."""
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
        "precedent": [factories.PrecedentFactory()],
        "proposal": [factories.RuleProposalFactory(programme=making.programme)],
        "contact": [],
        "activity": [],
        "list_view": [factories.SavedViewFactory(owner=making.sales_rep)],
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
        elif address.name == "list_views:view_list":
            if person == ONE_LOOKS:
                found.append((address.name, address.url(name="registrations:registration_list")))
        elif address.parameters:
            continue
        elif person in ROLES.get(address.name, ()):
            found.append((address.name, address.url()))
        elif address.name in PUBLIC | SIGNED_IN:
            own_words = address.name in ("portal:dashboard", "portal:search")
            if person == ONE_LOOKS or own_words:
                found.append((address.name, address.url()))
    return found
