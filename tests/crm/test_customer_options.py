"""Customers offered while one is typed: whom, to whom, why, and at what cost."""

import json
import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from core.access.models import FieldLevel
from crm.accounts import services
from crm.accounts.typeahead import customer_options
from tests.cast import actor_of, client_for
from tests.factories import AccountFactory, FieldPermissionFactory

pytestmark = pytest.mark.django_db
URL = "accounts:customer_options"


@pytest.fixture
def make_account(rep, places):
    """Add an account in Shanghai as the rep."""

    def make(name, **fields):
        data = {"name": name, "territory": places.shanghai, "country": "CN", **fields}
        return services.create_account(data=data, actor=rep, at=timezone.now())

    return make


@pytest.fixture
def known(make_account):
    return make_account(
        "上海华星泵业有限公司",
        city="上海",
        registry_id="22099131",
        website="www.deepwells.example",
        phone="+86 21 5555 0100",
    )


def offered(client, query, **also) -> list[dict]:
    """Return the options of an answer: name, what is told, what choosing fills in."""
    text = client.get(reverse(URL), {"q": query, **also}).content.decode()
    found = re.findall(
        r'<li role="option" data-value="(.*?)" data-fill="(.*?)"(.*?)><strong>.*?</strong><small>(.*?)</small>',
        text,
    )
    return [
        {
            "name": unescape(name),
            "fill": json.loads(unescape(fill)),
            "told": unescape(told),
            "rest": unescape(rest),
        }
        for name, fill, rest, told in found
    ]


@pytest.mark.parametrize(
    "query",
    [
        "上海华星泵业有限公司",
        "上海華星泵業",
        "华星泵业",
        "华星",
        "星泵业",
        "22099131",
        "deepwells.example",
    ],
)
def test_known_customer_is_offered_whatever_is_typed(known, rep, query):
    assert [option.account for option in customer_options(rep, query)] == [known]


def test_misspelt_customer_is_offered(known, rep):
    assert [option.account for option in customer_options(rep, "上海华兴泵业有限公司")] == [known]


def test_up_to_two_reasons_are_told(known, rep):
    (option,) = customer_options(rep, "华星泵业", also={"city": "上海", "phone": "+86 21 5555 0100"})
    assert len(option.reasons) == 2
    assert set(option.reasons) == {"same name without legal form and place", "same phone number"}
    (option,) = customer_options(rep, "华星")
    assert option.reasons[0] in ("name begins so", "name contains it")


def test_what_is_filled_in_already_belongs_to_the_question(known, rep, rep_client):
    assert customer_options(rep, "Zebra Quartz") == []
    for field, value, reason in (
        ("registry_id", "22099131", "same registry id"),
        ("website", "https://deepwells.example/contact", "same web or e-mail domain"),
    ):
        (option,) = customer_options(rep, "Zebra Quartz", also={field: value})
        assert (option.account, option.reasons[0]) == (known, reason)
        assert reason in offered(rep_client, "Zebra Quartz", **{field: value})[0]["told"]


def test_field_hidden_from_a_role_neither_finds_nor_is_told(known, rep, sales_rep, rep_client):
    role = sales_rep.staff_scopes.get().role
    for field in ("registry_id", "city", "website"):
        FieldPermissionFactory(role=role, model="accounts.account", field=field, level=FieldLevel.HIDDEN)
    assert customer_options(rep, "22099131") == []
    assert customer_options(rep, "Zebra Quartz", also={"registry_id": "22099131"}) == []
    assert customer_options(rep, "deepwells.example") == []
    (option,) = offered(rep_client, "华星泵业", city="上海")
    assert "上海" not in option["told"] and "city" not in option["told"]
    assert "customer_city" not in option["fill"]


def test_nobody_is_offered_what_they_do_not_see(known, rival, other_channel_manager, marketing, client):
    for user in (rival, other_channel_manager, marketing):
        for query in ("华星", "上海华星泵业有限公司", "22099131"):
            answer = client_for(user).get(reverse(URL), {"q": query, "registry_id": "22099131"})
            assert answer.content.decode().strip() == ""
    assert client.get(reverse(URL), {"q": "华星"}).status_code == 302


