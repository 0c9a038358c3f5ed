"""A reminder's mail: its link, signing in, one button; then the decision. In each language."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from deal_registration import services
from deal_registration.enums import ExtensionState
from deal_registration.models import Claim, ExtensionRequest, RegistrationLine
from tests.browser.eyes import look
from tests.browser.stage import LANGUAGES, WORDS, dress
from tests.cast import actor_of
from tests.factories.core import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LINK = re.compile(r"https?://[^\s\"]+?(/registrations/by-mail/[^\s\"]+/)")


def mail_to(page, address: str) -> str:
    """Return the text of the newest mail to ``address`` that holds the link, once it is there."""
    for _try in range(80):
        for message in reversed(mail.outbox):
            if address in message.to and LINK.search(message.body):
                return message.body
        page.wait_for_timeout(250)
    raise AssertionError(f"no reminder reached {address}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_extended_from_the_mails_link(language, visit, request, making, places, lines):
    words = WORDS[language]
    get = request.getfixturevalue
    people = {name: get(name) for name in ("dealer_sales", "rival", "channel_manager")}
    partners = (get("own_partner"), get("rival_partner"), get("sub_partner"))
    cast = dress(words, language, people, partners, places, lines)
    filed = making.file_deal(
        cast.dealer_sales,
        customer_name=words.customer,
        customer_city=words.city,
        customer_address=words.address,
        description=words.description,
        contacts=[{"name": words.contact}],
    )
    visitor = visit()
    page = visitor.page
    for _try in range(80):
        if filed.lines.get().state == "in_review":
            break
        page.wait_for_timeout(250)
    services.approve(
        filed.pk, actor=actor_of(cast.channel_manager), at=timezone.now(), line_ids=[lines.pumps.pk]
    )
    ends_at = timezone.now() + timedelta(days=6)
    RegistrationLine.objects.filter(registration=filed).update(protected_until=ends_at)
    Claim.objects.update(ends_at=ends_at)
    services.run_clocks()

    # The link leads a visitor to the sign-in, and from there to the page with its one button.
    path = LINK.search(mail_to(page, cast.dealer_sales.email)).group(1)
    page.goto(path)
    page.fill("input[name=login]", cast.dealer_sales.email)
    page.fill("input[name=password]", PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/by-mail/**")
    problems = look(page, f"{language} extension 1 from the mail", dark=language == "en")
    assert words.customer in page.inner_text("main")
    assert not ExtensionRequest.objects.exists(), "looking changes nothing"
    button = page.locator("main form button[type=submit]").first
    with page.expect_navigation():
        button.click()
    problems += look(page, f"{language} extension 2 asked", dark=language == "en")
    assert ExtensionRequest.objects.get().state == ExtensionState.ASKED
    page.goto(path)
    problems += look(page, f"{language} extension 3 asked already")

    # Who decides finds it in the queue and grants it.
    desk = visit(cast.channel_manager).page
    desk.goto("/review/?what=extensions")
    problems += look(desk, f"{language} extension 4 queue", dark=language == "en")
    desk.get_by_text(words.customer).first.click()
    desk.wait_for_url(f"**/review/{filed.ref}/")
    problems += look(desk, f"{language} extension 5 review", dark=language == "en")
    desk.locator("#extension summary").first.click()
    with desk.expect_navigation():
        desk.click("form[action$='/extension/grant/'] button[type=submit]")
    assert ExtensionRequest.objects.get().state == ExtensionState.GRANTED
    page.goto(f"/registrations/{filed.ref}/")
    problems += look(page, f"{language} extension 6 granted")
    assert problems == []
