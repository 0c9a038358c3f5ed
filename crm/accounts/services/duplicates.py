"""Finding accounts that may be one organisation, and what people say of them.

The search is a job over all accounts and prospects, in batches: each is a transaction with the cursor in the job's
payload, so that a worker that dies is followed by one that goes on where it stopped.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from core import clock, jobs, ledger
from core.access.actor import Actor, system_actor
from core.access.guards import require
from core.jobs.models import Job, JobState
from core.jobs.services import LeaseLost
from core.retries import retry_on_collision
from core.workflow import lock
from crm import identity
from crm.identity import Match

from ..exceptions import JudgementRefused
from ..models import Account, DuplicatePair, Lifecycle, PairState
from .accounts import candidate_of

SEARCH = "accounts.find_duplicates"
SEARCHING = system_actor("duplicates")
BATCH = 100
MOST_TWINS = 20
STRENGTH = ("L1", "L3", "L2", "L4")  # the levels that make a pair, the surest first
SAME = frozenset({"L1", "L3"})
MAYBE = frozenset({"L2", "L4"})
TELLING = ("registry.same", "number.same", "domain.same")
BY_HAND = len(STRENGTH)


def is_offered(match: Match) -> bool:
    """Tell whether a match makes a pair: the same for sure, or likely enough; relatives never."""
    return match.level in SAME or (
        match.level in MAYBE and match.score >= settings.ACCOUNT_DUPLICATES_MINIMUM_SCORE
    )


def rank_of(level: str) -> int:
    """Return how strong a level is, 0 the strongest; last what a person found."""
    return STRENGTH.index(level) if level in STRENGTH else BY_HAND


def _ordered(account_pk: int, match: Match) -> tuple[int, int, list[list[str]]]:
    """Return lower id, higher id and the evidence with the lower one's values first."""
    low, high = sorted((account_pk, match.organisation_id))
    return low, high, evidence_of(match, turned=match.organisation_id < account_pk)


def evidence_of(match: Match | None, *, turned: bool = False) -> list[list[str]]:
    """Return the evidence of a match as a pair keeps it: code, of the lower, of the higher, what it counts.

    ``turned``: the match is the lower of the two.
    """
    return [
        [
            item.code,
            *((item.theirs, item.ours) if turned else (item.ours, item.theirs)),
            f"{getattr(item, 'weight', 0.0):.1f}",
        ]
        for item in (match.evidence if match is not None else ())
    ]


def grew(pair: DuplicatePair, level: str, evidence: Iterable[list[str]]) -> bool:
    """Tell whether more speaks for two accounts being one than when they were told apart."""
    had = {code for code, *_values in pair.evidence}
    return rank_of(level) < pair.rank or any(
        code.startswith(TELLING) and not code.endswith("many") and code not in had
        for code, *_values in evidence
    )


def note_pair(account_pk: int, match: Match, at: datetime) -> DuplicatePair | None:
    """Keep a pair in the work list as it looks now; None where it stays told apart, merged or held.

    Pairs are found from both sides: the stronger view is kept within one search (``at`` is when it began).
    """
    low, high, evidence = _ordered(account_pk, match)
    found = {"level": match.level, "rank": rank_of(match.level), "score": match.score, "evidence": evidence}
    pair, created = DuplicatePair.objects.get_or_create(
        low_id=low, high_id=high, defaults={**found, "found_at": at, "seen_at": at}
    )
    if created:
        return pair
    pair = lock(DuplicatePair.objects.all(), pk=pair.pk)
    if pair.state == PairState.DIFFERENT:
        if not grew(pair, match.level, evidence):
            return None
        pair.state, pair.decided_at, pair.decided_by_id, pair.found_at = PairState.OPEN, None, None, at
    elif pair.state not in (PairState.OPEN, PairState.HELD):
        return None
    seen_already = pair.seen_at == at
    if not seen_already or (found["rank"], -match.score) < (pair.rank, -pair.score):
        for name, value in found.items():
            setattr(pair, name, value)
    pair.seen_at = at
    pair.save()
    return pair


