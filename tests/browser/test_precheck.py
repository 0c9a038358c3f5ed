"""Asking before filing until the budget ends, and on to the registration with everything typed, in each language."""

import pytest

from tests.browser import walks
from tests.browser.eyes import look
from tests.browser.stage import LANGUAGES, WORDS, dress
from tests.cast import run_all_jobs
from tests.deal_registration.test_screening import set_terms

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BUDGET = 2


def fill_question(page, words, customer: str, lines) -> None:
    """Fill the form by keyboard and choice."""
    page.fill("[name=customer_name]", customer)
    page.keyboard.press("Escape")
    page.select_option("[name=customer_country]", "CN")
    page.fill("[name=customer_city]", words.city)
    page.select_option("[name=territory]", "cn-shanghai")
    for line in lines:
        page.check(f"[name=line_ids][value='{line.pk}']")


@pytest.mark.parametrize("language", LANGUAGES)
def test_dealer_asks_until_the_budget_ends_and_registers(language, request, making, programme, places, lines):
    words = WORDS[language]
    get = request.getfixturevalue
    people = {name: get(name) for name in ("dealer_sales", "rival", "channel_manager")}
    partners = (get("own_partner"), get("rival_partner"), get("sub_partner"))
    cast = dress(words, language, people, partners, places, lines)
    filed = making.file_deal(making.rival, customer_name=words.customer, customer_city=words.city)
    run_all_jobs()
    making.approve(filed)
    set_terms(programme, prechecks_per_day=BUDGET)
    visit = get("visit")  # the worker begins once everything is there
    shown = lambda step: f"{language} pre-check {step}"  # noqa: E731

    dealer = visit(cast.dealer_sales)
    page = dealer.page
    page.locator("a[href='/prechecks/new/']:visible").first.click()
    page.wait_for_url("**/prechecks/new/")
    problems = look(page, shown("1 form"), dark=language == "en")

    # Taken on one line, free on the other; never who.
    fill_question(page, words, words.rival_spelling, [lines.pumps, lines.valves])
    walks.press(page, "ask")
    problems += look(page, shown("2 taken"), dark=language == "en")
    assert page.locator(".told.tone-danger").count() == 1
    assert page.locator(".told.tone-success").count() == 1
    assert words.firms[1] not in page.inner_text("main")
    answer = page.url

    # The last question of the day.
    page.goto("/prechecks/new/")
    fill_question(page, words, words.known, [lines.pumps])
    walks.press(page, "ask")
    assert page.locator(".told.tone-success").count() == 1

    # Used up: when it renews, and the way on with what is typed.
    page.goto("/prechecks/new/")
    assert page.locator("button[value=ask]").count() == 0
    problems += look(page, shown("3 used up"))
    fill_question(page, words, words.known, [lines.valves])
    walks.press(page, "register")
    page.wait_for_url("**/registrations/*/edit/")
    assert page.input_value("[name=customer_name]") == words.known

    # From the answer to a draft: only the free line, nothing typed again.
    page.goto(answer)
    with page.expect_navigation():
        page.click("button[name=lines][value=free]")
    assert page.input_value("[name=customer_name]") == words.rival_spelling
    assert page.is_checked(f"[name=line_ids][value='{lines.valves.pk}']")
    assert not page.is_checked(f"[name=line_ids][value='{lines.pumps.pk}']")
    page.goto("/prechecks/")
    problems += look(page, shown("4 history"))

    # The channel manager reads the record.
    desk = visit(cast.channel_manager).page
    desk.goto("/prechecks/")
    assert words.known in desk.inner_text("main")
    problems += look(desk, shown("5 record"))
    desk.goto("/prechecks/watch/")
    desk.locator("#list tbody a").first.click()
    problems += look(desk, shown("6 signs"))
    assert problems + dealer.watch.take() == []
