"""Changing a filed registration: what keeps its place, what takes a new one, what is another deal; filing again."""

from datetime import timedelta

import pytest
from django.utils import timezone
from djmoney.money import Money

from core.access.exceptions import NotAllowed
from core.documents import files_of
from core.jobs.idempotency import KeyReused
from core.ledger.models import Event
from core.ledger.timelines import facts_of
from core.workflow import TransitionRefused
from deal_registration import services
from deal_registration.enums import ClaimState, State
from deal_registration.exceptions import NeedsNewFiling, NewPlaceNotAccepted, NotComplete
from deal_registration.models import Claim, Registration
from tests import factories
from tests.cast import actor_of

pytestmark = pytest.mark.django_db


def amend(registration, user, **options):
    """Change a registration as ``user``."""
    data = options.pop("data", {})
    return services.amend(registration.pk, actor=actor_of(user), at=timezone.now(), data=data, **options)


def the_event(type_: str = "registration.amended") -> dict:
    """Return the facts of the one event of a type."""
    return facts_of(Event.objects.get(type=type_))


def test_value_and_description_change_at_once_and_keep_the_place(own, dealer_sales):
    before = own.lines.get()
    amend(own, dealer_sales, data={"value": Money("300000", "CNY"), "description": "Six pumps."})
    own.refresh_from_db()
    after = own.lines.get()
    assert own.value == Money("300000", "CNY")
    assert (after.sequence_number, after.received_at, after.state) == (
        before.sequence_number,
        before.received_at,
        before.state,
    )
    facts = the_event()
    assert facts["was"]["value"] == "250000.00 CNY"
    assert facts["now"]["value"] == "300000.00 CNY"
    assert facts["changed"] == ["value", "description"]


def test_contacts_change_with_old_and_new_kept_apart_as_personal(own, dealer_sales):
    amend(own, dealer_sales, contacts=[{"name": "Lin Yu", "phone": "1", "email": "", "job_title": ""}])
    assert [row.name for row in own.contacts.all()] == ["Lin Yu"]
    event = Event.objects.get(type="registration.amended")
    assert [row["name"] for row in facts_of(event)["contacts_was"]] == ["Chen Wei"]
    personal = event.fact_sets.exclude(subject="").get()
    assert set(personal.facts) >= {"contacts", "contacts_was"}


def test_nothing_changed_is_no_event(own, dealer_sales):
    amend(own, dealer_sales, data={"description": own.description})
    assert not Event.objects.filter(type="registration.amended").exists()


def test_a_protected_registration_may_change_what_is_not_material(approved, dealer_sales):
    amend(approved, dealer_sales, data={"purchasing_name": "Trading House", "own_reference": "X-9"})
    approved.refresh_from_db()
    assert (approved.purchasing_name, approved.state) == ("Trading House", State.APPROVED)


def test_an_added_line_takes_a_place_of_its_own_and_the_rest_keeps_its_own(
    own, dealer_sales, rival, file_deal, lines, run_jobs
):
    pumps = own.lines.get()
    file_deal(rival, customer_name="Somebody Else Ltd.", lines=[lines.valves])
    amend(own, dealer_sales, added_line_ids=[lines.valves.pk])
    run_jobs()
    rows = {row.line.code: row for row in own.lines.select_related("line")}
    assert rows["pumps"].sequence_number == pumps.sequence_number
    assert rows["pumps"].received_at == pumps.received_at
    assert rows["valves"].sequence_number == 2
    assert rows["valves"].received_at > pumps.received_at
    assert rows["valves"].state == State.IN_REVIEW
    assert the_event()["added"] == ["valves"]


def test_a_line_may_be_added_beside_a_protected_one(approved, dealer_sales, lines, run_jobs):
    amend(approved, dealer_sales, added_line_ids=[lines.valves.pk])
    run_jobs()
    assert dict(approved.lines.values_list("line__code", "state")) == {
        "pumps": State.APPROVED,
        "valves": State.IN_REVIEW,
    }


def test_another_customer_asks_for_a_yes_to_the_new_place(own, dealer_sales):
    with pytest.raises(NewPlaceNotAccepted):
        amend(own, dealer_sales, data={"customer_name": "Quite Another Plant"})
    own.refresh_from_db()
    assert own.customer_name == "Own Customer Waterworks Co., Ltd."


def test_another_customer_is_a_successor_and_the_old_one_is_superseded(own, dealer_sales, lines, run_jobs):
    place = own.lines.get().sequence_number
    successor = amend(
        own, dealer_sales, data={"customer_name": "Quite Another Plant"}, accepts_new_place=True
    )
    run_jobs()
    own.refresh_from_db()
    successor.refresh_from_db()
    assert (own.state, own.customer_name) == (State.SUPERSEDED, "Own Customer Waterworks Co., Ltd.")
    assert own.lines.get().claim.state == ClaimState.ENDED
    assert (successor.state, successor.predecessor) == (State.IN_REVIEW, own)
    assert successor.lines.get().sequence_number > place
    assert successor.customer != own.customer
    assert [row.name for row in successor.contacts.all()] == ["Chen Wei"]
    assert the_event("registration.superseded")["successor"] == successor.ref
    assert facts_of(Event.objects.get(type="registration.submitted", object_id=successor.pk))[
        "predecessor"
    ] == (own.ref)


