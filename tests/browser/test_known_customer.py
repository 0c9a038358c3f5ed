"""A known customer is found while it is typed, however it is spelt; what one may not see is neither offered nor told.

And the staff's side of it: many accounts selected by keyboard and handed on, a doubt settled with one press.
"""

import pytest
from django.utils import timezone

from crm.accounts import services as accounts
from crm.accounts.models import Account
from crm.identity.models import Alias
from crm.opportunities.defaults import ensure_stages
from deal_registration.models import Registration
from tests.browser import walks
from tests.browser.eyes import PHONE, look
from tests.browser.stage import ENGLISH, SIMPLIFIED, TRADITIONAL, dress
from tests.cast import actor_of, run_all_jobs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MISSPELT = {"en": "Harbor Watter Works", "zh-hans": "港务自来氺有限公司", "zh-hant": "港務自來氺有限公司"}
WORDS = {"en": ENGLISH, "zh-hans": SIMPLIFIED, "zh-hant": TRADITIONAL}


@pytest.fixture
def stage(request, making, places, lines, dealer_sales, rival, channel_manager, sales_rep):
    """Dress the cast in a language; the rival protects one customer, own partner another."""
    partners = tuple(
        request.getfixturevalue(name) for name in ("own_partner", "rival_partner", "sub_partner")
    )
    people = {
        "dealer_sales": dealer_sales,
        "rival": rival,
        "channel_manager": channel_manager,
        "sales_rep": sales_rep,
    }

    def dressed(language):
        cast = dress(WORDS[language], language, people, partners, places, lines)
        for user, name in ((dealer_sales, WORDS[language].known), (rival, WORDS[language].customer)):
            filed = making.file_deal(user, customer_name=name, customer_city=WORDS[language].city)
            run_all_jobs()
            making.approve(filed)
        return cast

    return dressed


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_deal_of_a_misspelt_known_customer_is_registered_through_what_is_offered(
    language, visit, stage, lines
):
    words, cast = WORDS[language], stage(language)
    page = visit(cast.dealer_sales).page
    page.set_viewport_size(PHONE)
    page.goto("/registrations/new/")
    box = page.locator("[name=customer_name]")
    box.press_sequentially(MISSPELT[language], delay=15)
    option = page.locator("[role=option]:visible")
    option.first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    assert words.known in option.first.inner_text()
    problems = look(page, f"{language} customers offered", axe=False)
    box.focus()
    if not option.count():  # the picture at another width took the focus away for a moment
        box.press_sequentially(" ")
        option.first.wait_for()
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == option.first.get_attribute("id")
    box.press("Enter")
    assert page.input_value("[name=customer_name]") == words.known
    assert page.input_value("[name=customer_city]") == words.city
    assert page.input_value("[name=customer_country]") == "CN"
    assert option.count() == 0
    walks.fill_deal(page, words, [lines.valves], customer=words.known, project=False)
    walks.press(page, "submit")
    walks.await_verdict(page)
    filed = Registration.objects.get(ref=walks.reference_of(page))
    assert filed.customer == Account.objects.get(name=words.known)
    assert problems == []


def test_customer_of_a_rival_is_not_offered_yet_the_deal_is_not_let_through(visit, stage, lines):
    cast = stage("en")
    page = visit(cast.dealer_sales).page
    page.goto("/registrations/new/")
    with page.expect_response("**/accounts/options/**") as answer:
        page.locator("[name=customer_name]").press_sequentially(ENGLISH.rival_spelling, delay=5)
    page.wait_for_timeout(600)
    assert answer.value.status == 200
    assert page.locator("[role=option]").count() == 0
    walks.fill_deal(page, ENGLISH, [lines.pumps], customer=ENGLISH.rival_spelling, project=False)
    walks.press(page, "submit")
    walks.await_verdict(page)
    filed = Registration.objects.get(ref=walks.reference_of(page))
    assert filed.customer == Account.objects.get(name=ENGLISH.customer)
    assert filed.lines.get().state in ("rejected", "conflict_hold", "in_review")
    words = page.inner_text("main")
    assert ENGLISH.firms[1] not in words and ENGLISH.customer not in words


