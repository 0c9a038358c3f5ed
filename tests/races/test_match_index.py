"""Saving, merging, undoing and moving accounts while the match index is rebuilt and repaired without a pause.

Each window of the repair has its positive control: without the lock, what it writes must be found to be wrong.
"""

import random
import threading
import time
from functools import partial

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from core.access.actor import system_actor
from core.jobs.services import run_job
from core.retries import is_collision
from core.workflow import lock_all
from crm import identity
from crm.accounts import services as accounts
from crm.accounts.exceptions import GroupCycle, MergeRefused, UndoRefused
from crm.accounts.models import Account, Lifecycle, Merge
from crm.accounts.services import match_index
from crm.accounts.services.match_index import Findings
from crm.accounts.services.taking_back import take_back_account
from crm.identity import Candidate, indexing
from crm.identity.indexing import kept_profiles
from crm.identity.keys import entries
from crm.identity.models import MatchKey, MatchRecord
from tests.races.crowd import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
on_postgres = pytest.mark.postgres

ACTOR = system_actor("race")
REFUSALS = (MergeRefused, UndoRefused, GroupCycle, Account.DoesNotExist, Merge.DoesNotExist)


class World:
    """Some accounts, and everything that can happen to them. What was refused is no error."""

    def __init__(self, seed: int, size: int) -> None:
        self.rng = random.Random(seed)
        self.lock = threading.Lock()
        self.pks = [self.make(self.name()).pk for _ in range(size)]
        self.merges: list[int] = []

    def name(self) -> str:
        """Return a name unlike all others."""
        with self.lock:
            words = (
                "".join(self.rng.choice("bdfgklmnprstvz") + self.rng.choice("aeiou") for _ in range(4))
                for _ in range(2)
            )
            return " ".join(words).title() + " Works Ltd."

    def one(self) -> int:
        with self.lock:
            return self.rng.choice(self.pks)

    def make(self, name: str) -> Account:
        return accounts.create_account(data={"name": name, "country": "DE"}, actor=ACTOR, at=timezone.now())

    def create(self) -> None:
        self.pks.append(self.make(self.name()).pk)

    def come_and_go(self) -> None:
        pk = self.make(self.name()).pk
        self.remember(pk)
        take_back_account(pk, actor=ACTOR, at=timezone.now())

    def turn_up(self) -> None:
        prospect = accounts.become_prospect(
            candidate=Candidate(self.name()), territory=None, actor=ACTOR, at=timezone.now()
        )
        self.pks.append(prospect.pk)
        accounts.promote(prospect.pk, actor=ACTOR, at=timezone.now(), candidate=Candidate(self.name()))

    def save(self) -> None:
        data = {"name": self.name(), "registry_id": str(self.rng.randrange(10**7, 10**8))}
        accounts.update_account(self.one(), data=data, actor=ACTOR, at=timezone.now())

    def remember(self, pk: int | None = None) -> None:
        accounts.remember_alias(
            pk or self.one(), name=self.name(), source="decision", actor=ACTOR, at=timezone.now()
        )

    def merge(self) -> None:
        outcome = accounts.merge_accounts(self.one(), self.one(), actor=ACTOR, at=timezone.now())
        self.merges.append(outcome.merge.pk)

    def undo(self) -> None:
        with self.lock:
            if not self.merges:
                return
            pk = self.merges.pop(self.rng.randrange(len(self.merges)))
        accounts.undo_merge(pk, actor=ACTOR, at=timezone.now())

    def move(self) -> None:
        parent = self.one() if self.rng.random() < 0.8 else None
        accounts.set_parent(self.one(), parent_pk=parent, actor=ACTOR, at=timezone.now())

    def deeds(self, each: int) -> list:
        """Return everything that can be done, ``each`` times, in any order."""
        kinds = (self.create, self.come_and_go, self.turn_up, self.save, self.save, self.remember)
        deeds = [*kinds, self.merge, self.undo, self.move, self.move] * each
        self.rng.shuffle(deeds)
        return [partial(attempt, deed) for deed in deeds]


