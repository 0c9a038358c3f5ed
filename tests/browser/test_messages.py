"""Dealer and decider write to each other: a draft survives, the thread refreshes by itself, reading is shown."""

import pytest

from tests.browser.eyes import look
from tests.browser.stage import LANGUAGES, WORDS, dress
from tests.cast import run_all_jobs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def send(page, text: str) -> None:
    """Write and send a message."""
    page.fill("#message_text", text)
    with page.expect_navigation():
        page.click(".message-form button.btn-primary")


def refresh(page) -> None:
    """Let the thread ask now what it asks every twenty seconds."""
    with page.expect_response("**/messages/?state=*"):
        page.evaluate("""() => {
          const thread = document.getElementById("thread");
          htmx.ajax("GET", thread.getAttribute("hx-get"), {source: thread, target: thread, swap: "outerHTML"});
        }""")


@pytest.mark.parametrize("language", LANGUAGES)
def test_dealer_and_decider_write_to_each_other(language, request, making, places, lines):
    words = WORDS[language]
    get = request.getfixturevalue
    people = {name: get(name) for name in ("dealer_sales", "channel_manager")}
    partners = (get("own_partner"), get("rival_partner"), get("sub_partner"))
    cast = dress(words, language, people, partners, places, lines)
    filed = making.file_deal(
        making.dealer_sales,
        customer_name=words.customer,
        customer_city=words.city,
        customer_address=words.address,
        description=words.description,
        contacts=[{"name": words.contact}],
    )
    run_all_jobs()
    visit = get("visit")  # the worker begins once everything is there
    shown = lambda step: f"{language} messages {step}"  # noqa: E731

    dealer, reviewer = visit(cast.dealer_sales), visit(cast.channel_manager)
    page, desk = dealer.page, reviewer.page
    page.goto(f"/registrations/{filed.ref}/")
    page.fill("#message_text", words.description)
    page.reload()
    assert page.input_value("#message_text") == words.description, "what was begun is kept"
    send(page, words.description)
    assert page.input_value("#message_text") == "", "what was sent is not kept"
    problems = look(page, shown("1 sent"), dark=language == "en")

    desk.goto("/review/")
    assert desk.locator(".cell-mark").count() == 1
    problems += look(desk, shown("2 queue"))
    desk.goto(f"/review/{filed.ref}/")
    desk.locator("#messages").scroll_into_view_if_needed()
    assert words.description in desk.inner_text("#thread")
    send(desk, words.asked)
    problems += look(desk, shown("3 answered"), dark=language == "en")

    # The answer comes by itself, while the dealer is typing: nothing typed is lost, the cursor stays.
    page.focus("#message_text")
    page.keyboard.type("abc")
    refresh(page)
    page.wait_for_function(
        "(text) => document.getElementById('thread').innerText.includes(text)", arg=words.asked
    )
    page.keyboard.type("def")
    assert page.input_value("#message_text") == "abcdef"
    assert page.locator(".message-read").count() == 1, "the staff have read it"
    problems += look(page, shown("4 read"))
    desk.goto("/review/")
    assert desk.locator(".cell-mark").count() == 0
    assert problems + dealer.watch.take() + reviewer.watch.take() == []