def pair_of(one_pk: int, other_pk: int, *, at: datetime) -> DuplicatePair:
    """Return the pair of two accounts, made where nobody found it, with what speaks for it now."""
    return find_pair(one_pk, other_pk, at=at)[0]


def find_pair(one_pk: int, other_pk: int, *, at: datetime) -> tuple[DuplicatePair, bool]:
    """Return ``pair_of`` and whether it was made now. The accounts are locked, or one transaction wins."""
    low, high = sorted((one_pk, other_pk))
    pair = DuplicatePair.objects.filter(low_id=low, high_id=high).first()
    if pair is not None:
        return pair, False
    match = match_between(Account.objects.get(pk=low), high)
    return DuplicatePair.objects.get_or_create(
        low_id=low,
        high_id=high,
        defaults={
            "level": match.level if match else "",
            "rank": rank_of(match.level if match else ""),
            "score": match.score if match else 0.0,
            "evidence": evidence_of(match),
            "found_at": at,
            "seen_at": at,
        },
    )


def match_between(account: Account, other_pk: int) -> Match | None:
    """Return what the engine says of another account being this one."""
    matches = identity.find_matches(candidate_of(account), limit=MOST_TWINS, exclude={account.pk})
    return next((match for match in matches if match.organisation_id == other_pk), None)


# --- the search


def current_search() -> Job | None:
    """Return the search that waits or runs, or the last one; None before the first."""
    return Job.objects.filter(kind=SEARCH).order_by("-pk").first()


def is_running(job: Job | None) -> bool:
    """Tell whether a search waits or runs."""
    return job is not None and job.state in (JobState.WAITING, JobState.RUNNING)


@transaction.atomic
def start_search(*, actor: Actor, at: datetime) -> Job:
    """Let all accounts be searched for duplicates; while one search runs, that one is returned."""
    require(actor, "accounts.merge")
    last = current_search()
    if is_running(last):
        return last
    accounts = Account.objects.exclude(lifecycle=Lifecycle.MERGED)
    job = jobs.enqueue(
        "accounts.find_duplicates",
        f"{SEARCH}:{last.pk if last else 0}",  # of two starts at once one makes the job
        {"cursor": 0, "done": 0, "total": accounts.count(), "at": at.isoformat()},
        started_by=actor.user_id,
    )
    if job.started_by_id == actor.user_id and job.payload.get("at") == at.isoformat():
        ledger.record(
            "duplicates.searched", job, actor=actor, at=at, facts={"accounts": job.payload["total"]}
        )
    return job