def attempt(deed) -> None:
    """Do it, unless it is refused, or PostgreSQL ends it because it and a merge stood in each other's way."""
    try:
        deed()
    except REFUSALS:
        pass
    except OperationalError as error:
        if not is_collision(error):
            raise


def meanwhile(work: list, *keepers, threads: int) -> list[BaseException]:
    """Do all of ``work`` while each keeper goes on and on; return what any of them raised."""
    left = threading.Semaphore(0)
    over = threading.Event()

    def deed(one) -> None:
        try:
            one()
        finally:
            left.release()

    def keep(keeper) -> None:
        while not over.is_set():
            keeper()

    def wait_for_the_end() -> None:
        for _ in work:
            left.acquire()
        over.set()

    first = [partial(keep, keeper) for keeper in keepers] + [wait_for_the_end]
    count = len(first) + threads
    queue = [*first, *(partial(deed, one) for one in work)]
    return at_once(queue, lambda one: one(), threads=count)


def empty_index() -> None:
    MatchRecord.objects.all().delete()
    MatchKey.objects.all().delete()


def check_index() -> None:
    """Index and accounts agree, and every account is found by its own name."""
    assert match_index.check() == Findings()
    wrong = []
    for account in match_index.indexed_accounts():
        found = [match.organisation_id for match in identity.find_matches(Candidate(account.name), limit=40)]
        if account.pk not in found:
            wrong.append(account.name)
    assert wrong == []
    merged = Account.objects.filter(lifecycle=Lifecycle.MERGED)
    assert not MatchRecord.objects.filter(pk__in=merged.values("pk")).exists()


# --- everything at once


@on_postgres
def test_whatever_happens_meanwhile_a_check_finds_nothing_and_mends_nothing(db, monkeypatch):
    """In order all the time: a check that runs meanwhile and finds something is wrong itself."""
    monkeypatch.setattr(match_index, "SLICE", 10)
    world = World(1, 16)
    seen: list[Findings] = []
    checks = partial(lambda repair: seen.append(match_index.check(repair=repair)))
    errors = meanwhile(world.deeds(9), partial(checks, True), partial(checks, False), threads=5)
    assert errors == []
    assert Merge.objects.exists() and Merge.objects.filter(undone_at__isnull=False).exists()
    assert len(seen) > 3 and [one for one in seen if one] == []
    check_index()


@on_postgres
@pytest.mark.parametrize("seed", [2, 3])
def test_an_emptied_index_is_rebuilt_while_everything_happens(db, monkeypatch, seed):
    monkeypatch.setattr(match_index, "BATCH", 5)
    monkeypatch.setattr(match_index, "LOCKED_AT_ONCE", 3)
    world = World(seed, 24)
    write = match_index._write
    monkeypatch.setattr(match_index, "_write", lambda rows: (time.sleep(0.02), write(rows)))
    empty_index()
    job = match_index.start_rebuild(actor=ACTOR)
    work = [match_index.rebuild, partial(run_job, job.pk), *world.deeds(6), match_index.rebuild]
    assert meanwhile(work, threads=6) == []
    job.refresh_from_db()
    assert job.state == "done"
    check_index()


def test_the_same_on_the_embedded_database(db):
    if connection.vendor != "sqlite":
        pytest.skip("the embedded database's own race")
    world = World(4, 8)
    empty_index()
    work = [match_index.rebuild, *world.deeds(6), match_index.rebuild]
    assert meanwhile(work, threads=3) == []
    check_index()


# --- each window by itself, with and without the lock


@pytest.fixture
def window(monkeypatch):
    """Hold a function of the repair open and let something else happen in it."""

    def hold(module, name: str, meanwhile_do, act, *, before: bool, locked: bool) -> None:
        function, reached = getattr(module, name), threading.Event()

        def held(*args, **kwargs):
            result = None if before else function(*args, **kwargs)
            if threading.current_thread() is repairing[0]:
                reached.set()
                time.sleep(1.0)
            return function(*args, **kwargs) if before else result

        def repair() -> None:
            repairing.append(threading.current_thread())
            act()

        def other() -> None:
            assert reached.wait(10), "the window was never open"
            meanwhile_do()

        repairing: list[threading.Thread] = []
        monkeypatch.setattr(module, name, held)
        if not locked:
            monkeypatch.setattr(match_index, "lock_all", lambda rows, **options: list(rows.order_by("pk")))
        errors = at_once([repair, other], lambda deed: deed(), threads=2)
        monkeypatch.setattr(match_index, "lock_all", lock_all)
        monkeypatch.setattr(module, name, function)
        assert errors == []

    return hold


