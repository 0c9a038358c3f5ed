"""The match index against the accounts: checking, repairing and rebuilding it while the portal serves.

What looks wrong is looked at again with the account locked, as the services lock it that save it: whatever is saved,
merged or undone meanwhile, what is found is wrong, and what is written is what the account says. Accounts that look
right are not locked at all. Merged accounts are in no index.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import astuple, dataclass, field

from django.db import transaction
from django.db.models import Exists, OuterRef

from core import jobs
from core.access.actor import Actor
from core.access.guards import require
from core.jobs.models import Job, JobState
from core.jobs.services import LeaseLost
from core.retries import retry_on_collision
from core.workflow import lock_all
from crm import identity
from crm.identity.indexing import (
    LAST_ID,
    kept_profiles,
    missing_keys,
    organisation_of,
    surplus_among,
    surplus_keys,
)
from crm.identity.models import MatchKey, MatchRecord

from ..models import Account, Lifecycle
from .accounts import candidate_of

REBUILD = "accounts.rebuild_index"
BATCH = 500
LOCKED_AT_ONCE = 50
SLICE = 20_000
Report = Callable[[int, int], None]


@dataclass
class Findings:
    """What was found: accounts without an entry or with a wrong one, entries of nobody, keys missing and too many."""

    missing: int = 0
    wrong: int = 0
    orphans: int = 0
    missing_keys: int = 0
    surplus_keys: int = 0
    accounts: int = field(default=0, compare=False)

    def __bool__(self) -> bool:
        return self.total > 0

    @property
    def total(self) -> int:
        """How much differs."""
        return sum(astuple(self)) - self.accounts

    def add(self, other: "Findings") -> None:
        """Take in what was found elsewhere."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def indexed_accounts():
    """Return the accounts that belong in the index: all but merged ones."""
    return Account.objects.exclude(lifecycle=Lifecycle.MERGED)


def is_lacking() -> bool:
    """Tell whether any account has no entry at all: an upgrade emptied the index, or a rebuild was ended."""
    there = MatchRecord.objects.filter(pk=OuterRef("pk"))
    return indexed_accounts().filter(~Exists(there)).exists()


# --- the whole index


def check(report: Report = lambda done, total: None, *, repair: bool = False) -> Findings:
    """Compare the index with the accounts; with ``repair`` mend what differs. Returns what was found.

    ``report(done, total)`` is called after each batch of accounts.
    """
    findings = Findings()
    total, last = indexed_accounts().count(), 0
    while True:
        last, found = check_batch(last, repair=repair)
        if not last:
            break
        findings.add(found)
        report(findings.accounts, max(total, findings.accounts))
    findings.add(_sweep(repair=repair))
    return findings


def rebuild(report: Report = lambda done, total: None) -> int:
    """Write what differs from the accounts anew, all of it where the index is empty; return how much that was."""
    return check(report, repair=True).total


def start_rebuild(*, actor: Actor) -> Job:
    """Let the index be rebuilt by a job; while one runs, that one is returned. Raises ``NotAllowed``."""
    require(actor, "settings.manage")
    last = Job.objects.filter(kind=REBUILD).order_by("-pk").first()
    if last is not None and last.state in (JobState.WAITING, JobState.RUNNING):
        return last
    return jobs.enqueue(
        REBUILD, f"{REBUILD}:{last.pk if last else 0}", {"after": 0, "done": 0}, started_by=actor.user_id
    )


