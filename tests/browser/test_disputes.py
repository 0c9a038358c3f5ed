"""File, be refused, dispute, state, rule, make it a precedent, and read it beside the next check's hit."""

import re

import pytest
from django.utils import timezone

from deal_registration import services
from deal_registration.disputes.models import Dispute, Precedent
from deal_registration.models import Registration
from tests.browser import walks
from tests.browser.eyes import look
from tests.browser.stage import ENGLISH, dress
from tests.cast import actor_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OPENED = re.compile(r"/disputes/[A-Z2-9]{12}/$")


def wait_for(page, query, state: str, field: str = "state"):
    """Wait until the row of ``query`` is in a state."""
    for _try in range(240):
        row = query.first()
        if row is not None and getattr(row, field) == state:
            return row
        page.wait_for_timeout(250)
    raise AssertionError(f"never {state}")


def protect_the_rival(making, page, customer: str):
    """Let the rival file the customer, and be protected."""
    theirs = making.file_deal(making.rival, customer_name=customer)
    query = Registration.objects.filter(pk=theirs.pk)
    wait_for(page, query, "in_review")
    services.approve(
        theirs.pk,
        actor=actor_of(making.channel_manager),
        at=timezone.now(),
        line_ids=list(theirs.lines.values_list("line_id", flat=True)),
    )
    wait_for(page, query, "approved")


def file_and_be_refused(page, lines, customer: str) -> str:
    """File by the form; return the reference of what the check refused."""
    page.goto("/registrations/new/")
    walks.fill_deal(page, ENGLISH, [lines.pumps], customer=customer, project=False)
    walks.press(page, "submit")
    page.wait_for_url(walks.FILED)
    walks.await_verdict(page)
    ref = walks.reference_of(page)
    wait_for(page, Registration.objects.filter(ref=ref), "rejected")
    page.reload()
    return ref


def signed_in(visit, user):
    """Return a page signed in as ``user``, patient with a busy machine."""
    visitor = visit()
    visitor.context.set_default_timeout(60_000)
    return visitor.take_over(user).page


