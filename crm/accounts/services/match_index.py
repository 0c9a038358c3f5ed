"""The match index against the accounts: rebuilding it while the portal serves, checking and repairing it.

Each account is locked while its entry is written, as by the services that save it, so that whatever is saved, merged or
undone meanwhile the index says what the account says. Merged accounts are in no index.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import transaction

from core import jobs
from core.access.actor import Actor
from core.access.guards import require
from core.jobs.models import Job
from core.retries import retry_on_collision
from core.workflow import lock_all
from crm import identity
from crm.identity.indexing import kept_profile, missing_keys, surplus_keys
from crm.identity.models import MatchKey, MatchRecord

from ..models import Account, Lifecycle
from .accounts import candidate_of

REBUILD = "accounts.rebuild_index"
BATCH = 200
Report = Callable[[int, int], None]


@dataclass
class Findings:
    """What a check found: accounts without an entry or with a wrong one, entries and keys of nobody."""

    accounts: int = 0
    wrong: int = 0
    orphans: int = 0
    missing_keys: int = 0
    surplus_keys: int = 0

    def __bool__(self) -> bool:
        return bool(self.wrong or self.orphans or self.missing_keys or self.surplus_keys)


def indexed_accounts():
    """Return the accounts that belong in the index: all but merged ones."""
    return Account.objects.exclude(lifecycle=Lifecycle.MERGED)


@retry_on_collision
def index_batch(after: int) -> tuple[int, int, int]:
    """Write the entries of the next accounts; return (last id or 0 at the end, how many, how many differed)."""
    with transaction.atomic():
        ids = list(
            indexed_accounts().filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH]
        )
        if not ids:
            return 0, 0, 0
        accounts = lock_all(indexed_accounts().filter(pk__in=ids))
        changed = sum(_index(account) for account in accounts)
        return ids[-1], len(ids), changed


def _index(account: Account) -> bool:
    """Write the entry of one account; return whether it differed."""
    return identity.index(
        account.pk,
        candidate_of(account),
        group_id=account.group_root_id or account.pk,
        is_known=account.lifecycle == Lifecycle.ACCOUNT,
    )


def rebuild(report: Report = lambda done, total: None, *, after: int = 0, done: int = 0) -> int:
    """Write the whole index anew, account by account, and take away what no account stands behind.

    Returns how many entries differed. ``report(done, total)`` is called after each batch; ``after`` and ``done`` let a
    job go on where an earlier one stopped.
    """
    total, changed = indexed_accounts().count(), 0
    while True:
        last, count, differed = index_batch(after)
        if not count:
            break
        after, done, changed = last, done + count, changed + differed
        report(done, max(total, done))
    return changed + _take_away(repair=True)[0] + _sweep_keys(repair=True)


def start_rebuild(*, actor: Actor) -> Job:
    """Let the index be rebuilt by a job; while one runs, that one is returned. Raises ``NotAllowed``."""
    require(actor, "settings.manage")
    last = Job.objects.filter(kind=REBUILD).order_by("-pk").first()
    if last is not None and last.state in ("waiting", "running"):
        return last
    return jobs.enqueue(
        REBUILD, f"{REBUILD}:{last.pk if last else 0}", {"after": 0, "done": 0}, started_by=actor.user_id
    )


def rebuild_by_job(job: Job) -> None:
    """Rebuild from where the job stands; raises ``LeaseLost`` where another worker took over."""
    total = max(indexed_accounts().count(), 1)
    while True:
        last, count, _differed = index_batch(job.payload["after"])
        if not count:
            break
        job.payload = {"after": last, "done": job.payload["done"] + count}
        job.save(update_fields=["payload"])
        jobs.report(job, 100 * job.payload["done"] // total)
    _take_away(repair=True)
    _sweep_keys(repair=True)


def check(report: Report = lambda done, total: None, *, repair: bool = False) -> Findings:
    """Compare the index with the accounts; with ``repair`` mend what differs. Returns what was found."""
    findings = Findings()
    total, after = indexed_accounts().count(), 0
    while True:
        accounts = list(indexed_accounts().filter(pk__gt=after).order_by("pk")[:BATCH])
        if not accounts:
            break
        after = accounts[-1].pk
        findings.accounts += len(accounts)
        wrong = _differing(accounts)
        findings.missing_keys += sum(1 for _key in missing_keys({one.pk for one in accounts} - wrong))
        findings.wrong += len(wrong)
        if repair:
            _mend(one.pk for one in accounts)
        report(findings.accounts, max(total, findings.accounts))
    findings.orphans, _pks = _take_away(repair=repair)
    findings.surplus_keys = _sweep_keys(repair=repair)
    return findings


def _differing(accounts: list[Account]) -> set[int]:
    """Return the accounts whose entry is missing or says something else. Looked at again under their lock."""
    suspects = {account.pk for account in accounts if _is_wrong(account)}
    if not suspects:
        return suspects
    with transaction.atomic():
        return {
            account.pk
            for account in lock_all(indexed_accounts().filter(pk__in=suspects))
            if _is_wrong(account)
        }


def _is_wrong(account: Account) -> bool:
    record = MatchRecord.objects.filter(pk=account.pk).first()
    return (
        record is None
        or record.line != kept_profile(account.pk, candidate_of(account)).packed()
        or record.group_id != (account.group_root_id or account.pk)
        or record.is_known != (account.lifecycle == Lifecycle.ACCOUNT)
    )


@retry_on_collision
def _mend(pks: Iterable[int]) -> None:
    """Write the entries of accounts anew, and the keys they lack."""
    with transaction.atomic():
        accounts = lock_all(indexed_accounts().filter(pk__in=list(pks)))
        for account in accounts:
            _index(account)
        MatchKey.objects.bulk_create(
            [MatchKey(entry=entry) for entry in missing_keys(account.pk for account in accounts)],
            ignore_conflicts=True,
        )


def _take_away(*, repair: bool) -> tuple[int, list[int]]:
    """Return how many entries no account stands behind, and with ``repair`` take them away."""
    orphans: list[int] = []
    after = 0
    while pks := list(
        MatchRecord.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[: BATCH * 10]
    ):
        after = pks[-1]
        orphans += sorted(set(pks) - set(indexed_accounts().filter(pk__in=pks).values_list("pk", flat=True)))
    found = 0
    for pk in orphans:
        with transaction.atomic():
            if lock_all(Account.objects.filter(pk=pk)) and indexed_accounts().filter(pk=pk).exists():
                continue
            found += 1
            if repair:
                identity.unindex(pk)
    return found, orphans


def _sweep_keys(*, repair: bool) -> int:
    """Return how many keys no entry stands behind, and with ``repair`` take them away."""
    found, after = 0, 0
    while True:
        surplus, following = surplus_keys(from_entry=after)
        for at in range(0, len(surplus), BATCH):
            with transaction.atomic():
                some = _still_surplus(surplus[at : at + BATCH])
                found += len(some)
                if repair and some:
                    MatchKey.objects.filter(entry__in=some).delete()
        if following is None:
            return found
        after = following


def _still_surplus(keys: list[int]) -> list[int]:
    """Return the keys that are still nobody's once their accounts are locked."""
    mask = (1 << 32) - 1
    list(lock_all(Account.objects.filter(pk__in={key & mask for key in keys})))
    again = []
    for key in keys:
        found, _following = surplus_keys(from_entry=key - 1, limit=1)
        again += [one for one in found if one == key]
    return again
