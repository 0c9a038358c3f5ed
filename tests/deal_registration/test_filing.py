"""Drafts, submitting, places in the sequence, idempotency, answering."""

from datetime import timedelta

import pytest
from django.utils import timezone
from djmoney.money import Money

from core.access.exceptions import NotAllowed
from core.jobs.idempotency import KeyReused
from core.ledger import facts_of
from core.ledger.models import Event
from core.workflow import TransitionRefused
from deal_registration import services
from deal_registration.enums import State
from deal_registration.exceptions import NotComplete, PartnerMayNotFile
from deal_registration.models import Claim, InformationRequest, LineSequence, Registration
from tests.cast import actor_of

pytestmark = pytest.mark.django_db


def test_draft_keeps_what_was_typed(save_draft, dealer_sales, lines):
    draft = save_draft(dealer_sales, lines=[lines.pumps, lines.valves], own_reference="A-1")
    assert draft.state == State.DRAFT
    assert draft.received_at is None
    assert draft.value == Money("250000.00", "CNY")
    assert set(draft.lines.values_list("line__code", flat=True)) == {"pumps", "valves"}
    assert draft.contacts.get().name == "Chen Wei"
    assert not Event.objects.filter(type="registration.submitted").exists()


def test_draft_is_changed_in_place(save_draft, dealer_sales, lines):
    draft = save_draft(dealer_sales, lines=[lines.pumps])
    services.save_draft(
        actor=actor_of(dealer_sales),
        at=timezone.now(),
        registration=draft,
        data={"customer_name": "Another Name Ltd."},
        contacts=[],
        line_ids=[lines.valves.pk],
    )
    draft.refresh_from_db()
    assert draft.customer_name == "Another Name Ltd."
    assert draft.lines.get().line == lines.valves
    assert not draft.contacts.exists()


def test_rival_cannot_change_submit_or_delete_a_draft(save_draft, dealer_sales, rival):
    draft = save_draft(dealer_sales)
    actor, at = actor_of(rival), timezone.now()
    with pytest.raises(Registration.DoesNotExist):
        services.save_draft(actor=actor, at=at, registration=draft, data={"customer_name": "Mine"})
    with pytest.raises(Registration.DoesNotExist):
        services.submit(draft.pk, actor=actor, at=at)
    with pytest.raises(Registration.DoesNotExist):
        services.delete_draft(draft.pk, actor=actor, at=at)


def test_staff_cannot_file(channel_manager):
    with pytest.raises(NotAllowed):
        services.save_draft(actor=actor_of(channel_manager), at=timezone.now(), data={})


def test_known_customer_must_be_visible(save_draft, dealer_sales, rival_partner):
    with pytest.raises(NotAllowed):
        save_draft(dealer_sales, customer_account=rival_partner.account)


def test_submit_takes_a_place_writes_an_event_and_asks_for_the_check(file_deal, dealer_sales, lines):
    filed = file_deal(dealer_sales, lines=[lines.pumps, lines.valves])
    assert filed.state == State.SCREENING
    assert filed.received_at is not None
    rows = list(filed.lines.all())
    assert [row.sequence_number for row in rows] == [1, 1]
    assert {row.received_at for row in rows} == {filed.received_at}
    event = Event.objects.get(type="registration.submitted")
    assert event.at == filed.received_at
    assert event.partner_id == filed.partner_id
    facts = facts_of(event)
    assert facts["reference"] == filed.ref
    assert facts["value"] == "250000.00 CNY"
    assert facts["lines"] == ["pumps", "valves"]
    assert facts["contacts"][0]["name"] == "Chen Wei"
    assert event.fact_sets.get(subject=f"registration-contacts:{filed.pk}")


def test_numbers_are_gapless_and_times_rise_strictly(file_deal, dealer_sales, rival, lines, time_machine):
    time_machine.move_to("2026-11-02T09:00:00Z", tick=False)
    filed = [
        file_deal(user, customer_name=f"Customer {n} Works")
        for n, user in enumerate([dealer_sales, rival] * 3)
    ]
    rows = [deal.lines.get() for deal in filed]
    assert [row.sequence_number for row in rows] == [1, 2, 3, 4, 5, 6]
    received = [row.received_at for row in rows]
    assert received == sorted(set(received))
    assert LineSequence.objects.get(line=lines.pumps).last_number == 6


@pytest.mark.parametrize(
    "field", ["customer_name", "customer_country", "territory", "value", "expected_close_on"]
)
def test_incomplete_is_refused_at_its_field(save_draft, dealer_sales, field):
    empty = "" if field in ("customer_name", "customer_country") else None
    draft = save_draft(dealer_sales, **{field: empty})
    with pytest.raises(NotComplete) as refusal:
        services.submit(draft.pk, actor=actor_of(dealer_sales), at=timezone.now())
    assert set(refusal.value.errors) == {field}
    draft.refresh_from_db()
    assert draft.state == State.DRAFT
    assert not LineSequence.objects.filter(last_number__gt=0).exists()


