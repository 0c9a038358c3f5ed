"""Merging, filing, approving and undoing at once (PostgreSQL): no account lost, never two protections on one scope.

Each race has its positive control: the same with the locks switched off must go wrong.
"""

import threading
import time
from dataclasses import replace
from functools import partial

import pytest
from django.utils import timezone

from core.access.actor import system_actor
from core.jobs.services import run_job
from crm.accounts import services as accounts
from crm.accounts.exceptions import MergeRefused, UndoRefused
from crm.accounts.merging import groups, registry
from crm.accounts.models import Account, AccountQuerySet, Contact, DuplicatePair, Lifecycle, Merge, PairState
from crm.accounts.services import merging
from crm.identity.models import MatchRecord
from deal_registration import guards, services
from deal_registration.exceptions import StillBlocked
from deal_registration.models import Claim, Registration
from deal_registration.services import screening
from tests.cast import Cast, actor_of, run_all_jobs
from tests.races.crowd import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.races, pytest.mark.django_db(transaction=True)]

ACTOR = system_actor("race")
ROUNDS = 12
OURS, THEIRS = "North Star Waterworks Co., Ltd.", "Big Dipper Chemicals Co., Ltd."


def make(name: str) -> Account:
    return accounts.create_account(data={"name": name}, actor=ACTOR, at=timezone.now())


def merge(survivor_pk: int, loser_pk: int):
    return accounts.merge_accounts(survivor_pk, loser_pk, actor=ACTOR, at=timezone.now())


def together(*deeds) -> list[BaseException]:
    """Do everything at once; return what was refused. Anything but a refusal is an error."""
    refused = at_once(list(deeds), lambda deed: deed(), threads=len(deeds))
    unexpected = [
        error for error in refused if not isinstance(error, MergeRefused | UndoRefused | StillBlocked)
    ]
    assert unexpected == [], unexpected
    return refused


def check_nothing_is_lost() -> None:
    """Every account stands, or leads to one that does; index and accounts agree; nothing hangs on a merged one."""
    for account in Account.objects.all():
        kept = Account.objects.get(pk=merging.final_of(account))
        assert kept.lifecycle != Lifecycle.MERGED, f"{account} leads nowhere"
    there = {
        (row.pk, row.group_root_id or row.pk)
        for row in Account.objects.exclude(lifecycle=Lifecycle.MERGED).exclude(kind="partner")
    }
    assert set(MatchRecord.objects.values_list("organisation_id", "group_id")) == there
    merged = Account.objects.filter(lifecycle=Lifecycle.MERGED)
    assert not Contact.objects.filter(account__in=merged).exists()
    assert not Claim.objects.filter(customer__in=merged).exists()
    assert not Registration.objects.filter(customer__in=merged).exists()


def overlapping() -> int:
    """Return how many pairs of protections overlap on one customer and line."""
    rows = list(Claim.objects.filter(state="approved").values_list("customer_id", "line_id"))
    return len(rows) - len(set(rows))


@pytest.fixture
def unlocked(monkeypatch):
    """Switch the locks of merging off, and give everybody time to read before anybody writes."""

    def off() -> None:
        for party in registry.parties():
            monkeypatch.setitem(registry._parties, party.key, replace(party, lock=lambda account_ids: None))

        def read_only(pks):
            rows = Account.objects.select_related("territory", "owner").filter(pk__in=list(pks))
            found = {row.pk: row for row in rows}
            for row in found.values():
                row._locked_by_gate = True
            return found

        monkeypatch.setattr(groups, "lock_with_roots", read_only)

    return off


@pytest.fixture
def slowly(monkeypatch):
    """Let a function take its time after it was done."""

    def slow(module, name: str, seconds: float = 0.4, *, first: bool = False) -> None:
        function = getattr(module, name)

        def slowed(*args, **kwargs):
            if first:
                time.sleep(seconds)
            result = function(*args, **kwargs)
            if not first:
                time.sleep(seconds)
            return result

        monkeypatch.setattr(module, name, slowed)

    return slow


# --- each into the other


