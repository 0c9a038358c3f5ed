"""Rulings at once, and beside expiry and a rival's filing (PostgreSQL): never two protections that overlap.

Each race has its positive control: the same with the locks and the database's rule off must go wrong.
"""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from core.jobs.services import run_job
from core.workflow import TransitionRefused
from deal_registration import guards
from deal_registration import services as registrations
from deal_registration.disputes import services
from deal_registration.disputes.enums import Outcome
from deal_registration.disputes.exceptions import NewcomerFirst, NotDisputable, NotTheDecider, RulingRefused
from deal_registration.disputes.models import Dispute, Ruling
from deal_registration.disputes.services import case as cases
from deal_registration.disputes.services import ruling as rulings
from deal_registration.exceptions import StillBlocked
from deal_registration.models import Claim
from tests.cast import Cast, actor_of, run_all_jobs
from tests.deal_registration.disputing import FREE, contest
from tests.races.crowd import at_once, waiting_jobs

pytestmark = [pytest.mark.postgres, pytest.mark.races, pytest.mark.django_db(transaction=True)]

ROUNDS = 4
REFUSALS = TransitionRefused | NotTheDecider | NewcomerFirst | RulingRefused | NotDisputable | StillBlocked


def together(*deeds) -> list[BaseException]:
    """Do everything at once; return what was refused. Anything but a refusal is an error."""
    refused = at_once(list(deeds), lambda deed: deed(), threads=len(deeds))
    unexpected = [error for error in refused if not isinstance(error, REFUSALS)]
    assert unexpected == [], unexpected
    return refused


def overlapping() -> int:
    """Return how many pairs of protections overlap in time on one customer and line."""
    rows = list(
        Claim.objects.filter(state="approved").values_list("customer_id", "line_id", "starts_at", "ends_at")
    )
    return sum(
        one[:2] == other[:2] and one[2] < other[3] and other[2] < one[3]
        for number, one in enumerate(rows)
        for other in rows[number + 1 :]
    )


class Stage:
    """One cast, and a new contested customer each round, with two people named to decide."""

    def __init__(self):
        self.cast = Cast()
        self.second = self.cast.make_staff("second_manager", "channel_manager", self.cast.places.east)
        self.number = 0

    def contest(self, **changes):
        """Let the rival be protected on a new customer and own be refused; with the decider."""
        self.number += 1
        name = f"Contested Works {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[self.number]}{self.number} Ltd."
        case = contest(self.cast, customer_name=name, **changes)
        return case, case.deliberated()


@pytest.fixture
def stage(db) -> Stage:
    return Stage()


def test_of_two_deciders_at_once_one_rules(stage):
    for _ in range(ROUNDS):
        case, dispute = stage.contest()
        other = actor_of(stage.second)
        refused = together(
            lambda case=case, dispute=dispute: case.rule(dispute),
            lambda case=case, dispute=dispute, other=other: case.rule(dispute, Outcome.STANDS, "", by=other),
        )
        assert len(refused) == 1
        assert Ruling.objects.filter(dispute=dispute).count() == 1
        run_all_jobs()
        assert overlapping() == 0


def test_a_ruling_at_the_instant_of_expiry_never_leaves_two(stage):
    for _ in range(ROUNDS):
        case, dispute = stage.contest()
        line = case.theirs.lines.get()
        end = timezone.now() + timedelta(milliseconds=60)
        type(line).objects.filter(pk=line.pk).update(protected_until=end)
        Claim.objects.filter(registration_line=line).update(ends_at=end)
        together(
            lambda case=case, dispute=dispute: case.rule(dispute),
            lambda end=end: (time.sleep(0.05), registrations.run_clocks(at=end)),
        )
        assert overlapping() == 0
        assert Claim.objects.filter(state="approved", registration_line__registration=case.own).count() == 1


def test_a_ruling_at_the_instant_of_a_third_filing_never_leaves_two(stage):
    """The scope is given back to nobody while somebody else files it and is screened."""
    for number in range(ROUNDS):
        case, dispute = stage.contest()
        third = stage.cast.save_draft(stage.cast.sub_dealer, customer_name=case.own.customer_name)

        def file(draft=third):
            registrations.submit(draft.pk, actor=actor_of(stage.cast.sub_dealer), at=timezone.now())
            for job in waiting_jobs():
                run_job(job)

        together(
            lambda case=case, dispute=dispute, number=number: case.rule(
                dispute, *((Outcome.AWARD, "own") if number % 2 else (Outcome.NOBODY, ""))
            ),
            file,
        )
        run_all_jobs()
        assert overlapping() == 0


def test_the_same_decision_is_disputed_once(stage):
    for _ in range(ROUNDS):
        stage.number += 1
        name = f"Twice Disputed {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[stage.number]}{stage.number} Ltd."
        case = contest(stage.cast, customer_name=name)
        refused = together(case.open, case.open, case.open)
        assert len(refused) == 2
        assert Dispute.objects.filter(registration=case.own).count() == 1


def test_positive_control_without_locks_and_rule_two_are_protected(stage, monkeypatch):
    """Two rulings for different parties, read by both before either writes: without the guards both stand."""
    case, dispute = stage.contest()
    second_own = stage.cast.file_deal(stage.cast.sub_dealer, customer_name=case.own.customer_name)
    run_all_jobs()
    twin = services.open_dispute(
        second_own.pk,
        actor=actor_of(stage.cast.sub_dealer),
        at=timezone.now(),
        line_ids=[case.lines[0].pk],
        text="We were first.",
    )
    for actor in (actor_of(stage.cast.sub_dealer), case.rival):
        services.say_all(twin.pk, actor=actor, at=timezone.now())

    def unlocked(line_ids):
        return dict.fromkeys(line_ids)

    def slow(*args, **kwargs):
        time.sleep(0.5)  # both have read; now both write
        return []

    from deal_registration.services import protection

    guards.remove()
    monkeypatch.setattr(cases, "lock_lines", unlocked)
    monkeypatch.setattr(cases, "lock_registrations", _reading)
    monkeypatch.setattr(rulings, "newcomers_of", slow)
    monkeypatch.setattr(protection, "still_blocking", lambda *args: frozenset())
    try:
        party = twin.parties.get(is_opener=True)
        from deal_registration.disputes.plans import Plan

        at_once(
            [
                lambda: case.rule(dispute),
                lambda: services.rule(
                    twin.pk,
                    actor=case.manager,
                    at=timezone.now(),
                    plan=Plan(Outcome.AWARD, {case.lines[0].pk: frozenset({party.pk})}),
                    reasons=FREE,
                ),
            ],
            lambda deed: deed(),
            threads=2,
        )
        assert overlapping() > 0
    finally:
        Claim.objects.filter(registration_line__registration=second_own).update(state="ended")
        guards.install()


def _reading(registration_ids):
    """Return registrations and lines without locking them."""
    from deal_registration.models import Registration, RegistrationLine

    rows = list(
        Registration.objects.filter(pk__in=set(registration_ids)).select_related(
            "partner__account", "partner__programme", "territory", "customer", "opportunity", "project"
        )
    )
    lines = {row.pk: [] for row in rows}
    for line in RegistrationLine.objects.filter(registration__in=rows).select_related("line"):
        line._locked_by_gate = True
        lines[line.registration_id].append(line)
    return {row.pk: row for row in rows}, lines