def send(page, selector: str) -> None:
    """Press a button that leads on."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def test_refused_disputed_ruled_and_cited(making, visit, request, places, lines, tmp_path):
    get = request.getfixturevalue
    people = {name: get(name) for name in ("dealer_sales", "rival", "channel_manager")}
    head = making.make_staff("channel_head", "channel_head")
    partners = (get("own_partner"), get("rival_partner"), get("sub_partner"))
    dress(ENGLISH, "en", people, partners, places, lines)
    dealer, rival, desk = (signed_in(visit, user) for user in people.values())
    problems = []

    # File; the check refuses, and the page offers to dispute it.
    protect_the_rival(making, dealer, ENGLISH.customer)
    ref = file_and_be_refused(dealer, lines, ENGLISH.customer)
    problems += look(dealer, "dispute offered")
    dealer.click(f"a[href='/registrations/{ref}/dispute/']")
    problems += look(dealer, "dispute opening")
    dealer.fill("[name=text]", "Our letter to the buyer is four weeks older and names the drawing.")
    letter = tmp_path / "letter.txt"
    letter.write_text("dated March", "utf-8")
    dealer.set_input_files("[name=documents]", letter)
    send(dealer, "form.form-stack button.btn-primary")
    dealer.wait_for_url(OPENED)
    problems += look(dealer, "dispute opened", dark=True)
    dispute = Dispute.objects.get()

    # The other party says its part, sees nothing of the first, and both are done.
    rival.goto(f"/disputes/{dispute.ref}/")
    assert "four weeks older" not in rival.inner_text("main")
    assert ENGLISH.firms[0] not in rival.inner_text("main")
    rival.fill("[name=text]", "The buyer asked us to prepare the tender with them.")
    send(rival, "form[action$='/statement/'] button.btn-primary")
    problems += look(rival, "dispute other party")
    for page in (rival, dealer):
        page.goto(f"/disputes/{dispute.ref}/")
        send(page, "form[action$='/said-all/'] button")
    assert "prepare the tender" not in dealer.inner_text("main")
    wait_for(dealer, Dispute.objects.filter(pk=dispute.pk), "deliberation")

    # The decider sees what the ruling does before it is done.
    desk.goto(f"/disputes/{dispute.ref}/")
    problems += look(desk, "dispute decider")
    desk.click(f"a[href='/disputes/{dispute.ref}/rule/']")
    problems += look(desk, "dispute rule")
    desk.check("[name=outcome][value=award]")
    desk.locator("[name^=holders_]").first.check()
    desk.fill("[name=text]", "The letter counts: it is older than the filing and names the drawing.")
    desk.fill("[name=rule_text]", "A dated letter of the buyer beats a later filing.")
    desk.select_option("[name=remedy]", "priority")
    send(desk, "button[name=action][value=preview]")
    problems += look(desk, "dispute rule preview", dark=True)
    send(desk, "button[name=action][value=rule]")
    dealer.reload()
    assert "You hold it" in dealer.inner_text("main")
    problems += look(dealer, "dispute ruled winner")
    rival.reload()
    assert "Your claim has ended" in rival.inner_text("main")
    problems += look(rival, "dispute ruled loser")

    # Told without names; a name left in is pointed out.
    desk.click(f"a[href='/disputes/{dispute.ref}/precedent/']")
    problems += look(desk, "dispute precedent form")
    words = desk.input_value("[name=summary]")
    desk.fill("[name=summary]", f"{words}\n\n{ENGLISH.firms[1]} was later.")
    send(desk, "form.form-stack button.btn-primary")
    assert ENGLISH.firms[1].lower() in desk.inner_text(".error-summary").lower()
    desk.fill("[name=summary]", words)
    send(desk, "form.form-stack button.btn-primary")
    precedent = Precedent.objects.get()
    problems += look(desk, "dispute precedent")

    # The next refusal cites it, to its partner and to the reviewer.
    protect_the_rival(making, dealer, "Another Works Ltd.")
    ref = file_and_be_refused(dealer, lines, "Another Works Ltd.")
    assert "1 ruling in cases like this" in dealer.inner_text("main")
    problems += look(dealer, "dispute cited")
    send(dealer, ".beside-hit a")
    assert precedent.title in dealer.inner_text("main")
    problems += look(dealer, "dispute library")
    desk.goto(f"/review/{ref}/")
    assert "1 ruling in cases like this" in desk.inner_text("main")
    for page, name in ((dealer, "list party"), (desk, "list staff")):
        page.goto("/disputes/")
        problems += look(page, f"dispute {name}")
    assert head is not None
    assert problems == []


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant"])
def test_pages_in_chinese(making, visit, language, lines):
    from tests.browser.stage import WORDS
    from tests.deal_registration.disputing import Contest

    words = WORDS[language]
    people = {name: getattr(making, name) for name in ("dealer_sales", "rival", "channel_manager")}
    dress(
        words,
        language,
        people,
        (making.own_partner, making.rival_partner, making.sub_partner),
        making.places,
        lines,
    )
    page = visit().page
    protect_the_rival(making, page, words.customer)
    own = making.file_deal(making.dealer_sales, customer_name=words.customer)
    wait_for(page, Registration.objects.filter(pk=own.pk), "rejected")
    case = Contest(making, None, own, [lines.pumps])
    dispute = case.open(text=words.description)
    problems = []
    for name, urls in (
        ("dealer_sales", ["/disputes/", f"/disputes/{dispute.ref}/", "/precedents/"]),
        ("rival", [f"/disputes/{dispute.ref}/"]),
    ):
        page = signed_in(visit, people[name])
        for url in urls:
            page.goto(url)
            assert page.evaluate("() => document.documentElement.lang").startswith("zh")
            problems += look(page, f"dispute {language} {name} {url.split('/')[1]} {len(url)}")
    from deal_registration.disputes import services as disputes

    for actor in (case.dealer, case.rival):
        disputes.say_all(dispute.pk, actor=actor, at=timezone.now())
    page = signed_in(visit, people["channel_manager"])
    for url in (f"/disputes/{dispute.ref}/", f"/disputes/{dispute.ref}/rule/"):
        page.goto(url)
        problems += look(page, f"dispute {language} decider {url.split('/')[-2][:4]}")
    assert problems == []