def test_what_was_held_behind_the_old_scope_is_checked_again(own, dealer_sales, rival, file_deal, run_jobs):
    second = file_deal(rival, customer_name=own.customer_name)
    run_jobs()
    second.refresh_from_db()
    assert second.state == State.CONFLICT_HOLD
    amend(own, dealer_sales, data={"customer_name": "Quite Another Plant"}, accepts_new_place=True)
    run_jobs()
    second.refresh_from_db()
    assert second.state == State.IN_REVIEW


def test_going_back_to_the_old_customer_does_not_give_the_old_place_back(
    own, dealer_sales, rival, file_deal, run_jobs
):
    name = own.customer_name
    second = file_deal(rival, customer_name=name)
    away = amend(own, dealer_sales, data={"customer_name": "Quite Another Plant"}, accepts_new_place=True)
    run_jobs()
    back = amend(away, dealer_sales, data={"customer_name": name}, accepts_new_place=True)
    run_jobs()
    back.refresh_from_db()
    second.refresh_from_db()
    assert second.state == State.IN_REVIEW
    assert back.state == State.CONFLICT_HOLD


def test_the_customer_of_a_protected_line_is_another_filing(approved, dealer_sales):
    for data in ({"customer_name": "Quite Another Plant"}, {"project_name": "North wing"}):
        with pytest.raises(NeedsNewFiling):
            amend(approved, dealer_sales, data=data, accepts_new_place=True)
    assert Claim.objects.get().state == ClaimState.APPROVED
    assert Registration.objects.count() == 1


def test_documents_go_along_as_copies_of_their_own(own, dealer_sales):
    factories.StoredFileFactory(
        object_type=Registration._meta.label_lower, object_id=own.pk, name="inquiry.pdf"
    )
    successor = amend(
        own, dealer_sales, data={"customer_name": "Quite Another Plant"}, accepts_new_place=True
    )
    (old,), (new,) = files_of(own), files_of(successor)
    assert (new.name, new.sha256) == (old.name, old.sha256)
    assert new.content.name != old.content.name


def test_the_same_key_replaces_once(own, dealer_sales):
    options = {
        "data": {"customer_name": "Quite Another Plant"},
        "accepts_new_place": True,
        "idempotency_key": "k" * 20,
    }
    assert amend(own, dealer_sales, **options) == amend(own, dealer_sales, **options)
    assert Registration.objects.count() == 2
    with pytest.raises(KeyReused):
        amend(own, dealer_sales, **(options | {"data": {"customer_name": "A third one"}}))


def test_what_a_filing_needs_cannot_be_emptied(own, dealer_sales):
    with pytest.raises(NotComplete):
        amend(own, dealer_sales, data={"value": None})
    own.refresh_from_db()
    assert own.value is not None


def test_the_territory_is_not_its_dealers_to_change(own, dealer_sales, places):
    with pytest.raises(NotAllowed):
        amend(own, dealer_sales, data={"territory": places.north})


def test_only_its_own_dealer_changes_a_live_one(own, rival, channel_manager, dealer_sales):
    with pytest.raises(Registration.DoesNotExist):
        amend(own, rival, data={"description": "Mine now"})
    with pytest.raises(NotAllowed):
        amend(own, channel_manager, data={"description": "Ours"})
    services.withdraw(own.pk, actor=actor_of(dealer_sales), at=timezone.now())
    with pytest.raises(TransitionRefused):
        amend(own, dealer_sales, data={"description": "Too late"})


def test_filed_again_everything_typed_is_carried_over(approved, dealer_sales, clock):
    factories.StoredFileFactory(
        object_type=Registration._meta.label_lower, object_id=approved.pk, name="inquiry.pdf"
    )
    end = approved.lines.get().protected_until
    services.run_clocks(at=end)
    draft = services.file_again(approved.pk, actor=actor_of(dealer_sales), at=end + timedelta(days=1))
    assert (draft.state, draft.predecessor) == (State.DRAFT, approved)
    assert draft.customer_name == approved.customer_name
    assert draft.value == approved.value
    assert [row.name for row in draft.contacts.all()] == ["Chen Wei"]
    assert list(draft.lines.values_list("line__code", flat=True)) == ["pumps"]
    assert [file.name for file in files_of(draft)] == ["inquiry.pdf"]


def test_a_live_one_is_not_filed_again_nor_is_a_rivals(own, dealer_sales, rival):
    with pytest.raises(TransitionRefused):
        services.file_again(own.pk, actor=actor_of(dealer_sales), at=timezone.now())
    with pytest.raises(Registration.DoesNotExist):
        services.file_again(own.pk, actor=actor_of(rival), at=timezone.now())
