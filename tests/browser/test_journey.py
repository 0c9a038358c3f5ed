"""The walk of the issue's steps 1 to 4, with real clicks, in each language."""

import copy

import pytest
from django.utils import translation

from tests.browser import walks
from tests.browser.eyes import LAPTOP, PHONE, look
from tests.browser.stage import LANGUAGES, WORDS, dress
from tests.cast import run_all_jobs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def known_customer(making, words, language: str) -> None:
    """Let ``own_partner`` have a customer already, which typing ahead offers."""
    with translation.override(language):
        filed = making.file_deal(
            making.dealer_sales,
            customer_name=words.known,
            customer_city=words.city,
            customer_address=words.address,
            description=words.description,
            contacts=[{"name": words.contact}],
        )
        run_all_jobs()
        making.approve(filed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_deal_is_registered_checked_decided_and_lands_in_the_crm(
    language, visit, request, making, places, lines, tmp_path
):
    words = WORDS[language]
    get = request.getfixturevalue
    people = {name: get(name) for name in ("dealer_sales", "rival", "channel_manager", "sales_rep")}
    partners = (get("own_partner"), get("rival_partner"), get("sub_partner"))
    cast = dress(words, language, people, partners, places, lines)
    known_customer(making, words, language)
    notes = tmp_path / "notes.txt"
    notes.write_text(words.description, "utf-8")
    shown = lambda step: f"{language} {step}"  # noqa: E731

    # 1. The dealer registers.
    dealer = visit(cast.dealer_sales)
    page = dealer.page
    problems = look(page, shown("1 dealer dashboard"), dark=language == "en")
    walks.open_list(page)
    problems += look(page, shown("2 my registrations"))
    page.locator("a[href='/registrations/new/']:visible").first.click()
    page.wait_for_url("**/registrations/new/")
    problems += look(page, shown("3 new registration"), dark=language == "en")
    page.locator("[name=customer_name]").press_sequentially(words.typed, delay=40)
    option = page.locator("[role=option]:visible").first
    option.wait_for()
    assert words.known in option.inner_text()
    option.click()
    assert page.input_value("[name=customer_name]") == words.known
    walks.fill_deal(
        page,
        words,
        [lines.pumps, lines.valves],
        customer=words.customer,
        document=notes,
        expected_close_on=False,
    )
    walks.press(page, "draft")
    problems += look(page, shown("4 draft saved"))
    walks.open_list(page)
    page.get_by_text(words.customer).first.click()
    page.wait_for_url("**/edit/")
    assert page.input_value("[name=customer_name]") == words.customer
    assert page.input_value("[name=description]") == words.description
    assert page.input_value("[name=contacts-0-name]") == words.contact
    assert page.is_checked(f"[name=line_ids][value='{lines.valves.pk}']")
    dealer.watch.expected.append("/edit/")  # the refused form answers 422
    walks.press(page, "submit")
    problems += look(page, shown("5 what is missing"))
    assert page.locator("[name=expected_close_on].is-invalid").count() == 1
    assert page.input_value("[name=description]") == words.description
    walks.fill_deal(page, words, [lines.pumps, lines.valves], customer=words.customer)
    walks.press(page, "submit")
    walks.await_verdict(page)
    filed = walks.reference_of(page)
    problems += look(page, shown("6 verdict"), dark=language == "en")

    # The receipt is genuine; a changed copy is not, and the changed fact is named.
    receipt = walks.receipt_with_proof(page)
    if page.locator("a[href$='receipt.pdf']").count():
        assert walks.download(page, "a[href$='receipt.pdf']").startswith(b"%PDF")
    visitor = visit(locale={"en": "en-GB", "zh-hans": "zh-CN", "zh-hant": "zh-TW"}[language])
    walks.verify(visitor.page, receipt, tmp_path, "genuine")
    problems += look(visitor.page, shown("7 receipt genuine"))
    assert words.customer in visitor.page.inner_text("body")
    assert visitor.page.locator(".tone-success, .alert-success").count() >= 1
    altered = alter(receipt, words.city, "Beijing")
    walks.verify(visitor.page, altered, tmp_path, "altered")
    problems += look(visitor.page, shown("8 receipt altered"))
    assert visitor.page.locator(".tone-danger, .alert-danger").count() >= 1

    # 2. The channel manager decides: one line approved, of the other more is asked.
    reviewer = visit(cast.channel_manager)
    desk = reviewer.page
    problems += look(desk, shown("9 reviewer dashboard"))
    desk.locator("a[href='/review/']:visible").first.click()
    desk.wait_for_url("**/review/")
    problems += look(desk, shown("10 queue"), dark=language == "en")
    desk.get_by_text(words.customer).first.click()
    desk.wait_for_url(f"**/review/{filed}/")
    problems += look(desk, shown("11 review"), dark=language == "en")
    desk.fill("form[action$='/note/'] [name=text]", words.note)
    with desk.expect_navigation():
        desk.click("form[action$='/note/'] button")
    assert words.note in desk.inner_text("body")
    walks.open_decision(desk, "approve")
    desk.uncheck(f"form[action$='/approve/'] [name=line_ids][value='{lines.valves.pk}']")
    walks.decide(desk, "approve")
    problems += look(desk, shown("12 part approved"))
    assert f"/review/{filed}/" in desk.url, "the other line still waits"
    walks.open_decision(desk, "ask")
    desk.check("form[action$='/ask/'] [name=fields_asked][value=description]")
    desk.fill("form[action$='/ask/'] [name=message]", words.asked)
    walks.decide(desk, "ask")
    problems += look(desk, shown("13 asked"))

    # The dealer is told, and mends it.
    page.goto("/dashboard/")
    problems += look(page, shown("14 dealer is asked"))
    page.locator(f"a[href='/registrations/{filed}/answer/']:visible").first.click()
    assert words.asked in page.inner_text("body")
    assert page.locator("[name=customer_name]").count() == 0, "only what was asked for can be changed"
    page.fill("[name=description]", words.description * 2)
    problems += look(page, shown("15 answer"))
    with page.expect_navigation():
        page.click("main form.form-stack button.btn-primary")
    walks.await_verdict(page)
    assert words.note not in page.inner_text("body"), "a note among staff is never shown"
    page.goto("/notifications/")
    problems += look(page, shown("16 notices"))

    # Rejected with a reason from the list.
    desk.goto(f"/review/{filed}/")
    walks.open_decision(desk, "reject")
    desk.select_option("form[action$='/reject/'] [name=reason]", "no_relationship")
    desk.fill("form[action$='/reject/'] [name=text]", words.explanation)
    walks.decide(desk, "reject")
    page.goto(f"/registrations/{filed}/")
    problems += look(page, shown("17 decided"))
    assert words.explanation in page.inner_text("body")

    # 3. The account and the opportunity stand in the CRM core; the rep works there.
    rep = visit(cast.sales_rep)
    crm = rep.page
    problems += look(crm, shown("18 rep dashboard"))
    for number, place in ((19, "accounts"), (20, "opportunities")):
        crm.locator(f"a[href='/{place}/']:visible").first.click()
        crm.wait_for_url(f"**/{place}/")
        problems += look(crm, shown(f"{number} {place}"))
        assert words.customer in crm.inner_text("main")
    crm.get_by_text(words.customer).first.click()
    crm.wait_for_url("**/opportunities/*/")
    assert words.firms[0] in crm.inner_text("main"), "the partner stands at the opportunity"
    problems += look(crm, shown("21 opportunity"), dark=language == "en")
    log_activity(crm, words)
    problems += look(crm, shown("22 activity logged"))
    assert words.activity in crm.inner_text("main")

    # The dealer withdraws what is left; the scope is free.
    page.set_viewport_size(PHONE)
    page.goto(f"/registrations/{filed}/")
    page.locator(f"a[href='/registrations/{filed}/withdraw/']:visible").first.click()
    problems += look(page, shown("23 withdraw"))
    with page.expect_navigation():
        page.locator("main form.form-stack .form-actions button").first.click()
    page.set_viewport_size(LAPTOP)
    problems += look(page, shown("24 withdrawn"))

    for who, visitor_of in (("dealer", dealer), ("visitor", visitor), ("reviewer", reviewer), ("rep", rep)):
        problems += [f"{who}: {trouble}" for trouble in visitor_of.watch.take()]
    assert problems == []


def alter(receipt: dict, old: str, new: str) -> dict:
    """Return a copy of a receipt in which the value ``old`` was changed wherever it stands."""

    def changed(value):
        if isinstance(value, dict):
            return {key: changed(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [changed(inner) for inner in value]
        return new if value == old else value

    altered = changed(copy.deepcopy(receipt))
    assert altered != receipt
    return altered


def log_activity(page, words) -> None:
    """Log a visit on the opportunity that is open: open the dialog, say what came of it, press what was done."""
    dialog = page.locator("dialog:has(button[name=kind])")
    opener = dialog.get_attribute("id")
    page.locator(f"[data-dialog-open='{opener}']:visible").first.click()
    dialog.locator("[name=text]").fill(words.activity)
    with page.expect_navigation():
        dialog.locator("button[name=kind][value=visit]").click()
