"""Slots and hoarding: a pure rule, what is counted, and who is shown it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from deal_registration import services
from deal_registration.enums import State
from deal_registration.holding import holding_of, own_holding
from deal_registration.models import Registration, RegistrationLine
from deal_registration.slots import Record, SlotRule, slots
from partners.selectors import terms_at
from partners.terms import ProgrammeTerms
from tests.cast import actor_of, client_for

counts = st.integers(0, 400)
rules = st.builds(
    lambda floor, above, over, honest, silent: SlotRule(
        floor + above, floor, floor + above + over, honest, silent
    ),
    st.integers(1, 50),
    st.integers(0, 50),
    st.integers(0, 50),
    st.integers(0, 5),
    st.integers(0, 5),
)
endings = st.lists(st.sampled_from(["honest", "silent"]), max_size=60)


def record_of(found: list[str]) -> Record:
    """Count endings, in whatever order they came."""
    return Record(found.count("honest"), found.count("silent"))


@given(endings, rules)
def test_an_honest_close_never_lowers_and_a_silent_expiry_never_raises(found, rule):
    before = slots(record_of(found), rule)
    assert slots(record_of([*found, "honest"]), rule) >= before
    assert slots(record_of([*found, "silent"]), rule) <= before


@given(endings, st.randoms(), rules)
def test_the_order_of_endings_does_not_matter(found, random, rule):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert slots(record_of(found), rule) == slots(record_of(shuffled), rule)


@given(counts, counts, rules)
def test_slots_stay_within_floor_and_ceiling(honest, silent, rule):
    assert rule.floor <= slots(Record(honest, silent), rule) <= rule.ceiling


def test_whoever_has_no_record_begins_with_the_base():
    assert slots(Record(), SlotRule.of(ProgrammeTerms())) == 20
    assert slots(Record(honest=3, silent=2), SlotRule.of(ProgrammeTerms())) == 21


def held(partner):
    """What a partner holds now."""
    now = timezone.now()
    return holding_of(partner.pk, terms_at(partner, now), now)


@pytest.mark.django_db
def test_drafts_and_what_has_ended_are_not_open(
    own_partner, own, save_draft, file_deal, dealer_sales, run_jobs
):
    save_draft(dealer_sales)
    gone = file_deal(dealer_sales, customer_name="Withdrawn Paper Mill Ltd.")
    run_jobs()
    assert held(own_partner).open == 2
    services.withdraw(gone.pk, actor=actor_of(dealer_sales), at=timezone.now())
    assert held(own_partner).open == 1


@pytest.mark.django_db
def test_idle_is_what_awaits_its_dealer_and_saw_nothing(own_partner, approved, channel_manager):
    long_ago = timezone.now() - timedelta(days=31)
    assert held(own_partner).idle == 0
    Registration.objects.update(last_activity_at=long_ago)
    assert held(own_partner).idle == 1
    approved.opportunity.last_activity_at = timezone.now() - timedelta(days=2)
    approved.opportunity.save()
    assert held(own_partner).idle == 0


@pytest.mark.django_db
def test_what_waits_for_the_manufacturer_is_not_idle(own_partner, own):
    Registration.objects.update(last_activity_at=timezone.now() - timedelta(days=99))
    assert own.state == State.IN_REVIEW
    assert held(own_partner).idle == 0


@pytest.mark.django_db
def test_won_in_time_earns_and_silence_costs(
    own_partner, approved, dealer_sales, file_deal, making, run_jobs
):
    services.mark_won(approved.pk, actor=actor_of(dealer_sales), at=timezone.now())
    assert held(own_partner).slots == 21
    other = file_deal(dealer_sales, customer_name="Silent Steel Works Ltd.")
    run_jobs()
    making.approve(other)
    later = timezone.now() + timedelta(days=91)
    services.run_clocks(at=later)
    other.refresh_from_db()
    assert other.state == State.EXPIRED
    found = holding_of(own_partner.pk, terms_at(own_partner, later), later)
    assert (found.record, found.slots) == (Record(1, 1), 20)
    much_later = later + timedelta(days=366)
    assert holding_of(own_partner.pk, terms_at(own_partner, later), much_later).record == Record()


@pytest.mark.django_db
def test_more_open_than_slots_is_looked_at_by_a_person(
    dealer_sales, own_partner, programme, set_terms, file_deal, lines, run_jobs
):
    set_terms(programme, slots=2, slots_floor=1)
    filed = [file_deal(dealer_sales, customer_name=f"{name} Waterworks Ltd.") for name in ("Anton", "Berta")]
    run_jobs()
    third = file_deal(dealer_sales, customer_name="Caesar Waterworks Ltd.")
    run_jobs()
    first, second, last = (RegistrationLine.objects.get(registration=row) for row in (*filed, third))
    assert [hit["code"] for hit in first.verdict["hits"]] == []
    assert [hit["code"] for hit in second.verdict["hits"]] == []
    assert [hit["code"] for hit in last.verdict["hits"]] == ["R13"]
    assert last.verdict["counterfactuals"] == [
        {"change": "fewer_open", "codes": ["R13"], "count": 1, "class": "clear"}
    ]


@pytest.mark.django_db
def test_what_was_filed_later_does_not_count_against_an_earlier_filing(
    dealer_sales, programme, set_terms, file_deal, run_jobs
):
    set_terms(programme, slots=1, slots_floor=1)
    first = file_deal(dealer_sales, customer_name="Anton Waterworks Ltd.")
    file_deal(dealer_sales, customer_name="Berta Waterworks Ltd.")
    run_jobs()
    assert first.lines.get().verdict["hits"] == []


@pytest.mark.django_db
def test_a_dealer_sees_its_own_slots_and_nobody_elses(
    own, rival_registration, dealer_sales, rival, channel_manager, sub_dealer
):
    assert own_holding(actor_of(dealer_sales), timezone.now()).open == 1
    assert own_holding(actor_of(channel_manager), timezone.now()) is None
    for address in (reverse("registrations:registration_list"), reverse("portal:dashboard")):
        assert "1 of 20 slots in use" in client_for(dealer_sales).get(address).content.decode()
        assert "slots in use" not in client_for(channel_manager).get(address).content.decode()
    assert (
        "0 of 20 slots in use"
        in client_for(sub_dealer).get(reverse("registrations:registration_list")).content.decode()
    )
