"""Who is told of what about registrations, in which words, and what search finds for whom."""

import re

import pytest
from django.utils import timezone, translation

from core.ledger.models import Event
from core.notifications import kinds
from core.notifications.following import follow
from core.notifications.models import Notification
from core.notifications.words import words_of
from core.search import search_everything
from deal_registration import services
from deal_registration.enums import State
from deal_registration.models import Claim
from deal_registration.notifications import ABOUT
from tests.cast import actor_of, client_for

CODES = [code for code, kind in kinds().items() if kind.about == ABOUT]


@pytest.fixture
def settle(run_jobs):
    """Do the work, then show the reader every event: on PostgreSQL it would wait for this test's transaction to end."""

    def run() -> None:
        run_jobs()
        for event in Event.objects.order_by("pk"):
            follow(event)
        run_jobs()

    return run


def told(user) -> list[str]:
    return sorted(Notification.objects.filter(user=user).values_list("kind", flat=True))


def words(notification) -> str:
    """Return title and text as their reader gets them."""
    found = words_of(
        kinds()[notification.kind],
        notification.context,
        actor=actor_of(notification.user),
        event_type=notification.context["event_type"],
        event_at=notification.created_at,
    )
    return f"{found.title}\n{found.text}"


@pytest.fixture
def everybody(
    dealer_manager, dealer_sales, rival, channel_manager, other_channel_manager, sales_rep, marketing
):
    """People who might wrongly be told."""


def test_filing_tells_the_partners_manager_and_the_decider_and_nobody_else(
    everybody,
    own,
    settle,
    dealer_manager,
    dealer_sales,
    rival,
    channel_manager,
    other_channel_manager,
    sales_rep,
):
    settle()
    assert told(dealer_manager) == ["registration_filed"]
    assert told(dealer_sales) == []
    assert told(channel_manager) == ["registration_waiting"]
    assert told(rival) == told(other_channel_manager) == told(sales_rep) == []


def test_approval_is_told_to_the_dealer(approved, settle, dealer_sales, dealer_manager):
    settle()
    assert told(dealer_sales) == ["registration_decided"]
    notice = Notification.objects.get(user=dealer_sales)
    assert "Approved: Own Customer Waterworks Co., Ltd." in words(notice)
    assert "Pumps: protected for you until" in words(notice)


def test_rejection_tells_reason_and_explanation(own, channel_manager, dealer_sales, settle, lines):
    services.reject(
        own.pk,
        actor=actor_of(channel_manager),
        at=timezone.now(),
        line_ids=[lines.pumps.pk],
        reason="territory",
        text="Ask for an extension first.",
    )
    settle()
    text = words(Notification.objects.get(user=dealer_sales))
    assert "Rejected: Own Customer" in text
    assert "Outside the authorised territory" in text
    assert "Ask for an extension first." in text


def test_hold_and_its_end_are_told(own, file_deal, rival, channel_manager, settle, lines):
    held = file_deal(rival, customer_name=own.customer_name)
    settle()
    assert held.lines.get().state == State.CONFLICT_HOLD
    notice = Notification.objects.get(user=rival)
    assert notice.kind == "registration_held"
    assert "On hold" in words(notice)
    assert "Own Machinery" not in words(notice)

    services.reject(
        own.pk,
        actor=actor_of(channel_manager),
        at=timezone.now(),
        line_ids=[lines.pumps.pk],
        reason="not_qualified",
        text="",
    )
    settle()
    assert "No longer on hold" in words(Notification.objects.filter(user=rival).first())


def test_refusal_by_rule_names_its_reason(approved, file_deal, rival, settle):
    file_deal(rival, customer_name=approved.customer_name)
    settle()
    text = words(Notification.objects.get(user=rival))
    assert "Rejected" in text
    assert "another registration came first" in text


