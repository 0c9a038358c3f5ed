"""What a filing does while it holds its product lines: little, and nothing that was decided before the wait."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.ledger import facts_of
from core.ledger.models import Event
from core.search.models import SearchTerm
from core.workflow import TransitionRefused
from deal_registration import services
from deal_registration.enums import State
from deal_registration.exceptions import NotComplete, PartnerMayNotFile
from deal_registration.models import LineSequence, Registration
from deal_registration.services import filing
from tests.cast import actor_of

pytestmark = pytest.mark.django_db

UNDER_THE_LOCK = 9  # lock, lapsed, rows, places, registration, lines, event, facts, job: for one line or many


@pytest.fixture
def meanwhile(monkeypatch):
    """Let something happen after a filing was prepared and before it has its lines."""

    def happens(what) -> None:
        lock_lines = filing.lock_lines

        def late(line_ids):
            what()
            return lock_lines(line_ids)

        monkeypatch.setattr(filing, "lock_lines", late)

    return happens


def _statements_under_the_lock(draft, actor) -> int:
    with CaptureQueriesContext(connection) as seen:
        services.submit(draft.pk, actor=actor, at=timezone.now())
    statements = [query["sql"] for query in seen.captured_queries]
    first = next(number for number, sql in enumerate(statements) if "linesequence" in sql)
    return len([sql for sql in statements[first:] if "SAVEPOINT" not in sql])


def test_statements_under_the_lock_do_not_grow_with_the_lines(save_draft, file_deal, dealer_sales, lines):
    file_deal(dealer_sales, lines=[lines.pumps, lines.valves], customer_name="Sequences Are There Ltd.")
    actor = actor_of(dealer_sales)
    one = save_draft(dealer_sales, lines=[lines.pumps], customer_name="One Line Ltd.")
    both = save_draft(dealer_sales, lines=[lines.pumps, lines.valves], customer_name="Two Lines Ltd.")
    asked_the_time = connection.vendor == "postgresql"
    assert _statements_under_the_lock(one, actor) == UNDER_THE_LOCK + asked_the_time
    assert _statements_under_the_lock(both, actor) == UNDER_THE_LOCK + asked_the_time


def test_a_draft_changed_while_waiting_is_filed_as_changed(save_draft, dealer_sales, meanwhile):
    draft = save_draft(dealer_sales)
    actor = actor_of(dealer_sales)

    def change() -> None:
        row = Registration.objects.get(pk=draft.pk)
        services.save_draft(
            actor=actor,
            at=timezone.now(),
            registration=row,
            data={"customer_name": "Corrected Name Ltd."},
            line_ids=list(row.lines.values_list("line_id", flat=True)),
        )

    meanwhile(change)
    filed = services.submit(draft.pk, actor=actor, at=timezone.now())
    assert filed.customer_name == "Corrected Name Ltd."
    facts = facts_of(Event.objects.get(type="registration.submitted"))
    assert facts["customer_name"] == "Corrected Name Ltd."
    assert "contacts" not in facts
    terms = set(SearchTerm.objects.filter(object_id=draft.pk).values_list("term", flat=True))
    assert "corrected" in terms


def test_a_document_added_while_waiting_is_among_the_facts(save_draft, dealer_sales, meanwhile):
    draft = save_draft(dealer_sales)
    actor = actor_of(dealer_sales)
    upload = SimpleUploadedFile("needs.csv", b"position,product\r\n1,P\r\n", "text/csv")
    meanwhile(lambda: services.attach(draft.pk, upload, actor=actor, at=timezone.now()))
    services.submit(draft.pk, actor=actor, at=timezone.now())
    facts = facts_of(Event.objects.get(type="registration.submitted"))
    assert [stored["name"] for stored in facts["documents"]] == ["needs.csv"]


def test_a_draft_emptied_while_waiting_is_refused(save_draft, dealer_sales, meanwhile):
    draft = save_draft(dealer_sales)
    actor = actor_of(dealer_sales)

    def empty() -> None:
        row = Registration.objects.get(pk=draft.pk)
        services.save_draft(
            actor=actor,
            at=timezone.now(),
            registration=row,
            data={"customer_name": ""},
            line_ids=list(row.lines.values_list("line_id", flat=True)),
        )

    meanwhile(empty)
    with pytest.raises(NotComplete):
        services.submit(draft.pk, actor=actor, at=timezone.now())


def test_other_lines_chosen_while_waiting_refuse_the_filing(save_draft, dealer_sales, lines, meanwhile):
    draft = save_draft(dealer_sales, lines=[lines.pumps])
    actor = actor_of(dealer_sales)

    def choose() -> None:
        row = Registration.objects.get(pk=draft.pk)
        services.save_draft(
            actor=actor, at=timezone.now(), registration=row, data={}, line_ids=[lines.valves.pk]
        )

    meanwhile(choose)
    with pytest.raises(TransitionRefused):
        services.submit(draft.pk, actor=actor, at=timezone.now())
    assert not LineSequence.objects.filter(last_number__gt=0).exists()


def test_filed_by_the_other_click_while_waiting_is_refused(save_draft, dealer_sales, meanwhile, monkeypatch):
    draft = save_draft(dealer_sales)
    actor = actor_of(dealer_sales)
    lock_lines = filing.lock_lines

    def other_click() -> None:
        monkeypatch.setattr(filing, "lock_lines", lock_lines)
        services.submit(draft.pk, actor=actor, at=timezone.now())

    meanwhile(other_click)
    with pytest.raises(TransitionRefused):
        services.submit(draft.pk, actor=actor, at=timezone.now())


@pytest.mark.parametrize("bar", ["suspended", "agreement"])
def test_a_partner_barred_while_waiting_may_not_file(save_draft, dealer_sales, own_partner, meanwhile, bar):
    draft = save_draft(dealer_sales)
    actor = actor_of(dealer_sales)

    def bar_them() -> None:
        if bar == "suspended":
            type(own_partner).objects.filter(pk=own_partner.pk).update(state="suspended")
        else:
            own_partner.agreements.update(valid_until=timezone.now() - timedelta(days=1))

    meanwhile(bar_them)
    with pytest.raises(PartnerMayNotFile):
        services.submit(draft.pk, actor=actor, at=timezone.now())
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_a_draft_deleted_while_waiting_is_gone(save_draft, dealer_sales, meanwhile):
    draft = save_draft(dealer_sales)
    actor = actor_of(dealer_sales)
    meanwhile(lambda: services.delete_draft(draft.pk, actor=actor, at=timezone.now()))
    with pytest.raises(Registration.DoesNotExist):
        services.submit(draft.pk, actor=actor, at=timezone.now())