def make(name: str) -> Account:
    return accounts.create_account(data={"name": name}, actor=ACTOR, at=timezone.now())


def rename(account: Account, name: str) -> None:
    accounts.update_account(account.pk, data={"name": name}, actor=ACTOR, at=timezone.now())


both = pytest.mark.parametrize("locked", [True, False], ids=["locked", "positive_control_without_the_lock"])


@on_postgres
@both
def test_an_account_renamed_while_its_entry_is_written(db, window, locked):
    account = make("Before Everything Works")
    empty_index()
    window(
        match_index,
        "_write",
        partial(rename, account, "Something Else GmbH"),
        match_index.rebuild,
        before=True,
        locked=locked,
    )
    assert match_index.check() == (Findings() if locked else Findings(wrong=1))


@on_postgres
@both
def test_a_name_remembered_while_its_entry_is_written(db, window, locked):
    account = make("Before Everything Works")
    MatchRecord.objects.filter(pk=account.pk).update(is_known=False, line="")

    def remember() -> None:
        accounts.remember_alias(
            account.pk, name="Brandname", source="decision", actor=ACTOR, at=timezone.now()
        )

    window(
        indexing,
        "kept_profiles",
        remember,
        partial(match_index.check, repair=True),
        before=False,
        locked=locked,
    )
    assert match_index.check() == (Findings() if locked else Findings(wrong=1))


@on_postgres
@both
def test_a_key_that_is_asked_for_while_it_is_swept(db, window, locked):
    account = make("Before Everything Works")
    renamed = kept_profiles({account.pk: Candidate("Something Else GmbH")})[account.pk]
    there = set(MatchKey.objects.values_list("entry", flat=True))
    coming = sorted(entries(renamed, account.pk) - there)
    MatchKey.objects.bulk_create(MatchKey(entry=entry) for entry in coming)
    window(
        match_index,
        "surplus_among",
        partial(rename, account, "Something Else GmbH"),
        partial(match_index.check, repair=True),
        before=False,
        locked=locked,
    )
    assert match_index.check() == (Findings() if locked else Findings(missing_keys=len(coming)))


@on_postgres
@both
def test_a_merge_taken_back_while_the_entry_of_the_merged_is_taken_away(db, window, locked):
    kept, gone = make("Before Everything Works"), make("Something Else GmbH")
    merge = accounts.merge_accounts(kept.pk, gone.pk, actor=ACTOR, at=timezone.now()).merge
    MatchRecord.objects.create(organisation_id=gone.pk, group_id=gone.pk, line="\nsomething else")
    window(
        identity,
        "unindex",
        partial(accounts.undo_merge, merge.pk, actor=ACTOR, at=timezone.now()),
        partial(match_index.check, repair=True),
        before=True,
        locked=locked,
    )
    assert match_index.check() == (Findings() if locked else Findings(missing=1))


@on_postgres
@both
def test_a_company_moved_while_its_entry_is_written(db, window, locked):
    """Moving a tree writes the groups of companies that it does not lock one by one."""
    root, member, above = make("Before Everything Works"), make("Something Else GmbH"), make("Higher Holding")
    accounts.set_parent(member.pk, parent_pk=root.pk, actor=ACTOR, at=timezone.now())
    MatchRecord.objects.filter(pk=member.pk).update(is_known=False)
    window(
        match_index,
        "_write",
        partial(accounts.set_parent, root.pk, parent_pk=above.pk, actor=ACTOR, at=timezone.now()),
        partial(match_index.check, repair=True),
        before=True,
        locked=locked,
    )
    assert match_index.check() == (Findings() if locked else Findings(wrong=1))
    if locked:
        assert set(MatchRecord.objects.values_list("group_id", flat=True)) == {above.pk}
