"""What a partner hears at each level a programme may set: on the page, by notice, on the timeline, in the receipt."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from core.ledger.models import Event
from core.notifications import kinds
from core.notifications.following import follow
from core.notifications.models import Notification
from core.notifications.words import words_of
from crm.accounts.models import HouseListing
from deal_registration.enums import State
from partners.terms import Disclosure
from tests.cast import actor_of, client_for

pytestmark = pytest.mark.django_db

NOTHING, CLASS, RELEASE = Disclosure.NOTHING, Disclosure.CLASS, Disclosure.CLASS_AND_RELEASE


@pytest.fixture
def tell_everybody(run_jobs):
    """Do the work and let every event be told."""

    def run() -> None:
        run_jobs()
        for event in Event.objects.order_by("pk"):
            follow(event)
        run_jobs()

    return run


@pytest.fixture
def heard(rival, file_deal, tell_everybody, programme, set_terms):
    """File as the rival under a level; return the state, and all that is heard of it by place."""

    def hear(level: str, customer: str) -> tuple[str, dict[str, str]]:
        set_terms(programme, disclosure=level)
        filed = file_deal(rival, customer_name=customer)
        tell_everybody()
        filed.refresh_from_db()
        client, actor = client_for(rival), actor_of(rival)
        page = client.get(reverse("registrations:registration_detail", args=[filed.ref])).content.decode()
        notices = [
            words_of(
                kinds()[row.kind],
                row.context,
                actor=actor,
                event_type=row.context["event_type"],
                event_at=row.created_at,
            )
            for row in Notification.objects.filter(user=rival)
        ]
        receipt = client.get(reverse("registrations:receipt_json", args=[filed.ref])).content.decode()
        main, _slash, rest = page.partition("What happened")
        return filed.state, {
            "page": main,
            "timeline": rest,
            "notices": "\n".join(f"{row.title}\n{row.text}" for row in notices),
            "receipt": receipt,
        }

    return hear


def release_day(approved) -> str:
    """The day on which the rival's protection ends, as pages write it."""
    from django.utils.formats import date_format

    return date_format(timezone.localtime(approved.lines.get().protected_until), "DATE_FORMAT")


def nowhere(heard: dict[str, str], *words: str) -> None:
    """Assert that none of ``words`` is heard anywhere."""
    for place, text in heard.items():
        for word in words:
            assert word not in text, (place, word)


SECRETS = ("Own Machinery", "OWN-1", "250,000.00 CNY of")
OF_A_RIVAL = ("another partner", "Another partner", "Rejected", "On hold", "duplicate", "Duplicate")


def test_nothing_a_taken_scope_looks_like_any_other(approved, heard):
    taken, about_taken = heard(NOTHING, approved.customer_name)
    assert taken == State.IN_REVIEW
    assert "Received, in review" in about_taken["page"]
    nowhere(about_taken, *SECRETS, *OF_A_RIVAL, release_day(approved), "R05")
    free, about_free = heard(NOTHING, "Nobody Knows Paper Mill Ltd.")
    assert free == State.IN_REVIEW
    told = [text[text.index('class="told ') : text.index("</div>", text.index('class="told '))]
            for text in (about_taken["page"], about_free["page"])]  # fmt: skip
    assert told[0] == told[1]


def test_nothing_a_hold_looks_like_any_other_and_goes_on_by_itself(own, heard, channel_manager, run_jobs):
    from deal_registration import services
    from deal_registration.models import Registration

    held, about = heard(NOTHING, own.customer_name)
    assert held == State.IN_REVIEW
    nowhere(about, *SECRETS, *OF_A_RIVAL, "earlier claim", "R06")
    services.reject(
        own.pk,
        actor=actor_of(channel_manager),
        at=timezone.now(),
        line_ids=[own.lines.get().line_id],
        reason="not_qualified",
    )
    run_jobs()
    line = Registration.objects.exclude(pk=own.pk).get().lines.get()
    assert line.verdict["hits"] == []


def test_class_says_that_it_is_taken_and_not_until_when(approved, heard):
    state, about = heard(CLASS, approved.customer_name)
    assert state == State.REJECTED
    assert "protected for another partner" in about["page"]
    assert "another registration came first" in about["notices"]
    nowhere(about, *SECRETS, release_day(approved))
    assert approved.lines.get().protected_until.date().isoformat() not in json.dumps(about)


def test_release_date_is_told_at_the_last_level(approved, heard):
    state, about = heard(RELEASE, approved.customer_name)
    assert state == State.REJECTED
    assert release_day(approved) in about["page"]
    nowhere(about, *SECRETS)
    assert release_day(approved) not in about["timeline"] + about["receipt"]


@pytest.mark.parametrize("level", [CLASS, RELEASE])
def test_a_house_account_is_in_review_at_every_level(approved, heard, level):
    HouseListing.objects.create(
        account=approved.customer, valid_from=timezone.now() - timezone.timedelta(days=9)
    )
    approved.lines.get().claim.delete()
    state, about = heard(level, approved.customer_name)
    assert state == State.IN_REVIEW
    assert "A person has to look" in about["page"]
    nowhere(about, *SECRETS, "house", "House", "serves this customer", "R08")