def rebuild_by_job(job: Job) -> None:
    """Rebuild from where the job stands; raises ``LeaseLost`` where another worker took over."""
    total = max(indexed_accounts().count(), 1)
    while True:
        last, found = check_batch(job.payload["after"], repair=True)
        if not last:
            break
        job.payload = {"after": last, "done": job.payload["done"] + found.accounts}
        ours = Job.objects.filter(pk=job.pk, fence=job.fence, state=JobState.RUNNING)
        if not ours.update(payload=job.payload):
            raise LeaseLost
        jobs.report(job, 100 * job.payload["done"] // total)
    _sweep(repair=True, pulse=lambda: jobs.report(job, 99))


# --- what accounts say


def check_batch(after: int, *, repair: bool) -> tuple[int, Findings]:
    """Compare the entries of the next accounts; return (the last one's id or 0 at the end, what was found)."""
    accounts = list(indexed_accounts().filter(pk__gt=after).order_by("pk")[:BATCH])
    if not accounts:
        return 0, Findings()
    found = Findings(accounts=len(accounts))
    _seen, suspects = _compare(accounts)
    held: list[int] = []
    for at in range(0, len(suspects), LOCKED_AT_ONCE):
        some = suspects[at : at + LOCKED_AT_ONCE]
        looked_at = _check_locked(some, found, repair=repair, skip_locked=True)
        held += [pk for pk in some if pk not in looked_at]
    for pk in held:
        _check_locked([pk], found, repair=repair)
    return accounts[-1].pk, found


@retry_on_collision
def _check_locked(
    pks: Collection[int], found: Findings, *, repair: bool, skip_locked: bool = False
) -> set[int]:
    """Compare accounts under their locks and add to ``found`` what differs; return those that were looked at.

    Several are locked only where nobody else holds them: whoever waits here holds nothing, so that moving a tree of
    companies, which locks them in another order, never meets a deadlock.
    """
    with transaction.atomic():
        accounts = lock_all(indexed_accounts().filter(pk__in=pks), skip_locked=skip_locked)
        seen, differing = _compare(accounts)
        if repair and differing:
            _write([account for account in accounts if account.pk in set(differing)])
    found.add(seen)
    return {account.pk for account in accounts}


def _compare(accounts: Collection[Account]) -> tuple[Findings, list[int]]:
    """Return what differs, and the ids of the accounts whose entry or keys it is."""
    found, differing = Findings(), set()
    records = MatchRecord.objects.in_bulk([account.pk for account in accounts])
    profiles = kept_profiles(
        {account.pk: candidate_of(account) for account in accounts if account.pk in records}
    )
    for account in accounts:
        record = records.get(account.pk)
        if record is None:
            found.missing += 1
        elif (record.line, record.group_id, record.is_known) != (
            profiles[account.pk].packed(),
            account.group_root_id or account.pk,
            account.lifecycle == Lifecycle.ACCOUNT,
        ):
            found.wrong += 1
        else:
            continue
        differing.add(account.pk)
    for entry in missing_keys(account.pk for account in accounts if account.pk not in differing):
        found.missing_keys += 1
        differing.add(organisation_of(entry))
    return found, sorted(differing)


def _write(accounts: Iterable[Account]) -> None:
    """Write the entries of locked accounts anew, and the keys they lack."""
    pks = []
    for account in accounts:
        pks.append(account.pk)
        identity.index(
            account.pk,
            candidate_of(account),
            group_id=account.group_root_id or account.pk,
            is_known=account.lifecycle == Lifecycle.ACCOUNT,
        )
    lacking = [MatchKey(entry=entry) for entry in missing_keys(pks)]
    MatchKey.objects.bulk_create(lacking, ignore_conflicts=True)


# --- what nobody says


def _sweep(*, repair: bool, pulse: Callable[[], None] = lambda: None) -> Findings:
    """Look for entries and keys that no account stands behind; ``pulse()`` is called between the pieces."""
    found = Findings()
    alive = indexed_accounts().filter(pk=OuterRef("pk"))
    for pk in list(MatchRecord.objects.filter(~Exists(alive)).order_by("pk").values_list("pk", flat=True)):
        found.orphans += _is_orphan(pk, repair=repair)
    pulse()
    for above, up_to in _slices():
        by_account: dict[int, list[int]] = defaultdict(list)
        for key in surplus_keys(above=above, up_to=up_to):
            by_account[organisation_of(key)].append(key)
        for pk, keys in by_account.items():
            found.surplus_keys += _surplus_of(pk, keys, repair=repair)
        pulse()
    return found


def _slices() -> Iterable[tuple[int, int]]:
    """Yield (above, up to) of ids in pieces that fit in memory; the last one goes to the end of all ids."""
    newest = Account.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    starts = range(0, max(newest, 1), SLICE)
    return [(above, above + SLICE if above != starts[-1] else LAST_ID) for above in starts]


@retry_on_collision
def _is_orphan(pk: int, *, repair: bool) -> bool:
    """Tell whether an entry is still there and still nobody's once its account is locked; ``repair`` takes it away."""
    with transaction.atomic():
        accounts = lock_all(Account.objects.filter(pk=pk))
        if any(account.lifecycle != Lifecycle.MERGED for account in accounts):
            return False
        if not MatchRecord.objects.filter(pk=pk).exists():
            return False
        if repair:
            identity.unindex(pk)
    return True


@retry_on_collision
def _surplus_of(pk: int, keys: list[int], *, repair: bool) -> int:
    """Return how many keys are still too many once their account is locked; ``repair`` takes them away."""
    with transaction.atomic():
        lock_all(Account.objects.filter(pk=pk))
        surplus = surplus_among(keys)
        if repair and surplus:
            MatchKey.objects.filter(entry__in=surplus).delete()
    return len(surplus)