def test_without_a_line_it_is_refused(save_draft, dealer_sales):
    draft = save_draft(dealer_sales)
    draft.lines.all().delete()
    with pytest.raises(NotComplete) as refusal:
        services.submit(draft.pk, actor=actor_of(dealer_sales), at=timezone.now())
    assert set(refusal.value.errors) == {"lines"}


def test_partner_without_agreement_may_not_file(save_draft, dealer_sales, own_partner):
    draft = save_draft(dealer_sales)
    own_partner.agreements.update(valid_until=timezone.now() - timedelta(days=1))
    with pytest.raises(PartnerMayNotFile):
        services.submit(draft.pk, actor=actor_of(dealer_sales), at=timezone.now())


def test_suspended_partner_may_not_file(save_draft, dealer_sales, own_partner):
    draft = save_draft(dealer_sales)
    actor = actor_of(dealer_sales)
    own_partner.state = "suspended"
    own_partner.save()
    with pytest.raises(PartnerMayNotFile):
        services.submit(draft.pk, actor=actor, at=timezone.now())


def test_filed_is_not_filed_again(file_deal, dealer_sales):
    filed = file_deal(dealer_sales)
    with pytest.raises(TransitionRefused):
        services.submit(filed.pk, actor=actor_of(dealer_sales), at=timezone.now())


def test_same_key_gives_the_same_filing(save_draft, dealer_sales):
    draft = save_draft(dealer_sales)
    actor, at = actor_of(dealer_sales), timezone.now()
    first = services.submit(draft.pk, actor=actor, at=at, idempotency_key="k1")
    again = services.submit(draft.pk, actor=actor, at=at, idempotency_key="k1")
    assert first.pk == again.pk
    assert Event.objects.filter(type="registration.submitted").count() == 1


def test_same_key_for_another_draft_is_refused(save_draft, dealer_sales):
    one, two = save_draft(dealer_sales), save_draft(dealer_sales, customer_name="Somebody Else Ltd.")
    actor, at = actor_of(dealer_sales), timezone.now()
    services.submit(one.pk, actor=actor, at=at, idempotency_key="k1")
    with pytest.raises(KeyReused):
        services.submit(two.pk, actor=actor, at=at, idempotency_key="k1")


def test_a_key_is_not_spent_by_a_refused_filing(save_draft, dealer_sales):
    draft = save_draft(dealer_sales, customer_name="")
    actor, at = actor_of(dealer_sales), timezone.now()
    with pytest.raises(NotComplete):
        services.submit(draft.pk, actor=actor, at=at, idempotency_key="k1")
    services.save_draft(
        actor=actor,
        at=at,
        registration=draft,
        data={"customer_name": "Now Named Ltd."},
        line_ids=list(draft.lines.values_list("line_id", flat=True)),
    )
    assert services.submit(draft.pk, actor=actor, at=at, idempotency_key="k1").state == State.SCREENING


def test_answer_takes_only_what_was_asked_for(own, dealer_sales, channel_manager, run_jobs):
    at = timezone.now()
    services.request_information(
        own.pk, actor=actor_of(channel_manager), at=at, fields=["customer_city"], message="Which city?"
    )
    with pytest.raises(NotAllowed):
        services.answer_request(own.pk, actor=actor_of(dealer_sales), at=at, data={"customer_name": "Other"})
    place = own.lines.get().sequence_number
    services.answer_request(own.pk, actor=actor_of(dealer_sales), at=at, data={"customer_city": "Suzhou"})
    own.refresh_from_db()
    assert own.state == State.SCREENING
    assert own.customer_city == "Suzhou"
    assert own.lines.get().sequence_number == place
    assert not InformationRequest.objects.filter(answered_at__isnull=True).exists()
    run_jobs()
    own.refresh_from_db()
    assert own.state == State.IN_REVIEW


def test_a_material_change_takes_a_new_place(own, dealer_sales, rival, file_deal, channel_manager, run_jobs):
    later = file_deal(rival, customer_name="Changed Customer Machinery Works")
    run_jobs()
    at = timezone.now()
    services.request_information(
        own.pk, actor=actor_of(channel_manager), at=at, fields=["customer_name"], message="Who is it?"
    )
    services.answer_request(
        own.pk,
        actor=actor_of(dealer_sales),
        at=at,
        data={"customer_name": "Changed Customer Machinery Works"},
    )
    run_jobs()
    own.refresh_from_db()
    assert own.lines.get().sequence_number > later.lines.get().sequence_number
    assert own.state == State.CONFLICT_HOLD
    assert {hit["code"] for hit in own.lines.get().verdict["hits"]} >= {"R06"}


def test_delete_leaves_nothing(save_draft, dealer_sales):
    draft = save_draft(dealer_sales)
    services.delete_draft(draft.pk, actor=actor_of(dealer_sales), at=timezone.now())
    assert not Registration.objects.filter(pk=draft.pk).exists()
    assert not Claim.objects.exists()