def test_each_into_the_other_at_once_leaves_one(db):
    for number in range(ROUNDS):
        one, other = make(f"{OURS} {number}"), make(f"{THEIRS} {number}")
        for account in (one, other):
            accounts.add_contact(account.pk, data={"name": "C"}, actor=ACTOR, at=timezone.now())
        refused = together(partial(merge, one.pk, other.pk), partial(merge, other.pk, one.pk))
        assert len(refused) == 1
        assert Merge.objects.filter(survivor__in=(one, other)).count() == 1
        check_nothing_is_lost()
    assert Contact.objects.count() == 2 * ROUNDS


def test_positive_control_without_locks_each_goes_into_the_other(unlocked, slowly, monkeypatch):
    unlocked()
    monkeypatch.setattr(AccountQuerySet, "comparable_by", lambda rows, actor: rows)  # nor looked at again
    slowly(merging, "_check_two")
    one, other = make(OURS), make(THEIRS)
    together(partial(merge, one.pk, other.pk), partial(merge, other.pk, one.pk))
    assert Account.objects.filter(lifecycle=Lifecycle.MERGED).count() == 2, "both are gone"


def test_three_in_a_ring_at_once_leave_one_or_two(db):
    for number in range(ROUNDS):
        one, two, three = (make(f"{name} {number}") for name in (OURS, THEIRS, "Southern Cross Drives"))
        together(
            partial(merge, one.pk, two.pk), partial(merge, two.pk, three.pk), partial(merge, three.pk, one.pk)
        )
        check_nothing_is_lost()


# --- while somebody files and approves


@pytest.fixture
def contested(db):
    """Protection on one account; on the other a rival's registration that waits, for the same line."""
    cast = Cast()

    def make_round(number: int) -> tuple[Registration, Registration]:
        filed = [
            cast.file_deal(user, customer_name=f"{name} {number}", customer_city="")
            for user, name in ((cast.dealer_sales, OURS), (cast.rival, THEIRS))
        ]
        run_all_jobs()
        cast.approve(Registration.objects.get(pk=filed[0].pk))
        return Registration.objects.get(pk=filed[0].pk), Registration.objects.get(pk=filed[1].pk)

    return cast, make_round


def approval(cast: Cast, registration: Registration):
    line_ids = list(registration.lines.values_list("line_id", flat=True))
    reviewer = actor_of(cast.channel_manager)
    return lambda: services.approve(registration.pk, actor=reviewer, at=timezone.now(), line_ids=line_ids)


def test_merging_while_the_other_is_approved_never_protects_twice(contested):
    cast, make_round = contested
    held = 0
    for number in range(ROUNDS):
        ours, theirs = make_round(number)
        together(approval(cast, theirs), partial(merge, ours.customer_id, theirs.customer_id))
        run_all_jobs()
        assert overlapping() == 0
        check_nothing_is_lost()
        pair = DuplicatePair.objects.get(low=min(ours.customer_id, theirs.customer_id))
        protected = set(
            Claim.objects.filter(state="approved", registration_line__registration__in=(ours, theirs))
            .order_by("pk")
            .values_list("registration_line__registration", flat=True)
        )
        if pair.state == PairState.HELD:
            held += 1
            assert protected == {ours.pk, theirs.pk}  # each on its own account
        else:
            assert protected == {ours.pk}
    assert 0 <= held <= ROUNDS


def test_positive_control_without_locks_and_rule_both_are_protected(contested, unlocked, slowly):
    cast, make_round = contested
    ours, theirs = make_round(0)
    unlocked()
    guards.remove()
    party = registry._parties["deal_registration"]
    asked = threading.Event()

    def hold(survivor, loser, at):
        reason = party.hold(survivor, loser, at)
        asked.set()
        time.sleep(1.5)  # the approval happens between the question and the move
        return reason

    registry._parties[party.key] = replace(party, hold=hold)

    def approve_meanwhile() -> None:
        asked.wait(5)
        approval(cast, theirs)()

    try:
        together(approve_meanwhile, partial(merge, ours.customer_id, theirs.customer_id))
        assert overlapping() == 1
    finally:
        registry._parties[party.key] = party
        Claim.objects.all().delete()
        guards.install()


