"""The pages of disputes: from the registration to the ruling and the library; what each reader sees and does not."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from core.notifications.models import Notification
from deal_registration.disputes import services
from deal_registration.disputes.enums import DisputeState, Outcome, ProposalState
from deal_registration.disputes.exceptions import NamesSomebody
from deal_registration.disputes.models import Dispute, Precedent, RuleProposal, Ruling
from deal_registration.disputes.services.ruling import Reasons
from deal_registration.enums import State
from tests import factories
from tests.cast import client_for, run_all_jobs, settle_all

from .disputing import FREE, contest

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(making):
    """The rival protected on a scope, own refused for it."""
    return contest(making)


@pytest.fixture
def dealer(case):
    return client_for(case.cast.dealer_sales)


@pytest.fixture
def rival(case):
    return client_for(case.cast.rival)


@pytest.fixture
def manager(case):
    return client_for(case.cast.channel_manager)


def key(response) -> str:
    return re.search(r'name="one_time_key" value="([^"]+)"', response.content.decode())[1]


def text(client, url) -> str:
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    return response.content.decode()


def opened(case, dealer) -> Dispute:
    url = f"/registrations/{case.own.ref}/dispute/"
    form = dealer.get(url)
    response = dealer.post(
        url,
        {
            "one_time_key": key(form),
            "line_ids": [case.lines[0].pk],
            "text": "Our letter is older than theirs.",
            "documents": [SimpleUploadedFile("letter.txt", b"dated March", "text/plain")],
        },
    )
    assert response.status_code == 302, response.content.decode()
    return Dispute.objects.get()


def test_the_registration_offers_the_dispute_and_afterwards_shows_it(case, dealer, rival):
    page = text(dealer, f"/registrations/{case.own.ref}/")
    assert f"/registrations/{case.own.ref}/dispute/" in page
    dispute = opened(case, dealer)
    page = text(dealer, f"/registrations/{case.own.ref}/")
    assert f"/registrations/{case.own.ref}/dispute/" not in page
    assert f"/disputes/{dispute.ref}/" in page
    assert f"/disputes/{dispute.ref}/" in text(rival, f"/registrations/{case.theirs.ref}/")


def test_sent_twice_it_is_opened_once(case, dealer):
    url = f"/registrations/{case.own.ref}/dispute/"
    data = {"one_time_key": key(dealer.get(url)), "line_ids": [case.lines[0].pk], "text": "First."}
    assert dealer.post(url, data).status_code == 302
    assert dealer.post(url, data).status_code == 302
    assert Dispute.objects.count() == 1


def test_without_words_the_form_says_so(case, dealer):
    url = f"/registrations/{case.own.ref}/dispute/"
    response = dealer.post(url, {"one_time_key": "k" * 32, "line_ids": [case.lines[0].pk], "text": " "})
    assert response.status_code == 422
    assert "Say what speaks for you." in response.content.decode()


def test_each_party_reads_its_own_side_and_never_who_the_other_is(case, dealer, rival, manager):
    dispute = opened(case, dealer)
    services.add_statement(dispute.pk, actor=case.rival, at=timezone.now(), text="THEIR-WORDS")
    url = f"/disputes/{dispute.ref}/"
    own, theirs, staff = text(dealer, url), text(rival, url), text(manager, url)
    assert "Our letter is older" in own
    assert "THEIR-WORDS" not in own
    assert "THEIR-WORDS" in theirs
    assert "Our letter is older" not in theirs
    assert "letter.txt" not in theirs
    for page, names in (
        (own, ("Rival Trading", case.theirs.ref, "RIVAL-9")),
        (theirs, ("Own Machinery", case.own.ref, "OWN-9")),
    ):
        assert not [name for name in names if name in page]
    assert "THEIR-WORDS" in staff
    assert "Our letter is older" in staff
    assert "Rival Trading" in staff


def test_evidence_is_served_to_its_own_side_and_the_staff(case, dealer, rival, manager):
    dispute = opened(case, dealer)
    url = re.search(r'href="(/files/[^"]+)"', text(dealer, f"/disputes/{dispute.ref}/"))[1]
    assert dealer.get(url).status_code == 200
    assert manager.get(url).status_code == 200
    assert rival.get(url).status_code == 404


def test_a_stranger_finds_nothing(case, dealer):
    dispute = opened(case, dealer)
    for name in ("sub_dealer", "other_channel_manager", "sales_rep"):
        client = client_for(getattr(case.cast, name))
        assert client.get(f"/disputes/{dispute.ref}/").status_code in (403, 404)
        assert dispute.ref not in client.get("/disputes/").content.decode()


def test_a_ruling_is_shown_before_it_is_done(case, dealer, manager, rival):
    dispute = case.deliberated()
    own = case.party(dispute, "own")
    url = f"/disputes/{dispute.ref}/rule/"
    data = {
        "one_time_key": key(manager.get(url)),
        "outcome": Outcome.AWARD,
        f"holders_{case.lines[0].pk}": [own.pk],
        "text": "The letter counts: it is older and names the project.",
        "codes": ["R05"],
        "rule_text": "An older letter of the buyer beats an earlier filing.",
        "remedy": "priority",
        "remedy_text": "Next filing in the region goes first.",
        "action": "rule",
        "seen": "",
    }
    shown = manager.post(url, data)
    assert shown.status_code == 200
    page = shown.content.decode()
    assert "becomes protected" in page
    assert not Ruling.objects.exists()
    data["seen"] = re.search(r'name="seen" value="([0-9a-f]{64})"', page)[1]
    assert manager.post(url, data).status_code == 302
    case.fresh()
    assert (case.own.state, case.theirs.state) == (State.APPROVED, State.SUPERSEDED)
    assert "You hold it" in text(dealer, f"/disputes/{dispute.ref}/")
    theirs = text(rival, f"/disputes/{dispute.ref}/")
    assert "Your claim has ended" in theirs
    assert "Next filing in the region goes first." in theirs
    assert "Own Machinery" not in theirs
    assert "Next filing in the region goes first." not in text(dealer, f"/disputes/{dispute.ref}/")


def test_a_ruling_that_names_somebody_says_whom(case, manager):
    dispute = case.deliberated()
    url = f"/disputes/{dispute.ref}/rule/"
    response = manager.post(
        url,
        {
            "one_time_key": key(manager.get(url)),
            "outcome": Outcome.STANDS,
            "text": "Rival Trading Co., Ltd. was first.",
            "remedy": "none",
        },
    )
    assert response.status_code == 422
    assert "Rival Trading" in response.content.decode()
    assert not Ruling.objects.exists()


def test_a_precedent_is_published_without_names_and_cited_beside_the_next_hit(case, dealer, manager):
    dispute = case.deliberated()
    case.rule(dispute, Outcome.STANDS, "")
    run_all_jobs()
    url = f"/disputes/{dispute.ref}/precedent/"
    form = manager.get(url)
    assert "A partner disputed the decision" in form.content.decode()
    data = {"one_time_key": key(form), "title": "Earlier filing", "summary": "Contested Refinery was known."}
    refused = manager.post(url, data)
    assert refused.status_code == 422
    assert "Contested Refinery" in refused.content.decode()
    data["summary"] = "The earlier filing counted, as the later one brought nothing older."
    assert manager.post(url, data).status_code == 302
    precedent = Precedent.objects.get()
    assert "1 ruling in cases like this" in text(manager, f"/review/{case.own.ref}/")
    assert "1 ruling in cases like this" in text(dealer, f"/registrations/{case.own.ref}/")
    page = text(dealer, f"/precedents/{precedent.ref}/")
    assert "brought nothing older" in page
    assert f"/disputes/{dispute.ref}/" not in page
    assert f"/disputes/{dispute.ref}/" in text(manager, f"/precedents/{precedent.ref}/")


@pytest.mark.parametrize(
    "leak",
    [
        "Contested Refinery Co., Ltd.",
        "CONTESTED  REFINERY",
        "Own Machinery",
        "Rival Trading",
        "RIVAL-9 was filed",
        "Channel Manager decided",
        "Chen Wei said so",
        "chen.wei@example.com wrote",
    ],
)
def test_the_guard_finds_every_name_of_the_case(case, leak):
    dispute = case.deliberated()
    case.rule(dispute, Outcome.STANDS, "")
    with pytest.raises(NamesSomebody):
        services.publish_precedent(
            dispute.pk, actor=case.manager, at=timezone.now(), title="A case", summary=f"In short: {leak}."
        )
    services.publish_precedent(
        dispute.pk, actor=case.manager, at=timezone.now(), title="A case", summary="The earlier one counted."
    )


def test_chinese_names_are_found_in_either_script(making):
    cast = making
    account = cast.rival_partner.account
    account.name = "北方贸易有限公司"
    account.save()
    case = contest(cast)
    dispute = case.deliberated()
    case.rule(dispute, Outcome.STANDS, "")
    for leak in ("北方贸易有限公司先报备。", "北方貿易先報備。"):
        with pytest.raises(NamesSomebody):
            services.publish_precedent(
                dispute.pk, actor=case.manager, at=timezone.now(), title="判例", summary=leak
            )


def test_the_library_is_searched_by_words_rule_line_and_outcome(case, dealer):
    dispute = case.deliberated()
    case.rule(dispute, Outcome.STANDS, "")
    services.publish_precedent(
        dispute.pk, actor=case.manager, at=timezone.now(), title="Older letter", summary="It counted."
    )
    for query, found in (
        ("q=letter", True),
        ("q=nothing", False),
        ("code=R05", True),
        ("code=R15", False),
        ("line=pumps", True),
        ("line=valves", False),
        ("outcome=stands", True),
        ("outcome=award", False),
    ):
        assert ("Older letter" in text(dealer, f"/precedents/?{query}")) is found, query


def test_an_appeal_that_goes_another_way_takes_the_precedent_out_of_force(case, manager):
    head = case.head
    dispute = case.deliberated()
    case.rule(dispute)
    run_all_jobs()
    services.publish_precedent(
        dispute.pk, actor=case.manager, at=timezone.now(), title="A letter", summary="The letter counted."
    )
    services.appeal(dispute.pk, actor=case.rival, at=timezone.now(), text="A letter of March was found. " * 3)
    for actor in (case.dealer, case.rival):
        services.say_all(dispute.pk, actor=actor, at=timezone.now())
    case.rule(dispute, holder="rival", by=head)
    assert not Precedent.objects.get().is_current
    assert "ruling in cases like this" not in text(manager, f"/review/{case.own.ref}/")


def test_a_rule_overturned_often_is_proposed_to_who_may_change_it(making):
    cast = making
    version = cast.programme.versions.get()
    version.settings = {"dispute_overruled_count": 1, "dispute_overruled_of": 2}
    version.save()
    case = contest(cast)
    dispute = case.deliberated()
    case.rule(dispute)
    assert not RuleProposal.objects.exists()
    services.run_clocks()
    proposal = RuleProposal.objects.get()
    assert (proposal.code, proposal.overturned, proposal.considered) == ("R05", 1, 1)
    administrator = client_for(cast.administrator)
    assert proposal.ref in text(administrator, "/rule-proposals/")
    page = text(administrator, f"/rule-proposals/{proposal.ref}/")
    assert "Protected for another partner" in page
    assert client_for(cast.channel_manager).get(f"/rule-proposals/{proposal.ref}/").status_code == 404
    response = administrator.post(
        f"/rule-proposals/{proposal.ref}/", {"state": "taken_up", "note": "Letters count from now on."}
    )
    assert response.status_code == 302
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.TAKEN_UP


def test_people_are_told_of_their_own_side(case):
    head = case.head
    assert head
    dispute = case.deliberated()
    case.rule(dispute, reasons=Reasons("The letter counts.", FREE.codes))
    settle_all()
    told = {(row.user_id, row.kind) for row in Notification.objects.all()}
    assert (case.cast.rival.pk, "dispute_concerns") in told
    assert (case.cast.dealer_sales.pk, "dispute_concerns") not in told
    assert (case.cast.channel_manager.pk, "dispute_decide") in told
    assert (case.cast.dealer_sales.pk, "dispute_ruled") in told
    assert (case.cast.rival.pk, "dispute_ruled") in told
    notices = client_for(case.cast.rival).get("/notifications/").content.decode()
    assert "Your claim has ended" in notices
    assert "Own Machinery" not in notices


def test_pages_cost_the_same_for_one_and_for_many(case, dealer, manager, count_queries):
    def disputes(number):
        for _ in range(number):
            dispute = factories.DisputeFactory(
                registration__partner=case.cast.own_partner, territory=case.cast.places.east
            )
            factories.DisputePartyFactory(dispute=dispute, partner=case.cast.own_partner)
            ruling = factories.RulingFactory(dispute=dispute)
            factories.PrecedentFactory(ruling=ruling).lines.set([case.cast.lines.pumps])

    disputes(1)
    urls = ("/disputes/", "/precedents/")
    for client in (dealer, manager):
        for url in urls:
            client.get(url)
    before = {(client, url): count_queries(client.get, url) for client in (dealer, manager) for url in urls}
    disputes(3)
    for (client, url), count in before.items():
        assert count_queries(client.get, url) == count, url


def test_empty_pages_say_how_it_begins(making):
    dealer, manager = client_for(making.dealer_sales), client_for(making.channel_manager)
    assert "dispute it on its page" in text(dealer, "/disputes/")
    assert "When a partner disputes a decision" in text(manager, "/disputes/")
    assert "No precedents yet" in text(dealer, "/precedents/")


def test_closing_by_acceptance_from_the_pages(case, dealer, rival):
    assert case.head
    dispute = case.deliberated()
    case.rule(dispute)
    for client in (dealer, rival):
        assert "accept-ruling" in text(client, f"/disputes/{dispute.ref}/")
        assert client.post(f"/disputes/{dispute.ref}/accept/").status_code == 302
    dispute.refresh_from_db()
    assert dispute.state == DisputeState.CLOSED
