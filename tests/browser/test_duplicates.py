"""A rep finds a duplicate, merges both accounts and takes it back, with real clicks, in each language."""

import pytest
from django.utils import timezone

from crm.accounts import services
from crm.accounts.models import Account, DuplicatePair, Lifecycle, PairState
from crm.projects.services import find_or_create
from tests.browser.eyes import look
from tests.browser.stage import LANGUAGES, WORDS, dress
from tests.cast import actor_of
from tests.factories import OpportunityFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def two_spellings(words, rep, places) -> tuple[Account, Account]:
    """Make one customer twice: the second with a website, another city, a contact, a project and opportunities."""
    actor, now = actor_of(rep), timezone.now()
    common = {"country": "CN", "territory": places.shanghai}
    kept = services.create_account(
        data={"name": words.customer, "number": "C-1001", "city": words.city, **common}, actor=actor, at=now
    )
    other = services.create_account(
        data={
            "name": words.rival_spelling,
            "website": "yangtze.example",
            "phone": "+86 21 5555 0100",
            "address": words.address,
            "city": words.city,
            **common,
        },
        actor=actor,
        at=now,
    )
    services.add_contact(other.pk, data={"name": words.contact}, actor=actor, at=now)
    find_or_create(account=other, name=words.project, actor=actor, at=now)
    for number in range(2):
        OpportunityFactory(account=other, name=f"{words.own_opportunity} {number + 1}", owner=rep)
    return kept, other


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_duplicate_is_found_merged_and_taken_apart_again(
    language, visit, sales_rep, own_partner, rival_partner, sub_partner, places, lines
):
    words = WORDS[language]
    partners = (own_partner, rival_partner, sub_partner)
    kept, other = two_spellings(words, sales_rep, places)
    dress(words, language, {"sales_rep": sales_rep}, partners, places, lines)
    shown = lambda step: f"duplicates {language} {step}"  # noqa: E731

    rep = visit(sales_rep)
    page = rep.page
    page.locator("a[href='/accounts/duplicates/']:visible").first.click()
    page.wait_for_url("**/accounts/duplicates/")
    problems = look(page, shown("1 nothing yet"))
    page.locator("form[action$='/duplicates/search/'] button").click()
    row = page.locator("tr[data-row-url]")
    row.first.wait_for(timeout=30_000)
    assert row.count() == 1
    assert words.customer in row.inner_text()
    assert words.rival_spelling in row.inner_text()
    problems += look(page, shown("2 found"), dark=True)

    # By keyboard: told apart by one press, and taken back.
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("x")
    assert DuplicatePair.objects.get().state == PairState.DIFFERENT
    page.goto("/accounts/duplicates/?state=different")
    problems += look(page, shown("3 not the same"))
    with page.expect_navigation():
        page.locator("button[name=reopen]").click()
    page.goto("/accounts/duplicates/")

    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    problems += look(page, shown("4 side by side"), dark=True)
    assert words.rival_spelling in page.inner_text("main")
    page.locator("input[name=field_name][value=loser]").check()
    with page.expect_navigation():
        page.locator("#merge button.btn-primary").click()
    page.wait_for_url(f"**{kept.get_absolute_url()}")
    assert page.locator("h1").inner_text() == words.rival_spelling
    for moved in (words.contact, words.project, f"{words.own_opportunity} 2"):
        assert moved in page.inner_text("main")
    problems += look(page, shown("5 one account"), dark=True)
    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.website, other.lifecycle) == ("yangtze.example", Lifecycle.MERGED)

    page.goto(other.get_absolute_url())
    page.wait_for_url(f"**{kept.get_absolute_url()}")
    page.locator("a[href^='/accounts/merges/']").first.click()
    page.wait_for_url("**/accounts/merges/*/")
    problems += look(page, shown("6 the merge"))
    page.locator("[data-dialog-open=undo]").click()
    page.locator("dialog#undo[open]").wait_for()
    with page.expect_navigation():
        page.locator("dialog#undo button[type=submit]").click()
    problems += look(page, shown("7 taken back"), dark=True)
    page.goto(other.get_absolute_url())
    assert page.locator("h1").inner_text() == words.rival_spelling
    assert words.contact in page.inner_text("main")
    problems += look(page, shown("8 apart again"))
    assert problems + rep.watch.take() == []
