"""The database's own rule on claims, tried past the code."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from deal_registration import guards
from deal_registration.models import Claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def scope(approved, rival_registration):
    """The approved claim, and how to insert another of the rival past the code."""
    mine = Claim.objects.get(state="approved")
    line = rival_registration.lines.get()
    Claim.objects.filter(registration_line=line).delete()

    def insert(**changes):
        values = {
            "partner_id": rival_registration.partner_id,
            "customer_id": mine.customer_id,
            "project_id": mine.project_id,
            "line_id": mine.line_id,
            "kind": "registration",
            "state": "approved",
            "sequence_number": 99,
            "starts_at": mine.starts_at,
            "ends_at": mine.ends_at,
            "registration_line": line,
            **changes,
        }
        with transaction.atomic():
            claim = Claim.objects.create(**values)
        return claim

    insert.mine = mine
    return insert


def test_a_second_approved_claim_is_refused(scope):
    with pytest.raises(IntegrityError, match=guards.CONSTRAINT):
        scope()


def test_a_pending_one_cannot_be_turned_into_a_second(scope):
    claim = scope(state="pending", ends_at=None)
    with pytest.raises(IntegrityError, match=guards.CONSTRAINT), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(state="approved", ends_at=scope.mine.ends_at)


def test_a_named_project_meets_the_whole_customer(scope):
    from tests import factories

    project = factories.ProjectFactory(account=scope.mine.customer)
    with pytest.raises(IntegrityError):
        scope(project_id=project.pk)


def test_two_named_projects_do_not_meet(scope):
    from tests import factories

    one, other = (factories.ProjectFactory(account=scope.mine.customer) for _ in range(2))
    Claim.objects.filter(pk=scope.mine.pk).update(project=one)
    scope(project_id=other.pk)


def test_one_instant_may_end_what_another_begins(scope):
    scope(starts_at=scope.mine.ends_at, ends_at=scope.mine.ends_at + timedelta(days=90))


def test_one_instant_of_overlap_is_refused(scope):
    with pytest.raises(IntegrityError):
        scope(
            starts_at=scope.mine.ends_at - timedelta(microseconds=1),
            ends_at=scope.mine.ends_at + timedelta(days=9),
        )


def test_other_kinds_and_ended_ones_do_not_count(scope):
    scope(kind="lead", registration_line=None)
    scope(state="ended")


def test_positive_control_without_the_guard_it_passes(scope):
    guards.remove()
    try:
        assert not guards.is_installed()
        scope().delete()
    finally:
        guards.install()
    assert guards.is_installed()


def test_check_reports_a_missing_guard():
    from deal_registration.checks import one_approved_per_scope

    assert one_approved_per_scope(None, databases=["default"]) == []
    guards.remove()
    try:
        assert [error.id for error in one_approved_per_scope(None, databases=["default"])] == [
            "deal_registration.E001"
        ]
    finally:
        guards.install()
        assert connection.in_atomic_block