def test_question_leads_to_the_answer(own, channel_manager, dealer_sales, settle):
    services.request_information(
        own.pk, actor=actor_of(channel_manager), at=timezone.now(), fields=["value"], message="Which pumps?"
    )
    settle()
    notice = Notification.objects.get(user=dealer_sales)
    assert notice.url == f"/registrations/{own.ref}/answer/"
    assert "Which pumps?" in words(notice)


def test_escalation_reaches_those_further_up(own, make_staff, places, channel_manager, settle):
    head = make_staff("head", "channel_head")
    services.run_clocks(at=timezone.now() + timezone.timedelta(days=10))
    settle()
    assert "registration_escalated" in told(head)
    assert "registration_waiting" not in told(head)
    assert {"registration_escalated", "registration_promise"} <= set(told(channel_manager))


def near_its_end(registration, days: int = 6) -> None:
    """Let the protection end in some days."""
    ends_at = timezone.now() + timezone.timedelta(days=days)
    registration.lines.update(protected_until=ends_at)
    Claim.objects.filter(registration_line__registration=registration).update(ends_at=ends_at)


def test_a_reminder_carries_the_signed_link_in_notice_and_mail(approved, dealer_sales, settle, mailoutbox):
    near_its_end(approved)
    services.run_clocks()
    settle()
    notice = Notification.objects.get(user=dealer_sales, kind="registration_expiring")
    assert notice.url.startswith("/registrations/by-mail/")
    (sent,) = [mail for mail in mailoutbox if "Protection ends on" in mail.subject]
    mailed = re.search(r"/registrations/by-mail/\S+", sent.body)[0]  # signed at a second of its own
    assert "Extend or close the deal" in sent.body
    assert "Extend or close the deal" in sent.alternatives[0][0]
    for link in (notice.url, mailed):
        assert client_for(dealer_sales).get(link).status_code == 200


def test_a_question_for_more_time_is_told_to_who_decides_and_the_answer_to_the_dealer(
    approved, dealer_sales, channel_manager, other_channel_manager, rival, settle
):
    near_its_end(approved)
    services.ask_extension(
        approved.pk, actor=actor_of(dealer_sales), at=timezone.now(), note="They ask again."
    )
    settle()
    notice = Notification.objects.get(user=channel_manager, kind="registration_extension_asked")
    assert "They ask again." in words(notice)
    assert told(other_channel_manager) == told(rival) == []
    services.decline_extension(
        approved.pk, actor=actor_of(channel_manager), at=timezone.now(), reason="Nothing moved."
    )
    settle()
    answer = words(Notification.objects.get(user=dealer_sales, kind="registration_extended"))
    assert "More time declined" in answer
    assert "Nothing moved." in answer


def test_a_revocation_tells_reason_and_explanation(approved, channel_manager, dealer_sales, lines, settle):
    services.revoke(
        approved.pk,
        actor=actor_of(channel_manager),
        at=timezone.now(),
        line_ids=[lines.pumps.pk],
        reason="inactive",
        text="Nobody called for months.",
    )
    settle()
    text = words(Notification.objects.get(user=dealer_sales, kind="registration_corrected"))
    assert "Protection revoked" in text
    assert "The deal was not worked on" in text
    assert "Nobody called for months." in text


def test_a_change_is_told_to_who_decides(own, dealer_sales, channel_manager, settle):
    services.amend(
        own.pk, actor=actor_of(dealer_sales), at=timezone.now(), data={"description": "Six pumps."}
    )
    settle()
    text = words(Notification.objects.get(user=channel_manager, kind="registration_amended"))
    assert "Own Machinery Co., Ltd. changed: What is needed." in text


