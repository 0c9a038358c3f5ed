"""Step 4: two dealers file the same customer and line at the same instant."""

import pytest

from deal_registration.models import RegistrationLine
from tests.browser import walks
from tests.browser.eyes import look
from tests.browser.stage import ENGLISH, dress

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_two_dealers_file_at_once_and_the_earlier_place_is_protected(
    visit, request, places, lines, dealer_sales, rival, channel_manager
):
    get = request.getfixturevalue
    partners = (get("own_partner"), get("rival_partner"), get("sub_partner"))
    people = {"dealer_sales": dealer_sales, "rival": rival, "channel_manager": channel_manager}
    dress(ENGLISH, "en", people, partners, places, lines)
    pages = []
    for user, customer in ((rival, ENGLISH.rival_spelling), (dealer_sales, ENGLISH.customer)):
        page = visit(user).page
        page.goto("/registrations/new/")
        walks.fill_deal(page, ENGLISH, [lines.pumps], customer=customer, project=False)
        pages.append(page)
    # Both clicks are on their way before either is answered.
    for page in pages:
        page.evaluate(
            "() => setTimeout(() => document.querySelector('[name=action][value=submit]').click(), 300)"
        )
    for page in pages:
        page.wait_for_url(walks.FILED)
        walks.await_verdict(page)
    first, second = RegistrationLine.objects.order_by("sequence_number").select_related("registration")
    assert (first.sequence_number, second.sequence_number) == (1, 2)
    assert second.state == "conflict_hold"
    page_of = {walks.reference_of(page): page for page in pages}
    behind = page_of[second.registration.ref]
    assert look(behind, "two dealers the later") == []
    earlier_words = behind.inner_text("main")
    assert ENGLISH.firms[0 if second.registration.partner_id == partners[1].pk else 1] not in earlier_words

    # Approved by hand: the earlier is protected, the later is told and cannot be.
    desk = visit(channel_manager).page
    desk.goto(f"/review/{first.registration.ref}/")
    walks.open_decision(desk, "approve")
    walks.decide(desk, "approve")
    for _try in range(40):
        first.refresh_from_db()
        second.refresh_from_db()
        if second.state == "rejected":
            break
        desk.wait_for_timeout(250)
    assert (first.state, second.state) == ("approved", "rejected")
    behind.reload()
    assert look(behind, "two dealers told") == []


def test_double_click_files_once(visit, dealer_sales, lines, places):
    page = visit(dealer_sales).page
    page.goto("/registrations/new/")
    walks.fill_deal(page, ENGLISH, [lines.pumps], customer=ENGLISH.customer)
    page.locator("button[name=action][value=submit]").dblclick(no_wait_after=True)
    page.wait_for_url(walks.FILED)
    walks.await_verdict(page)
    assert RegistrationLine.objects.exclude(state="draft").count() == 1
    assert RegistrationLine.objects.count() == 1
