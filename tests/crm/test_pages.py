"""Pages of the CRM: who sees what, forms, one press, and the same number of queries however many rows."""

import re

import pytest
from django.urls import reverse

from core.access.models import FieldLevel
from crm.accounts.models import Account
from crm.opportunities.models import Opportunity, Stage
from tests.cast import client_for
from tests.factories import FieldPermissionFactory

pytestmark = pytest.mark.django_db


LISTS = (
    "accounts:account_list",
    "opportunities:opportunity_list",
    "projects:project_list",
    "activities:activity_list",
)


@pytest.mark.parametrize("name", LISTS)
def test_list_takes_the_same_queries_for_one_row_as_for_three(name, make_world, rep_client, count_queries):
    make_world()
    url = reverse(name)
    rep_client.get(url)
    one = count_queries(rep_client.get, url)
    make_world("恒泰轴承有限公司", rows=3)
    assert count_queries(rep_client.get, url) == one
    assert count_queries(rep_client.get, f"{url}?export=csv") <= one + 1


def test_details_take_the_same_queries_for_one_row_as_for_three(make_world, rep_client, count_queries):
    few, many = make_world(), make_world("恒泰轴承有限公司", rows=3)
    pairs = [
        (few, many),
        (few.opportunities.first(), many.opportunities.last()),
        (few.projects.first(), many.projects.first()),
    ]
    for one, three in pairs:
        rep_client.get(one.get_absolute_url())
        assert count_queries(rep_client.get, one.get_absolute_url()) == count_queries(
            rep_client.get, three.get_absolute_url()
        )


def test_search_takes_the_same_queries_for_one_row_as_for_three(make_world, rep_client, count_queries):
    make_world()
    url = reverse("portal:search") + "?q=有限"
    rep_client.get(url)
    one = count_queries(rep_client.get, url)
    make_world("恒泰轴承有限公司", rows=3)
    assert count_queries(rep_client.get, url) == one


PAGES = ("accounts:account", "opportunities:opportunity", "projects:project")


@pytest.mark.parametrize("part", ["detail", "edit"])
def test_foreign_unknown_and_malformed_references_look_the_same(part, make_world, make_staff, places):
    account = make_world()
    rows = [account, account.opportunities.get(), account.projects.get()]
    stranger = client_for(make_staff("stranger", "sales_rep", places.germany))
    for name, row in zip(PAGES, rows, strict=True):
        bodies = set()
        for ref in (row.ref, "AAAAAAAAAAAA", "~ x" * 9):
            url = reverse(f"{name}_{part}", args=[ref])
            answer = stranger.get(url)
            assert answer.status_code == 404
            text = answer.content.decode().replace(url, "").replace(ref, "")
            bodies.add(re.sub(r"\b\w{64}\b", "", text))  # without the CSRF tokens
        assert len(bodies) == 1


def test_dealer_reads_own_deals_and_nothing_of_the_staff(make_world, rep, dealer_sales, rival):
    account = make_world()
    opportunity = account.opportunities.get()
    own = client_for(dealer_sales)
    page = own.get(opportunity.get_absolute_url())
    assert page.status_code == 200
    text = page.content.decode()
    assert "Sales Rep" not in text
    assert "opportunity_win" not in text
    assert reverse("opportunities:opportunity_win", args=[opportunity.ref]) not in text
    text = own.get(account.get_absolute_url()).content.decode()
    for hidden in ("22099131", "Sales Rep", "Contact 0", "child 0"):
        assert hidden not in text
    assert "22099131" not in own.get(reverse("accounts:account_list") + "?export=csv").getvalue().decode(
        "utf-8-sig"
    )
    assert own.get(reverse("projects:project_list")).status_code == 403
    assert own.get(account.projects.get().get_absolute_url()).status_code == 404
    assert client_for(rival).get(opportunity.get_absolute_url()).status_code == 404
    assert client_for(rival).get(account.get_absolute_url()).status_code == 404


