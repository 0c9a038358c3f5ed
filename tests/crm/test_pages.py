"""Pages of the CRM: who sees what, forms, one press, and the same number of queries however many rows."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from djmoney.money import Money

from core.access.models import FieldLevel
from crm.accounts import services as accounts
from crm.accounts.models import Account, Contact
from crm.activities import services as activities
from crm.activities.models import Activity
from crm.opportunities import services as opportunities
from crm.opportunities.defaults import ensure_stages
from crm.opportunities.models import Opportunity, Stage
from crm.projects.services import find_or_create
from tests.cast import actor_of, client_for
from tests.factories import FieldPermissionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep(sales_rep):
    ensure_stages()
    return actor_of(sales_rep)


@pytest.fixture
def rep_client(sales_rep, rep):
    return client_for(sales_rep)


@pytest.fixture
def make_world(rep, places, lines, own_partner, dealer_sales):
    """Make a customer with everything a page can show, ``rows`` of each kind."""

    def make(name: str = "华星泵业有限公司", rows: int = 1, partner=own_partner) -> Account:
        now = timezone.now()
        account = accounts.create_account(
            data={"name": name, "territory": places.shanghai, "country": "CN", "registry_id": "22099131"},
            actor=rep,
            at=now,
        )
        for number in range(rows):
            accounts.add_contact(account.pk, data={"name": f"Contact {number}"}, actor=rep, at=now)
            child = accounts.create_account(
                data={"name": f"{name} child {number}", "territory": places.shanghai}, actor=rep, at=now
            )
            accounts.set_parent(child.pk, parent_pk=account.pk, actor=rep, at=now)
            project, _new = find_or_create(account=account, name=f"Project {number}", actor=rep, at=now)
            opportunity = opportunities.open_registered(
                account=account,
                project=project,
                name=f"{name} deal {number}",
                value=Money(1000 + number, "CNY"),
                territory=places.shanghai,
                line_ids=[lines.pumps.pk, lines.valves.pk][: number + 1],
                partner_account_id=partner.pk,
                source=f"registration {name}{number}",
                protection_ends_at=now + timedelta(days=90),
                actor=rep,
                at=now,
            )
            for subject in (None, opportunity):
                activities.log_activity(
                    account=account, opportunity=subject, kind="call", subject="Call", actor=rep, at=now
                )
                activities.plan_activity(
                    account=account,
                    opportunity=subject,
                    kind="visit",
                    subject="Visit",
                    due_at=now + timedelta(days=1),
                    actor=rep,
                    at=now,
                )
        return account

    return make


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
    assert own.get(reverse("projects:project_list")).content.decode().count("Project 0") == 0
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
        reverse("accounts:account_list"),
        reverse("accounts:account_list") + "?export=csv",
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


def test_dealer_is_offered_the_customers_of_own_registrations_only(own, dealer_sales, rival, rep_client):
    url = reverse("accounts:customer_options")
    text = client_for(dealer_sales).get(url, {"q": "Own Customer"}).content.decode()
    assert "Own Customer Waterworks Co., Ltd." in text
    assert "from your registrations" in text
    for other in (client_for(rival), rep_client):
        assert other.get(url, {"q": "Own Customer"}).content.decode().strip() == ""