def test_the_three_parties_are_found_by_who_sees_the_registration(file_deal, dealer_sales, rival, run_jobs):
    file_deal(dealer_sales, purchasing_name="Trading House", specifying_name="Design Institute Nine")
    for query in ("trading house", "design institute"):
        found = {group.source.key for group in search_everything(actor_of(dealer_sales), query)}
        assert "registrations" in found
        assert not search_everything(actor_of(rival), query)


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
@pytest.mark.parametrize("code", CODES)
def test_every_kind_has_words(code, language):
    from django.template.loader import render_to_string

    with translation.override(language):
        text = render_to_string(
            kinds()[code].template,
            {
                "customer": "Acme & Söhne",
                "partner": "Partner",
                "reference": "7KQ2M9XRT4HD",
                "lines": {"en": "Pumps", "zh-hans": "泵", "zh-hant": "泵浦"},
                "territory": {"en": "East"},
                "outcome": "approved",
                "reason": "",
                "explanation": "",
                "message": "",
                "protected_until": timezone.now().isoformat(),
                "received_at": timezone.now().isoformat(),
                "due_at": timezone.now().isoformat(),
                "event_type": "registration.approved",
                "waits": False,
                "ends_before": timezone.now().isoformat(),
                "is_extension": True,
                "changed": {"en": "Expected value"},
                "added": {"en": "Valves"},
            },
        )
    title, _rest = text.split("\n", 1)
    assert "Acme" in title


@pytest.mark.parametrize(
    ("who", "finds"),
    [
        ("dealer_sales", True),
        ("dealer_manager", True),
        ("channel_manager", True),
        ("rival", False),
        ("other_channel_manager", False),
        ("marketing", False),
    ],
)
def test_search_finds_within_scope_only(request, own, who, finds):
    actor = actor_of(request.getfixturevalue(who))
    groups = {group.source.key: group for group in search_everything(actor, "waterworks")}
    assert ("registrations" in groups) == finds
    if finds:
        hit = groups["registrations"].hits[0]
        assert hit.title == own.customer_name
        assert own.ref in hit.url


def test_a_filing_of_several_lines_is_one_notice_for_a_decider(
    dealer_sales, file_deal, lines, channel_manager, settle
):
    file_deal(dealer_sales, customer_name="Three Lines Paper Mill Ltd.", lines=[lines.pumps, lines.valves])
    settle()
    notice = Notification.objects.get(user=channel_manager)
    assert notice.kind == "registration_waiting"
    assert "Pumps" in words(notice)
    assert "Valves" in words(notice)


def test_each_decider_of_a_line_of_its_own_is_told_once(
    dealer_sales, file_deal, lines, places, make_staff, settle
):
    for_pumps = make_staff("pumps_manager", "channel_manager", places.east, [lines.pumps])
    for_valves = make_staff("valves_manager", "channel_manager", places.east, [lines.valves])
    file_deal(dealer_sales, customer_name="Two Deciders Paper Mill Ltd.", lines=[lines.pumps, lines.valves])
    settle()
    assert told(for_pumps) == told(for_valves) == ["registration_waiting"]


def test_after_an_answer_the_decider_is_told_again(dealer_sales, file_deal, lines, channel_manager, settle):
    filed = file_deal(dealer_sales, customer_name="Asked Paper Mill Ltd.")
    settle()
    services.request_information(
        filed.pk, actor=actor_of(channel_manager), at=timezone.now(), fields=["description"], message="Why?"
    )
    services.answer_request(
        filed.pk, actor=actor_of(dealer_sales), at=timezone.now(), data={"description": "Because."}
    )
    settle()
    assert told(channel_manager) == ["registration_waiting"] * 2


def test_who_waits_for_release_bothers_no_decider_until_it_is_free(
    approved, rival, file_deal, programme, set_terms, channel_manager, dealer_sales, settle
):
    set_terms(programme, taken_scope="wait")
    file_deal(rival, customer_name=approved.customer_name)
    settle()
    before = told(channel_manager)
    notice = Notification.objects.get(user=rival)
    assert "On the wait-list" in words(notice)
    assert "On hold" not in words(notice)
    services.withdraw(approved.pk, actor=actor_of(dealer_sales), at=timezone.now())
    settle()
    assert told(channel_manager) == sorted([*before, "registration_waiting"])
    assert "No longer on hold" in words(Notification.objects.filter(user=rival).first())