def test_dealer_may_not_post_what_staff_may(make_world, dealer_manager):
    account = make_world()
    opportunity = account.opportunities.get()
    client = client_for(dealer_manager)
    posts = [
        (reverse("accounts:account_edit", args=[account.ref]), {"name": "x"}),
        (reverse("opportunities:opportunity_edit", args=[opportunity.ref]), {"name": "x"}),
        (reverse("accounts:account_new"), {"name": "x"}),
        (reverse("opportunities:opportunity_new"), {"name": "x"}),
    ]
    for url, data in posts:
        assert client.post(url, data).status_code == 403
    client.post(reverse("opportunities:opportunity_win", args=[opportunity.ref]))
    client.post(
        reverse("opportunities:opportunity_stage", args=[opportunity.ref]),
        {"stage": Stage.objects.last().code},
    )
    fresh = Opportunity.objects.get(pk=opportunity.pk)
    assert (fresh.state, fresh.stage_id) == ("open", opportunity.stage_id)


def test_hidden_field_leaves_form_detail_table_export_and_search(make_world, rep_client, sales_rep):
    account = make_world()
    everywhere = [
        account.get_absolute_url(),
        reverse("accounts:account_edit", args=[account.ref]),
        reverse("accounts:account_list") + "?columns=name,registry_id",
        reverse("accounts:account_list") + "?columns=name,registry_id&export=csv",
    ]

    def texts():
        for url in everywhere:
            answer = rep_client.get(url)
            yield b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()

    assert all("22099131" in text for text in texts())
    found = reverse("accounts:account_list") + "?q=22099131"
    assert account.name in rep_client.get(found).content.decode()
    FieldPermissionFactory(
        role=sales_rep.staff_scopes.get().role,
        model="accounts.account",
        field="registry_id",
        level=FieldLevel.HIDDEN,
    )
    assert not any("22099131" in text for text in texts())
    assert account.name not in rep_client.get(found).content.decode()
    rep_client.post(everywhere[1], {"name": account.name, "kind": "customer", "registry_id": "changed"})
    assert Account.objects.get(pk=account.pk).registry_id == "22099131"


def test_search_groups_what_the_reader_may_see(make_world, rep_client, dealer_sales, rival, client):
    make_world()
    url = reverse("portal:search")
    text = rep_client.get(url, {"q": "華星"}).content.decode()
    assert "华星泵业有限公司" in text
    assert "华星泵业有限公司 deal 0" in text
    assert "deal 0" in client_for(dealer_sales).get(url, {"q": "华星"}).content.decode()
    assert "泵业" not in client_for(rival).get(url, {"q": "华星"}).content.decode()
    assert "Contact 0" not in client_for(dealer_sales).get(url, {"q": "Contact"}).content.decode()
    part = rep_client.get(url, {"q": "华星"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    for hostile in ("", "\x00", "%", "'" * 500, "泵" * 5000, "🎉"):
        assert rep_client.get(url, {"q": hostile}).status_code == 200
    assert client.get(url).status_code == 302


def test_suggestions_fill_the_form_and_say_why(make_world, rep_client, rival):
    account = make_world()
    url = reverse("accounts:customer_options")
    text = rep_client.get(url, {"q": "華星泵業"}).content.decode()
    assert 'role="option"' in text
    assert account.ref in text
    assert "same name without legal form and place" in text
    assert client_for(rival).get(url, {"q": "華星泵業"}).content.decode().strip() == ""
    assert rep_client.get(url).content.decode().strip() == ""


def test_dealer_is_offered_the_customers_of_own_registrations_only(own, dealer_sales, rival, rep_client):
    url = reverse("accounts:customer_options")
    text = client_for(dealer_sales).get(url, {"q": "Own Customer"}).content.decode()
    assert "Own Customer Waterworks Co., Ltd." in text
    assert "from your registrations" in text
    for other in (client_for(rival), rep_client):
        assert other.get(url, {"q": "Own Customer"}).content.decode().strip() == ""
