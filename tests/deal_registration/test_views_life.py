"""More time, changes, corrections and several at once, through the client."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from core.ledger.models import Event
from deal_registration import links, services
from deal_registration.enums import ExtensionState, State
from deal_registration.models import ExtensionRequest, Registration
from tests import factories
from tests.cast import actor_of, client_for

KEY = {"one_time_key": "a" * 32}
NOTE = {"note": "They asked for a second offer on Monday."}


def page(name: str, registration) -> str:
    return reverse(f"registrations:{name}", args=[registration.ref])


def link_of(registration) -> str:
    """Return the address in a reminder's mail."""
    return links.extend_url(
        registration.ref, registration.partner_id, registration.lines.first().protected_until
    )


def said(response) -> str:
    """Return what the page that a response leads to says."""
    return response.content.decode()


class LateClient:
    """A client that signs in at its first request: after the clock was moved, or the session would be over."""

    def __init__(self, user):
        self.user = user

    def __getattr__(self, name):
        if "client" not in self.__dict__:
            self.client = client_for(self.user)
        return getattr(self.client, name)


@pytest.fixture
def dealer(dealer_sales):
    return LateClient(dealer_sales)


@pytest.fixture
def reviewer(channel_manager):
    return LateClient(channel_manager)


@pytest.fixture
def near_end(approved, clock):
    """``approved``, ten days before its protection ends."""
    clock.move_to(approved.lines.get().protected_until - timedelta(days=10))
    return approved


@pytest.fixture
def worked_on(near_end):
    """``near_end``, with a call noted on its opportunity three days ago."""
    near_end.opportunity.last_activity_at = timezone.now() - timedelta(days=3)
    near_end.opportunity.save()
    return near_end


@pytest.fixture
def asked(worked_on, dealer):
    """``worked_on``, for which more time is asked."""
    dealer.post(page("registration_extend", worked_on), KEY | NOTE)
    worked_on.refresh_from_db()
    return worked_on


# --- more time ----------------------------------------------------------------------------------------------------


def test_where_the_deal_was_worked_on_one_click_on_its_page_asks(dealer, worked_on):
    text = said(dealer.get(page("registration_detail", worked_on)))
    assert "Ask for 30 more days" in text
    assert f'action="{page("registration_extend", worked_on)}"' in text
    answer = dealer.post(page("registration_extend", worked_on), KEY, follow=True)
    assert "stays protected until it is decided" in said(answer)
    assert "You have asked for more time" in said(answer)
    assert ExtensionRequest.objects.get().state == ExtensionState.ASKED


def test_a_second_click_asks_once(dealer, worked_on):
    dealer.post(page("registration_extend", worked_on), KEY)
    answer = dealer.post(page("registration_extend", worked_on), KEY, follow=True)
    assert "asked for already" in said(answer)
    assert ExtensionRequest.objects.count() == 1


def test_without_activity_the_page_asks_what_happened(dealer, near_end):
    assert f'href="{page("registration_extend", near_end)}"' in said(
        dealer.get(page("registration_detail", near_end))
    )
    answer = dealer.post(page("registration_extend", near_end), KEY)
    assert answer.status_code == 422
    assert "Say in a sentence what happened." in said(answer)
    dealer.post(page("registration_extend", near_end), KEY | NOTE)
    assert ExtensionRequest.objects.get().note == NOTE["note"]


def test_long_before_the_end_the_page_says_from_when(dealer, approved):
    text = said(dealer.get(page("registration_extend", approved)))
    assert "too early" in text
    assert "more days</button>" not in text


def test_looking_at_the_mails_link_changes_nothing_and_its_button_asks(dealer, worked_on):
    before = Event.objects.count()
    answer = dealer.get(link_of(worked_on))
    assert answer.status_code == 200
    assert "Ask for 30 more days" in said(answer)
    assert page("registration_won", worked_on) in said(answer)
    assert Event.objects.count() == before
    assert "stays protected" in said(dealer.post(link_of(worked_on), KEY, follow=True))
    assert ExtensionRequest.objects.get().asked_by is not None


def test_a_visitor_signs_in_first_and_comes_back_to_the_link(client, worked_on):
    answer = client.get(link_of(worked_on))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/auth/login/?next=/registrations/by-mail/")


@pytest.mark.parametrize("who", ["rival", "channel_manager", "sub_dealer", "marketing"])
def test_the_link_is_nothing_for_anybody_else(request, who, worked_on):
    stranger = client_for(request.getfixturevalue(who))
    assert stranger.get(link_of(worked_on)).status_code == 404
    assert stranger.post(link_of(worked_on), KEY | NOTE).status_code == 404
    assert not ExtensionRequest.objects.exists()


