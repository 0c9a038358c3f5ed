"""Forms of the CRM and what is done by one press."""

import pytest
from django.urls import reverse
from django.utils import timezone
from djmoney.money import Money

from crm.accounts.models import Account, Contact
from crm.activities.models import Activity
from crm.opportunities.models import Opportunity
from tests.cast import client_for

pytestmark = pytest.mark.django_db


def form_data(client, url) -> dict:
    """Return what the plain fields of the form at ``url`` would send as it is first shown."""
    values = {field.html_name: field.value() for field in client.get(url).context["form"]}
    return {name: value for name, value in values.items() if isinstance(value, (str, int)) and value != ""}


def test_account_is_added_once_and_known_twins_are_shown_first(rep_client, places, make_world):
    url = reverse("accounts:account_new")
    data = form_data(rep_client, url) | {"name": "上海远大轴承有限公司", "territory": places.shanghai.pk}
    first = rep_client.post(url, data)
    again = rep_client.post(url, data | {"anyway": "1"})
    assert first.status_code == 302
    assert Account.objects.filter(name="上海远大轴承有限公司").count() == 1
    assert again.status_code == 422
    data = form_data(rep_client, url) | {"name": "上海遠大軸承有限公司", "territory": places.shanghai.pk}
    page = rep_client.post(url, data)
    assert "looks like an account that is there already" in page.content.decode()
    assert rep_client.post(url, data | {"anyway": "1"}).status_code == 302


def test_wrong_check_digit_is_said_at_its_field_and_nothing_is_lost(rep_client, places):
    url = reverse("accounts:account_new")
    data = form_data(rep_client, url) | {
        "name": "Typed before",
        "registry_id": "91310115591619427A",
        "country": "CN",
        "territory": places.shanghai.pk,
    }
    page = rep_client.post(url, data)
    assert page.status_code == 422
    assert "registry_id" in page.context["form"].errors
    assert "Typed before" in page.content.decode()
    assert not Account.objects.filter(name="Typed before").exists()


def test_parent_is_chosen_by_name_and_a_circle_refused(rep_client, make_world):
    account = make_world()
    child = account.children.get()
    url = reverse("accounts:account_parent", args=[account.ref])
    refused = rep_client.post(url, {"parent_name": child.name, "customer_account": child.ref})
    assert refused.status_code == 422
    assert "cannot stand above itself" in refused.content.decode()
    unknown = rep_client.post(url, {"parent_name": "Nobody"})
    assert "Choose a company from the list" in unknown.content.decode()
    below = reverse("accounts:account_parent", args=[child.ref])
    assert rep_client.post(below, {"parent_name": ""}).status_code == 302
    assert Account.objects.get(pk=child.pk).parent_id is None


def test_contacts_are_added_edited_and_removed(rep_client, make_world):
    account = make_world()
    url = reverse("accounts:contact_new", args=[account.ref])
    data = form_data(rep_client, url) | {"name": "王小明", "email": "not an address"}
    assert rep_client.post(url, data).status_code == 422
    assert rep_client.post(url, data | {"email": "wang@example.com"}).status_code == 302
    contact = Contact.objects.get(name="王小明")
    edit = reverse("accounts:contact_edit", args=[contact.ref])
    assert rep_client.post(edit, {"name": "王大明"}).status_code == 302
    assert Contact.objects.filter(name="王大明").exists()
    rep_client.post(reverse("accounts:contact_remove", args=[contact.ref]))
    assert not Contact.objects.filter(pk=contact.pk).exists()