def test_nothing_is_asked_while_an_input_method_composes(visit, stage):
    cast = stage("zh-hans")
    page = visit(cast.dealer_sales).page
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/options/" in request.url else None)
    page.goto("/registrations/new/")
    page.locator("[name=customer_name]").focus()
    keyboard = page.context.new_cdp_session(page)
    for typed in ("g", "ga", "gang", "gang'wu"):
        keyboard.send(
            "Input.imeSetComposition",
            {"text": typed, "selectionStart": len(typed), "selectionEnd": len(typed)},
        )
        page.wait_for_timeout(120)
    page.wait_for_timeout(500)
    assert asked == []
    keyboard.send("Input.insertText", {"text": SIMPLIFIED.typed})
    page.locator("[role=option]:visible").first.wait_for()
    assert len(asked) == 1


# --- the staff's side


@pytest.fixture
def colleague(make_staff, places):
    """Another rep of the East."""
    return make_staff("colleague", "sales_rep", places.east)


def test_accounts_are_selected_by_keyboard_transferred_and_transferred_back(
    visit, sales_rep, colleague, places
):
    rep = actor_of(sales_rep)
    rows = [
        accounts.create_account(
            data={"name": f"Harbour Works {letter}", "territory": places.shanghai},
            actor=rep,
            at=timezone.now(),
        )
        for letter in "ABCDE"
    ]
    owners = lambda: [Account.objects.get(pk=row.pk).owner_id for row in rows]  # noqa: E731
    visitor = visit(sales_rep)
    page = visitor.page
    page.goto("/accounts/")
    bar = page.locator("[data-bulk-bar]")
    assert not bar.is_visible()
    page.locator("tbody .cell-title a").first.focus()
    page.keyboard.press("x")
    page.keyboard.press("Shift+ArrowDown")
    assert bar.is_visible()
    assert "2" in bar.locator("[data-bulk-count]").inner_text()
    boxes = page.locator("[data-bulk-row]")
    boxes.nth(4).click(modifiers=["Shift"])
    assert [boxes.nth(number).is_checked() for number in range(5)] == [True, True, True, True, True]
    page.keyboard.press("Escape")
    assert not bar.is_visible()
    boxes.nth(0).check()
    boxes.nth(2).click(modifiers=["Shift"])
    problems = look(page, "accounts selected", dark=True)
    page.locator("button[name=action][value=transfer]").click()
    page.wait_for_url("**/accounts/transfer/?row=*")
    problems += look(page, "transfer form", dark=True)
    page.select_option("[name=owner]", colleague.ref)
    page.fill("[name=reason]", "Takes over the harbour")
    with page.expect_navigation():
        page.locator("form.form-stack .form-actions button").click()
    page.wait_for_url("**/accounts/transfers/*/")
    problems += look(page, "transfer result", dark=True)
    assert owners() == [colleague.pk] * 3 + [sales_rep.pk] * 2
    page.locator("[data-dialog-open=transfer-back]").click()
    with page.expect_navigation():
        page.locator("dialog[open] button[type=submit]").click()
    assert owners() == [sales_rep.pk] * 5
    assert problems + visitor.watch.take() == []


def test_doubt_is_settled_with_one_press(visit, sales_rep, places):
    ensure_stages()
    known = accounts.create_account(
        data={"name": "上海远大轴承有限公司", "territory": places.shanghai, "country": "CN", "city": "上海"},
        actor=actor_of(sales_rep),
        at=timezone.now(),
    )
    visitor = visit(sales_rep)
    page = visitor.page
    page.goto("/accounts/new/")
    page.fill("[name=name]", "上海远达轴承有限公司")
    page.select_option("[name=country]", "CN")
    page.fill("[name=city]", "上海")
    page.select_option("[name=territory]", str(places.shanghai.pk))
    with page.expect_navigation():
        page.locator("form.form-stack .form-actions button").click()
    problems = look(page, "doubt about an account", dark=True)
    with page.expect_navigation():
        page.locator(f"button[name=same][value={known.ref}]").click()
    assert page.url.endswith(known.get_absolute_url())
    assert Alias.objects.get().name == "上海远达轴承有限公司"
    assert problems + visitor.watch.take() == []