def test_an_altered_link_and_one_that_names_another_partner_are_nothing(dealer, rival_partner, worked_on):
    until = worked_on.lines.get().protected_until
    good = links.token_for(worked_on.ref, worked_on.partner_id, until)
    for token in (good[:-2] + "xx", "x", "a" * 3000, links.token_for(worked_on.ref, rival_partner.pk, until)):
        url = reverse("registrations:registration_extend_by_link", args=[token])
        assert dealer.get(url).status_code == 404


def test_a_signature_made_for_something_else_is_no_link(dealer, worked_on):
    from django.core import signing

    until = int(worked_on.lines.get().protected_until.timestamp())
    token = signing.dumps([worked_on.ref, worked_on.partner_id, until], salt="something else")
    assert dealer.get(reverse("registrations:registration_extend_by_link", args=[token])).status_code == 404


def test_the_link_is_over_when_the_protection_is(dealer, worked_on, clock):
    url = link_of(worked_on)
    clock.move_to(worked_on.lines.get().protected_until)
    answer = dealer.get(url)
    assert answer.status_code == 410
    assert "has ended" in said(answer)
    assert dealer.post(url, KEY | NOTE).status_code == 410
    assert not ExtensionRequest.objects.exists()


def test_somebody_of_two_companies_acts_for_the_one_the_link_names(worked_on, make_partner, dealer_sales):
    other = make_partner("Second House Ltd.")
    first = factories.MembershipFactory(
        user=dealer_sales, partner=other, role=dealer_sales.memberships.get().role
    )
    client = client_for(dealer_sales)
    client.post(reverse("portal:partner_switch"), {"partner": first.partner.ref})
    text = said(client.get(link_of(worked_on)))
    assert "belongs to Own Machinery" in text
    client.post(link_of(worked_on), KEY | NOTE)
    assert ExtensionRequest.objects.count() == 1


def test_the_reviewer_sees_why_and_grants(reviewer, asked):
    text = said(reviewer.get(page("review_detail", asked)))
    assert NOTE["note"] in text
    line = asked.lines.get()
    answer = reviewer.post(
        page("review_extension_grant", asked), KEY | {"line_ids": [line.line_id]}, follow=True
    )
    assert "Extended: Own Customer" in said(answer)
    assert ExtensionRequest.objects.get().state == ExtensionState.GRANTED


def test_declining_asks_for_the_reason_and_keeps_the_page(reviewer, asked, dealer):
    line = asked.lines.get()
    answer = reviewer.post(page("review_extension_decline", asked), KEY | {"line_ids": [line.line_id]})
    assert answer.status_code == 422
    assert "Say why; the dealer reads this." in said(answer)
    reviewer.post(
        page("review_extension_decline", asked),
        KEY | {"line_ids": [line.line_id], "reason": "No progress since spring."},
    )
    assert "No progress since spring." in said(dealer.get(page("registration_detail", asked)))


def test_the_queue_holds_it_with_its_promise_and_finds_it_by_what_is_asked(reviewer, asked):
    queue = reverse("registrations:review_queue")
    assert "More time is asked for" in said(reviewer.get(queue))
    assert "Own Customer" in said(reviewer.get(queue, {"what": "extensions"}))
    assert "Own Customer" not in said(reviewer.get(queue, {"what": "filings"}))


def test_a_queue_with_requests_for_time_asks_as_often_for_three_as_for_one(
    reviewer, asked, file_deal, dealer_sales, making, clock, count_queries, run_jobs
):
    queue = reverse("registrations:review_queue")
    reviewer.get(queue)
    for_one = count_queries(reviewer.get, queue)
    for name in ("Blue Harbour", "Green Valley"):
        filed = file_deal(dealer_sales, customer_name=name)
        run_jobs()
        making.approve(filed)
        Registration.objects.filter(pk=filed.pk).update(extension_due_at=timezone.now())
        factories_request(filed)
    assert count_queries(reviewer.get, queue) == for_one


def factories_request(registration) -> None:
    """Make an undecided request on the first line."""
    line = registration.lines.first()
    ExtensionRequest.objects.create(
        registration_line=line,
        ends_before=line.protected_until,
        ends_after=line.protected_until + timedelta(days=30),
        asked_at=timezone.now(),
        due_at=timezone.now(),
    )