def test_direct_opportunity_is_added_for_a_customer_typed_by_name(rep_client, make_world, places, lines):
    account = make_world()
    url = reverse("opportunities:opportunity_new")
    data = form_data(rep_client, url) | {
        "customer": account.name,
        "account": account.ref,
        "name": "New pump house",
        "type": "new",
        "lines": [lines.pumps.pk],
        "value_0": "1,250.50",
        "value_1": "EUR",
        "territory": places.shanghai.pk,
    }
    unknown = rep_client.post(url, data | {"customer": "Nobody knows them", "account": ""})
    assert "customer" in unknown.context["form"].errors
    assert rep_client.post(url, data).status_code == 302
    added = Opportunity.objects.get(name="New pump house")
    assert (added.account, added.value, added.partner_account) == (account, Money("1250.50", "EUR"), None)
    assert rep_client.post(url, data).headers["Location"] == added.get_absolute_url()
    assert Opportunity.objects.filter(name="New pump house").count() == 1


def test_opportunity_is_moved_lost_and_opened_again_by_one_press_each(rep_client, make_world):
    opportunity = make_world().opportunities.get()

    def press(step, **data):
        rep_client.post(reverse(f"opportunities:opportunity_{step}", args=[opportunity.ref]), data)
        return Opportunity.objects.get(pk=opportunity.pk)

    assert press("stage", stage="offer").stage.code == "offer"
    assert press("lose", reason="Price").state == "lost"
    assert press("win").state == "lost"
    assert press("reopen").state == "open"
    assert press("win", reason="Good people").close_reason == "Good people"


def test_opportunity_is_edited_but_its_protection_is_not(rep_client, make_world, lines):
    opportunity = make_world().opportunities.get()
    url = reverse("opportunities:opportunity_edit", args=[opportunity.ref])
    data = form_data(rep_client, url) | {
        "name": "Renamed",
        "value_0": "7",
        "value_1": "CNY",
        "lines": [lines.pumps.pk],
        "partner_account": "",
        "protection_ends_at": "",
    }
    assert rep_client.post(url, data).status_code == 302
    fresh = Opportunity.objects.get(pk=opportunity.pk)
    assert (fresh.name, fresh.value) == ("Renamed", Money(7, "CNY"))
    assert fresh.protection_ends_at == opportunity.protection_ends_at
    assert fresh.partner_account_id == opportunity.partner_account_id


def test_activity_is_logged_by_one_press_and_only_once(make_world, dealer_sales):
    opportunity = make_world().opportunities.get()
    client = client_for(dealer_sales)
    page = client.get(opportunity.get_absolute_url())
    panel = next(panel for panel in page.context["panels"]["main"] if "log_form" in panel.data)
    data = {"kind": "visit", "text": "", "one_time_key": panel.data["log_form"]["one_time_key"].value()}
    url = reverse("activities:opportunity_log", args=[opportunity.ref])
    for _press in range(2):
        client.post(url, data)
    logged = Activity.objects.get(organisation__isnull=False)
    assert (logged.kind, logged.subject, logged.done_by) == ("visit", "Visit", dealer_sales)


def test_activity_is_planned_and_ticked_off(rep_client, make_world):
    account = make_world()
    url = reverse("activities:account_plan", args=[account.ref])
    data = form_data(rep_client, url) | {"kind": "task", "subject": "Send the offer"}
    past = rep_client.post(url, data | {"due_at": "2020-01-01T09:00"})
    assert "due_at" in past.context["form"].errors
    assert rep_client.post(url, data | {"due_at": "2099-01-01T09:00"}).status_code == 302
    planned = Activity.objects.get(subject="Send the offer")
    rep_client.post(reverse("activities:activity_complete", args=[planned.ref]))
    assert Activity.objects.get(pk=planned.pk).done_at is not None


def test_shares_are_given_and_ended_on_the_page(make_world, rep_client, make_staff, places):
    account = make_world()
    colleague = make_staff("colleague", "sales_rep", places.germany)
    rep_client.post(
        reverse("accounts:account_share", args=[account.ref]),
        {"user": colleague.ref, "ends_on": timezone.localdate().isoformat()},
    )
    assert client_for(colleague).get(account.get_absolute_url()).status_code == 200
    rep_client.post(reverse("accounts:account_unshare", args=[account.ref, colleague.ref]))
    assert client_for(colleague).get(account.get_absolute_url()).status_code == 404