def test_filing_for_an_account_that_is_being_merged_lands_on_the_one_that_stays(db, slowly):
    cast = Cast()
    slowly(screening, "identify", 0.15)
    for number in range(4):
        kept, gone = make(f"{OURS} {number}"), make(f"{THEIRS} {number}")
        filed = cast.file_deal(cast.dealer_sales, customer_name=f"{THEIRS} {number}", customer_city="")
        jobs = list(filed.lines.values_list("pk", flat=True))
        together(partial(services.screen_line, jobs[0]), partial(merge, kept.pk, gone.pk))
        run_all_jobs()
        filed.refresh_from_db()
        assert filed.customer_id == kept.pk
        check_nothing_is_lost()


def test_positive_control_without_locks_a_claim_is_left_on_the_merged_account(db, slowly, unlocked):
    cast = Cast()
    unlocked()
    kept, gone = make(OURS), make(THEIRS)
    filed = cast.file_deal(cast.dealer_sales, customer_name=THEIRS, customer_city="")
    identified = threading.Event()
    identify = screening.identify

    def slow(registration, at):
        known = identify(registration, at)
        identified.set()
        time.sleep(1.5)
        return known

    screening.identify = slow
    try:

        def merge_meanwhile() -> None:
            identified.wait(5)
            merge(kept.pk, gone.pk)

        line = filed.lines.get().pk
        together(partial(services.screen_line, line), merge_meanwhile)
    finally:
        screening.identify = identify
    assert Claim.objects.get().customer_id == gone.pk


# --- while somebody takes it back


def chain(number: int) -> tuple[Account, Account, Account, Merge]:
    """Return A, B and C with A merged into B, and that merge; A brought a contact along."""
    one, two, three = (make(f"{name} {number}") for name in (OURS, THEIRS, "Southern Cross Drives"))
    accounts.add_contact(one.pk, data={"name": "Of one"}, actor=ACTOR, at=timezone.now())
    return one, two, three, merge(two.pk, one.pk).merge


def undo(done: Merge):
    return accounts.undo_merge(done.pk, actor=ACTOR, at=timezone.now())


def test_merging_on_and_undoing_at_once_leaves_every_row_with_its_account(db):
    for number in range(ROUNDS):
        one, two, three, first = chain(number)
        together(partial(undo, first), partial(merge, three.pk, two.pk))
        check_nothing_is_lost()
        first.refresh_from_db()
        contact = Contact.objects.filter(name="Of one").order_by("-pk").first()
        assert contact.account_id == (one.pk if first.undone_at else three.pk)


def test_positive_control_without_locks_undoing_loses_what_was_moved_on(unlocked, slowly):
    _one, two, three, first = chain(0)
    unlocked()
    checked = threading.Event()
    check = merging._check_undo

    def slow(*args):
        check(*args)
        checked.set()
        time.sleep(1.5)

    merging._check_undo = slow
    try:

        def merge_meanwhile() -> None:
            checked.wait(5)
            merge(three.pk, two.pk)

        together(partial(undo, first), merge_meanwhile)
    finally:
        merging._check_undo = check
    first.refresh_from_db()
    assert first.undone_at is not None
    assert Contact.objects.get().account_id == three.pk, "undone, and yet not back"


def test_undoing_twice_at_once_undoes_once(db):
    for number in range(ROUNDS):
        _one, _two, _three, first = chain(number)
        refused = together(partial(undo, first), partial(undo, first))
        assert len(refused) == 1
        check_nothing_is_lost()


def test_a_job_that_gathers_late_rows_while_somebody_undoes(db):
    from core.jobs.models import Job

    for number in range(ROUNDS):
        one, _two, _three, first = chain(number)
        job = Job.objects.get(kind=merging.GATHER, payload__merge=first.pk)
        Job.objects.filter(pk=job.pk).update(run_at=timezone.now())
        late = Contact.objects.create(account=one, name="Late")
        together(partial(undo, first), partial(run_job, job.pk))
        late.refresh_from_db()
        assert late.account_id == one.pk
        check_nothing_is_lost()