def test_mine_is_what_nobody_nearer_decides(reviewer, own, making, places):
    queue = reverse("registrations:review_queue")
    assert "Own Customer" in said(reviewer.get(queue, {"whose": "mine"}))
    making.make_staff("near_manager", "channel_manager", places.shanghai)
    assert "Own Customer" not in said(reviewer.get(queue, {"whose": "mine"}))
    assert "Own Customer" in said(reviewer.get(queue, {"whose": "others"}))


def test_past_its_ceiling_the_queue_says_so(reviewer, own, clock):
    queue = reverse("registrations:review_queue")
    assert "Past the ceiling</span>" not in said(reviewer.get(queue))
    Registration.objects.filter(pk=own.pk).update(review_ceiling_at=timezone.now() - timedelta(minutes=1))
    assert "Past the ceiling</span>" in said(reviewer.get(queue))
    assert "Own Customer" in said(reviewer.get(queue, {"promise": "ceiling"}))


# --- changes ------------------------------------------------------------------------------------------------------


def form_of(registration, **changes) -> dict:
    """Return what the form of a change sends."""
    data = {
        **KEY,
        "value_0": "250000.00",
        "value_1": "CNY",
        "expected_close_on": registration.expected_close_on.isoformat(),
        "opportunity_type": registration.opportunity_type,
        "contacts-TOTAL_FORMS": "1",
        "contacts-INITIAL_FORMS": "1",
        "contacts-0-name": "Chen Wei",
        "contacts-0-email": "chen.wei@example.com",
        "contacts-0-phone": "+86 21 5555 0100",
    }
    for name in (
        "customer_name",
        "customer_country",
        "customer_city",
        "customer_address",
        "description",
        "own_reference",
        "project_name",
    ):
        data[name] = getattr(registration, name)
    return data | changes


def test_a_change_is_shown_to_who_decides_before_and_after(dealer, reviewer, own):
    answer = dealer.post(
        page("registration_amend", own),
        form_of(own, value_0="300,000", description="Six pumps."),
        follow=True,
    )
    assert "Changed." in said(answer)
    text = said(reviewer.get(page("review_detail", own)))
    assert "Changed since it was filed" in text
    assert '<del class="pre-line">250,000 CNY</del>' in text
    assert '<ins class="pre-line">300,000 CNY</ins>' in text
    assert "Six pumps." in text


def test_sent_unchanged_it_leaves_no_event(dealer, own):
    before = Event.objects.count()
    assert dealer.post(page("registration_amend", own), form_of(own)).status_code == 302
    assert Event.objects.count() == before


def test_another_customer_is_asked_about_first_and_then_replaces(dealer, own, run_jobs):
    changed = form_of(own, customer_name="Quite Another Plant")
    answer = dealer.post(page("registration_amend", own), changed)
    assert answer.status_code == 422
    assert "takes a new place" in said(answer)
    assert "Quite Another Plant" in said(answer)
    answer = dealer.post(page("registration_amend", own), changed | {"accepts_new_place": "on"}, follow=True)
    assert "Filed anew with your changes" in said(answer)
    run_jobs()
    own.refresh_from_db()
    assert own.state == State.SUPERSEDED
    text = said(dealer.get(page("registration_detail", own)))
    assert "Replaced by" in text
    assert Registration.objects.get(predecessor=own).ref in text.replace(" ", "").replace("-", "")


def test_a_protected_one_offers_no_other_customer(dealer, approved):
    text = said(dealer.get(page("registration_amend", approved)))
    assert 'name="customer_name"' not in text
    assert 'name="value_0"' in text
    assert "A line is protected" in text


def test_an_ended_one_is_filed_again_with_one_click(dealer, own, dealer_sales):
    services.withdraw(own.pk, actor=actor_of(dealer_sales), at=timezone.now())
    assert page("registration_again", own) in said(dealer.get(page("registration_detail", own)))
    for _click in range(2):
        answer = dealer.post(page("registration_again", own), KEY)
    draft = Registration.objects.get(predecessor=own)
    assert answer.headers["Location"] == page("registration_edit", draft)
    assert "Own Customer Waterworks" in said(dealer.get(page("registration_edit", draft)))


def test_what_is_won_is_kept_with_order_and_value(dealer, approved):
    line = approved.lines.get()
    dealer.post(
        page("registration_won", approved),
        KEY
        | {
            "line_ids": [line.line_id],
            "order_number": "PO-77",
            "value_won_0": "240000",
            "value_won_1": "CNY",
        },
    )
    text = said(dealer.get(page("registration_detail", approved)))
    assert "PO-77" in text
    assert "240,000" in text


# --- corrections --------------------------------------------------------------------------------------------------