def search(job: Job) -> None:
    """Go through all accounts from where the job stands; raises ``LeaseLost`` where another worker took over."""
    began = datetime.fromisoformat(job.payload["at"])
    while True:
        searched = search_batch(job, began)
        total = max(job.payload["total"], 1)
        jobs.report(job, 100 * job.payload["done"] // total)
        if searched < BATCH:
            break
    drop_stale(began)
    with transaction.atomic():
        facts = {"accounts": job.payload["done"], "person_id": job.started_by_id}
        ledger.record("duplicates.found", job, actor=SEARCHING, at=clock.now(), facts=facts)


@retry_on_collision
def search_batch(job: Job, began: datetime) -> int:
    """Search the next accounts and move the cursor, in one transaction; return how many there were."""
    with transaction.atomic():
        payload = dict(job.payload)
        accounts = list(
            Account.objects.filter(pk__gt=payload["cursor"])
            .exclude(lifecycle=Lifecycle.MERGED)
            .order_by("pk")[:BATCH]
        )
        if not accounts:
            return 0
        for account in accounts:
            _search_one(account, began)
        payload["cursor"] = accounts[-1].pk
        payload["done"] = payload["done"] + len(accounts)
        ours = Job.objects.filter(pk=job.pk, fence=job.fence, state=JobState.RUNNING)
        if not ours.update(payload=payload):
            raise LeaseLost
    job.payload = payload
    return len(accounts)


def _search_one(account: Account, began: datetime) -> None:
    """Note the twins of one account that are there and not merged."""
    matches = identity.find_matches(candidate_of(account), limit=MOST_TWINS, exclude={account.pk})
    offered = {match.organisation_id: match for match in matches if is_offered(match)}
    there = Account.objects.filter(pk__in=list(offered)).exclude(lifecycle=Lifecycle.MERGED)
    for pk in there.order_by("pk").values_list("pk", flat=True):
        note_pair(account.pk, offered[pk], began)


def drop_stale(began: datetime) -> int:
    """Drop open pairs that a whole search did not find again, and those of merged accounts; return how many."""
    merged = Account.objects.filter(lifecycle=Lifecycle.MERGED).values("pk")
    stale = DuplicatePair.objects.filter(state=PairState.OPEN).filter(
        Q(seen_at__lt=began) | Q(low__in=merged) | Q(high__in=merged)
    )
    return stale.delete()[0]


# --- what people say


@transaction.atomic
def judge_different(one_pk: int, other_pk: int, *, actor: Actor, at: datetime) -> DuplicatePair:
    """Say that two accounts are not the same: the pair is not offered again unless more comes to speak for it.

    Raises ``NotAllowed``, ``JudgementRefused`` for two that are merged, ``Account.DoesNotExist``.
    """
    one, other = _two(one_pk, other_pk, actor)
    pair = lock(DuplicatePair.objects.all(), pk=pair_of(one.pk, other.pk, at=at).pk)
    if pair.state == PairState.MERGED:
        raise JudgementRefused
    if pair.state != PairState.DIFFERENT:
        _decide(pair, PairState.DIFFERENT, actor, at)
        _record("account.judged_different", one, other, pair, actor, at)
    return pair


@transaction.atomic
def reopen_pair(one_pk: int, other_pk: int, *, actor: Actor, at: datetime) -> DuplicatePair:
    """Take "not the same" back: the pair is to be looked at again."""
    one, other = _two(one_pk, other_pk, actor)
    pair = lock(DuplicatePair.objects.all(), pk=pair_of(one.pk, other.pk, at=at).pk)
    if pair.state == PairState.MERGED:
        raise JudgementRefused
    if pair.state == PairState.DIFFERENT:
        _decide(pair, PairState.OPEN, None, None)
        _record("account.judgement_undone", one, other, pair, actor, at)
    return pair


def _two(one_pk: int, other_pk: int, actor: Actor) -> tuple[Account, Account]:
    """Return two accounts the actor may compare, locked in order."""
    require(actor, "accounts.merge")
    visible = Account.objects.comparable_by(actor).filter(pk__in=(one_pk, other_pk))
    rows = {
        row.pk: row
        for row in Account.objects.filter(pk__in=visible.values("pk"))
        .select_related("territory")
        .order_by("pk")
        .select_for_update(of=("self",))
    }
    if len(rows) != 2:
        raise Account.DoesNotExist
    for row in rows.values():
        require(actor, "accounts.merge", row)
    return rows[one_pk], rows[other_pk]


def _decide(pair: DuplicatePair, state: str, actor: Actor | None, at: datetime | None) -> None:
    """Write what was said of a pair."""
    pair.state, pair.reason = state, ""
    pair.decided_at, pair.decided_by_id = at, actor.user_id if actor else None
    pair.save(update_fields=["state", "reason", "decided_at", "decided_by"])


def _record(
    event: str, one: Account, other: Account, pair: DuplicatePair, actor: Actor, at: datetime
) -> None:
    """Write the event on both accounts."""
    for here, there in ((one, other), (other, one)):
        ledger.record(
            event,
            here,
            actor=actor,
            at=at,
            facts={
                "account": there.name,
                "account_ref": there.ref,
                "level": pair.level,
                "score": f"{pair.score:.1f}",
                "evidence": pair.evidence,
            },
        )
