"""The staff's admin: who gets in, and to what."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import URLPattern, URLResolver, get_resolver
from wagtail.models import Page

from content.models import NewsIndexPage
from tests import factories
from tests.cast import client_for, role

pytestmark = pytest.mark.django_db

SETTINGS = (
    "territories",
    "product-families",
    "product-lines",
    "products",
    "programmes",
    "programme-versions",
    "tiers",
    "agreement-templates",
    "house-accounts",
    "calendars",
)
PARTNERS = ("partners", "authorisations")
PEOPLE = ("people", "staff-scopes", "partner-people", "roles", "field-permissions")
SIDE_DOORS = (
    "/cms/",
    "/cms/pages/",
    "/cms/choose-page/",
    "/cms/api/main/pages/",
    "/cms/images/",
    "/cms/images/chooser/",
    "/cms/documents/",
    "/cms/documents/chooser/",
    "/cms/account_chooser/",
    "/cms/user_chooser/",
    "/cms/partner_chooser/",
    "/cms/reports/site-history/",
    "/cms/account/",
    "/cms/jobs/",
    "/cms/people/",
)


def addresses(patterns, prefix: str = "") -> set[str]:
    """Return every address under the given patterns, with numbers and words put in."""
    found = set()
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found |= addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            found.add(route)
    return found


@pytest.mark.parametrize(
    "who", ["dealer_manager", "dealer_sales", "sub_dealer", "channel_manager", "sales_rep"]
)
@pytest.mark.parametrize("address", SIDE_DOORS)
def test_who_has_no_business_there_finds_nothing(request, who, address):
    assert client_for(request.getfixturevalue(who)).get(address).status_code == 404


@pytest.mark.parametrize("address", SIDE_DOORS)
def test_visitors_are_sent_to_sign_in(address):
    response = client_for(None).get(address)
    assert response.status_code == 302
    assert response.url.startswith("/auth/login/")


def test_every_address_of_the_admin_stands_behind_its_door(rf, dealer_manager):
    """The door asks for the prefix only, so no view of Wagtail's or of ours can be forgotten."""
    from portal.cms.gate import is_admin_path

    routes = [
        route
        for route in addresses(get_resolver().url_patterns)
        if "wagtailadmin" in route or route.startswith("cms")
    ]
    assert len(routes) > 150
    assert all(is_admin_path(f"/{route}") for route in routes)
    page = Page.objects.get(depth=2, locale__language_code="en")
    client = client_for(dealer_manager)
    for address in (
        f"pages/{page.pk}/view_draft/",
        f"pages/{page.pk}/history/",
        f"pages/{page.pk}/edit/preview/",
    ):
        assert client.get(f"/cms/{address}").status_code == 404


@pytest.mark.parametrize("name", (*SETTINGS, *PARTNERS, *PEOPLE, "jobs"))
def test_the_administrator_opens_every_list_and_searches_it(administrator, own_partner, name):
    client = client_for(administrator)
    assert client.get(f"/cms/{name}/").status_code == 200
    assert client.get(f"/cms/{name}/", {"q": "a"}).status_code == 200
    if name != "jobs":
        assert client.get(f"/cms/{name}/new/").status_code == 200


@pytest.mark.parametrize("name", (*SETTINGS, *PARTNERS, *PEOPLE, "jobs"))
def test_marketing_opens_none_of_them(marketing, name):
    client = client_for(marketing)
    for address in (f"/cms/{name}/", f"/cms/{name}/new/"):
        response = client.get(address)
        assert response.status_code in (302, 404)
        if response.status_code == 302:
            assert response.url == "/cms/"
    for chooser in ("account_chooser", "customer_chooser", "user_chooser"):
        assert client.get(f"/cms/{chooser}/").status_code != 200


def test_one_permission_opens_one_room(make_staff):
    keeper = make_staff("keeper", "administrator")
    only_jobs = factories.RoleFactory(code="only-jobs", side="staff", permissions=["jobs.manage"])
    keeper.staff_scopes.update(role=only_jobs)
    client = client_for(keeper)
    assert client.get("/cms/jobs/").status_code == 200
    for name in ("people", "territories", "partners"):
        assert client.get(f"/cms/{name}/").status_code == 302


def test_wagtails_own_users_and_groups_are_gone(administrator):
    root = get_user_model().objects.create_superuser("root@manufacturer.example", "x", full_name="Root")
    for user in (administrator, root):
        client = client_for(user)
        for address in ("/cms/users/", "/cms/users/add/", "/cms/groups/", "/cms/groups/new/"):
            assert client.get(address).status_code == 404
        body = client.get("/cms/").content.decode()
        assert "/cms/groups/" not in body
        assert "/cms/users/" not in body


def test_marketing_publishes_news_that_dealers_read(marketing, dealer_sales):
    index = NewsIndexPage.objects.get(locale__language_code="en")
    client = client_for(marketing)
    address = f"/cms/pages/add/content/newspage/{index.pk}/"
    assert client.get(address).status_code == 200
    response = client.post(
        address,
        {
            "title": "New price list",
            "slug": "new-price-list",
            "date": "2026-11-23",
            "audience": "partners",
            "summary": "Valid from January.",
            "picture": "",
            "body-count": "0",
            "comments-TOTAL_FORMS": "0",
            "comments-INITIAL_FORMS": "0",
            "action-publish": "action-publish",
        },
    )
    assert response.status_code == 302, response.context and response.context["form"].errors
    body = client_for(dealer_sales).get("/news/").content.decode()
    assert "New price list" in body
    assert client_for(dealer_sales).get("/news/new-price-list/").status_code == 200


def test_marketing_edits_the_home_page(marketing):
    home = Page.objects.get(depth=2, locale__language_code="en")
    assert client_for(marketing).get(f"/cms/pages/{home.pk}/edit/").status_code == 200


def test_groups_follow_roles_at_the_next_sign_in(marketing):
    client_for(marketing)
    assert set(marketing.groups.values_list("name", flat=True)) == {"Marketing", "Administrators"}
    marketing.staff_scopes.update(role=role("sales_rep"))
    client = client_for(marketing)
    assert not marketing.groups.exists()
    assert client.get("/cms/").status_code == 404


def test_a_role_taken_away_closes_the_door_at_once(marketing):
    client = client_for(marketing)
    assert client.get("/cms/").status_code == 200
    marketing.staff_scopes.all().delete()
    assert client.get("/cms/").status_code == 404
