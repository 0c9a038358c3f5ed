"""Pages about partners: who sees which, and what is on them."""

import pytest
from django.urls import reverse
from django.utils import timezone

from partners import selectors
from partners.models import Agreement, Partner
from tests import factories
from tests.cast import client_for

pytestmark = pytest.mark.django_db


def page_of(partner) -> str:
    """Return the address of a partner's page."""
    return reverse("partners:partner_detail", args=(partner.ref,))


def test_the_list_shows_the_partners_of_the_own_territories(
    channel_manager, own_partner, rival_partner, make_partner, places
):
    german = make_partner("German Dealer GmbH", territory=places.germany)
    german.authorisations.all().delete()
    body = client_for(channel_manager).get(reverse("partners:partner_list")).content.decode()
    assert own_partner.account.name in body
    assert rival_partner.account.name in body
    assert german.account.name not in body


def test_no_territory_no_partners(other_channel_manager, own_partner):
    body = client_for(other_channel_manager).get(reverse("partners:partner_list")).content.decode()
    assert own_partner.account.name not in body


@pytest.mark.parametrize("who", ["dealer_manager", "dealer_sales"])
def test_the_list_is_not_for_dealers(request, who, rival_partner):
    response = client_for(request.getfixturevalue(who)).get(reverse("partners:partner_list"))
    assert response.status_code == 404
    assert rival_partner.account.name not in response.content.decode()


@pytest.mark.parametrize(
    ("who", "whose", "status"),
    [
        ("channel_manager", "own_partner", 200),
        ("administrator", "own_partner", 200),
        ("other_channel_manager", "own_partner", 404),
        ("dealer_manager", "own_partner", 200),
        ("dealer_manager", "sub_partner", 200),
        ("dealer_manager", "rival_partner", 404),
        ("sub_dealer", "own_partner", 404),
        ("marketing", "own_partner", 403),
        ("sales_rep", "own_partner", 403),
    ],
)
def test_who_opens_whose_page(request, who, whose, status):
    partner = request.getfixturevalue(whose)
    response = client_for(request.getfixturevalue(who)).get(page_of(partner))
    assert response.status_code == status
    assert (partner.account.name in response.content.decode()) is (status == 200)


def test_unknown_foreign_and_malformed_look_the_same(dealer_manager, rival_partner):
    client = client_for(dealer_manager)
    answers = {
        client.get(reverse("partners:partner_detail", args=(ref,))).status_code
        for ref in (rival_partner.ref, "ABCDEFGH2345", "nonsense!", "x" * 60)
    }
    assert answers == {404}


def test_the_page_tells_tier_authorisations_agreement_and_people(
    channel_manager, own_partner, dealer_sales, lines
):
    body = client_for(channel_manager).get(page_of(own_partner)).content.decode()
    for words in (
        lines.pumps.name,
        "China",
        dealer_sales.full_name,
        dealer_sales.email,
        "Silver",
        "No second factor",
    ):
        assert words in body


def test_salespeople_see_no_colleagues_addresses(dealer_sales, dealer_manager, own_partner):
    body = client_for(dealer_sales).get(reverse("partners:company")).content.decode()
    assert own_partner.account.name in body
    assert dealer_manager.email not in body


def test_the_team_is_the_managers(dealer_manager, dealer_sales, rival):
    body = client_for(dealer_manager).get(reverse("partners:team")).content.decode()
    assert dealer_sales.email in body
    assert rival.email not in body
    assert client_for(dealer_sales).get(reverse("partners:team")).status_code == 403


@pytest.mark.parametrize("address", ["partners:company", "partners:team"])
def test_staff_have_no_company_of_their_own(channel_manager, address):
    assert client_for(channel_manager).get(reverse(address)).status_code == 404


def test_the_manager_accepts_the_agreement_on_the_page(dealer_manager, own_partner):
    Agreement.objects.filter(partner=own_partner).delete()
    template = factories.AgreementTemplateFactory(
        type=own_partner.type, language="en", version=7, text="We agree."
    )
    client = client_for(dealer_manager)
    body = client.get(reverse("partners:company")).content.decode()
    assert "We agree." in body
    address = reverse("partners:agreement_accept")
    client.post(address, {"template": template.pk})  # the box is not ticked
    assert selectors.agreement_in_force(own_partner, timezone.now()) is None
    client.post(address, {"template": "0", "accepted": "1"})  # another text than the one shown
    assert selectors.agreement_in_force(own_partner, timezone.now()) is None
    client.post(address, {"template": template.pk, "accepted": "1"})
    assert selectors.agreement_in_force(own_partner, timezone.now()).template == template


def test_salespeople_accept_nothing(dealer_sales, own_partner):
    Agreement.objects.filter(partner=own_partner).delete()
    template = factories.AgreementTemplateFactory(type=own_partner.type, language="en", version=7)
    response = client_for(dealer_sales).post(
        reverse("partners:agreement_accept"), {"template": template.pk, "accepted": "1"}
    )
    assert response.status_code == 403
    assert selectors.agreement_in_force(own_partner, timezone.now()) is None


def test_a_suspended_partner_is_told_so(dealer_manager, own_partner):
    Partner.objects.filter(pk=own_partner.pk).update(state="suspended")
    body = client_for(dealer_manager).get(reverse("partners:company")).content.decode()
    assert "suspended" in body


def test_three_partners_take_as_many_queries_as_one(
    channel_manager, own_partner, make_partner, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_for(channel_manager)
    address = reverse("partners:partner_list")
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(address)
    make_partner("Second")
    make_partner("Third")
    with django_assert_num_queries(len(one)):
        client.get(address)


def test_filters_and_export(channel_manager, own_partner, rival_partner, lines):
    client = client_for(channel_manager)
    address = reverse("partners:partner_list")
    body = client.get(address, {"q": "Rival"}).content.decode()
    assert rival_partner.account.name in body
    assert own_partner.account.name not in body
    assert (
        client.get(address, {"line": "pumps", "territory": "cn-east", "state": "active"}).status_code == 200
    )
    file = client.get(address, {"export": "csv"})
    assert own_partner.account.name in b"".join(file).decode("utf-8-sig")