def test_revoking_asks_for_reason_and_text_then_tells(reviewer, approved, dealer):
    line = approved.lines.get()
    answer = reviewer.post(page("review_revoke", approved), KEY | {"line_ids": [line.line_id]})
    assert answer.status_code == 422
    reviewer.post(
        page("review_revoke", approved),
        KEY | {"line_ids": [line.line_id], "reason": "inactive", "text": "Nobody called for months."},
    )
    text = said(dealer.get(page("registration_detail", approved)))
    assert "Nobody called for months." in text
    assert "Protection was revoked" in text


def test_only_an_administrator_is_offered_to_take_a_mistake_back(reviewer, administrator, approved):
    admin = client_for(administrator)
    assert page("review_revert", approved) not in said(reviewer.get(page("review_detail", approved)))
    assert page("review_revert", approved) in said(admin.get(page("review_detail", approved)))
    assert reviewer.get(page("review_revert", approved)).status_code == 403
    line = approved.lines.get()
    admin.post(
        page("review_revert", approved), KEY | {"line_ids": [line.line_id], "reason": "Wrong file approved."}
    )
    approved.refresh_from_db()
    assert approved.state == State.IN_REVIEW


# --- several at once ----------------------------------------------------------------------------------------------


@pytest.fixture
def three(own, file_deal, dealer_sales, rival, run_jobs):
    """Three in the queue: ``own``, another, and one on hold behind ``own``."""
    other = file_deal(dealer_sales, customer_name="Green Valley Works")
    held = file_deal(rival, customer_name=own.customer_name)
    run_jobs()
    return own, other, held


def choice(*registrations) -> str:
    return urlencode([("row", row.ref) for row in registrations])


def test_the_page_says_what_happens_with_each_and_why_one_cannot(reviewer, three):
    url = reverse("registrations:review_approve_many")
    text = said(reviewer.get(f"{url}?{choice(*three)}"))
    assert "2 registrations are approved" in text
    left_out = text.index("Left out, and why")
    assert text.index("Green Valley Works") < left_out < text.index("claim still stands")
    assert text.count('name="row"') == 2


def test_each_is_approved_by_itself_and_a_refusal_holds_up_no_other(reviewer, three):
    own, other, held = three
    answer = reviewer.post(
        reverse("registrations:review_approve_many"), {"row": [own.ref, held.ref, other.ref]}
    )
    text = said(answer)
    assert "2 rows done." in text
    assert "claim still stands" in text
    for row, state in ((own, State.APPROVED), (other, State.APPROVED)):
        row.refresh_from_db()
        assert row.state == state
    assert held.lines.get().state != State.APPROVED


def test_several_are_rejected_with_one_reason(reviewer, three):
    own, other, _held = three
    url = reverse("registrations:review_reject_many")
    answer = reviewer.post(url, {"row": [own.ref, other.ref]})
    assert answer.status_code == 422
    reviewer.post(url, {"row": [own.ref, other.ref], "reason": "not_qualified", "text": "Not yet."})
    for row in (own, other):
        row.refresh_from_db()
        assert row.state == State.REJECTED
        assert row.lines.get().reason_text == "Not yet."


def test_all_that_the_filters_let_through(reviewer, three):
    queue = reverse("registrations:review_queue")
    answer = reviewer.post(
        queue, {"action": "approve", "everything": "1", "filters": "q=valley"}, follow=True
    )
    text = said(answer)
    assert "1 registration is approved" in text
    assert "Green Valley Works" in text


def test_what_is_not_ones_own_to_decide_is_not_there(other_channel_manager, three):
    client = client_for(other_channel_manager)
    for name in ("approve", "reject"):
        url = reverse(f"registrations:review_{name}_many")
        client.post(url, {"row": [row.ref for row in three], "reason": "not_qualified"})
    assert not Registration.objects.filter(state__in=(State.APPROVED, State.REJECTED)).exists()


def test_who_owns_a_customer_is_told_why_and_it_is_left_out(reviewer, three, channel_manager):
    own, _other, _held = three
    own.customer.owner = channel_manager
    own.customer.save()
    text = said(reviewer.get(f"{reverse('registrations:review_approve_many')}?{choice(*three)}"))
    assert "somebody else has to decide" in text


def test_the_page_asks_as_often_for_three_as_for_one(reviewer, three, count_queries):
    url = reverse("registrations:review_approve_many")
    reviewer.get(f"{url}?{choice(three[0])}")
    for_one = count_queries(reviewer.get, f"{url}?{choice(three[0])}")
    assert count_queries(reviewer.get, f"{url}?{choice(*three)}") == for_one