def test_dealer_is_offered_own_customers_and_own_words_alone(approved, own, dealer_sales, rival):
    own_client = client_for(dealer_sales)
    (option,) = offered(own_client, "Own Customer Waterworks")
    assert option["fill"]["customer_account"] == approved.customer.ref
    assert set(option["fill"]) <= {"customer_account", "account", "customer_country", "customer_city"}
    assert offered(client_for(rival), "Own Customer Waterworks") == []


def test_dealer_finds_own_earlier_words_by_a_misspelling(own, dealer_sales, rival):
    (option,) = offered(client_for(dealer_sales), "Own Custmer Waterwork Co")
    assert option["name"] == "Own Customer Waterworks Co., Ltd."
    assert option["fill"]["customer_city"] == "Shanghai"
    assert "from your registrations" in option["told"]
    assert offered(client_for(rival), "Own Custmer Waterwork Co") == []


def test_prospects_merged_and_partners_are_not_offered(own, own_partner, rep):
    for query in ("Own Customer Waterworks", "Own Machinery"):
        assert customer_options(rep, query) == []


def test_choosing_fills_in_what_the_form_can_take(known, rep_client):
    (option,) = offered(rep_client, "华星泵业")
    assert option["fill"]["account"] == option["fill"]["customer_account"] == known.ref
    assert option["fill"]["customer_city"] == "上海"
    assert option["fill"]["territory"] == str(known.territory_id)
    assert f'data-url="{known.get_absolute_url()}"' in option["rest"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        "a",
        "%",
        "\x00",
        "' OR 1=1 --",
        "有限公司",
        "🎉",
        "\u202e",
        "x" * 5000,
        "泵" * 5000,
        "a b " * 400,
    ],
)
def test_hostile_or_empty_words_are_answered(known, rep_client, query):
    answer = rep_client.get(
        reverse(URL), {"q": query, "phone": query, "registry_id": query, "country": query}
    )
    assert answer.status_code == 200


def test_same_number_of_queries_for_one_row_as_for_three(make_account, known, rep_client, count_queries):
    url = reverse(URL) + "?q=华星泵业&city=上海"
    rep_client.get(url)
    one = count_queries(rep_client.get, url)
    make_account("华星泵业苏州有限公司"), make_account("华星泵业机械有限公司")
    assert len(offered(rep_client, "华星泵业", city="上海")) == 3
    assert count_queries(rep_client.get, url) == one
    assert one <= 16


def test_no_more_than_eight_are_offered(rep_client, make_account):
    for number in range(12):
        make_account(f"Harbour Works {number}")
    assert len(offered(rep_client, "Harbour")) == 8


@pytest.mark.parametrize("name", ["registrations:registration_new", "opportunities:opportunity_new"])
def test_forms_ask_while_a_customer_is_typed(name, rep_client, dealer_sales):
    client = client_for(dealer_sales) if name.startswith("registrations") else rep_client
    page = client.get(reverse(name)).content.decode()
    boxes = [box for box in re.findall(r"<input[^>]*>", page) if reverse(URL) in box]
    assert boxes
    if name.startswith("registrations"):
        whole = [box for box in boxes if "data-suggest-only-name" not in box]
        assert ["customer_name" in box for box in whole] == [True]
        assert "customer_registry_id" in whole[0] and "customer_phone" in whole[0]
        assert {re.search(r'name="(\w+)"', box)[1] for box in boxes} == {
            "customer_name",
            "purchasing_name",
            "specifying_name",
        }


def test_new_account_is_asked_about_while_its_name_is_typed_and_a_known_one_is_not(known, rep_client):
    assert "data-suggest-opens" in rep_client.get(reverse("accounts:account_new")).content.decode()
    edit = reverse("accounts:account_edit", args=[known.ref])
    assert "data-suggest-opens" not in rep_client.get(edit).content.decode()


def test_actor_of_another_region_is_offered_what_is_shared_with_them(known, sales_rep, make_staff, places):
    from tests.factories import AccountShareFactory

    other = make_staff("northerner", "sales_rep", places.north)
    assert customer_options(actor_of(other), "华星泵业") == []
    AccountShareFactory(account=known, user=other, shared_by=sales_rep)
    assert [option.account for option in customer_options(actor_of(other), "华星泵业")] == [known]


def test_accounts_of_another_kind_are_left_out(rep, places):
    AccountFactory(name="Partner Trading", kind="partner", territory=places.shanghai)
    assert customer_options(rep, "Partner Trading") == []
