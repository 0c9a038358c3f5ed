"""Transferring accounts to another owner or territory, and back.

However many accounts: a transfer is a job, and each account a transaction of its own, judged by itself; one that is
refused holds up no other. A few are carried out before the answer is sent, many by a worker. What became of each, and
what it takes to undo it, is written with the change (``core.jobs.models.JobOutcome``).

Locks: the account first, then its opportunities and reminders; who ticks one off locks the account first, too.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core import clock, ledger
from core.access.actor import Actor, actor_for, system_actor
from core.access.fields import field_access
from core.access.guards import require
from core.jobs import enqueue, report
from core.jobs.models import Job, JobOutcome, JobState, Outcome
from core.jobs.services import run_job
from core.retries import retry_on_collision
from core.ui.references import new_reference
from core.workflow import lock
from crm.territories.models import Territory
from crm.territories.scopes import covers, within_scopes

from ..exceptions import FieldNotWritable, TransferRefused
from ..models import Account, AccountShare
from ..rules import may_transfer
from ..transferring import ChangedSince, Handover, companions

KIND = "accounts.transfer"
MOST_ACCOUNTS = 10_000
AT_ONCE = 20  # accounts transferred before the answer is sent
BACK_WITHIN = timedelta(days=30)
FINISHING = system_actor("transfer")

# Why an account was not transferred, for the people who asked for it.
REASONS = {
    "not_found": _("Gone meanwhile, or not yours to see."),
    "not_yours": _("Only its owner and those whose territory it is may give it away."),
    "out_of_sight": _(
        "You would no longer see it. That takes the right to transfer outside one's own territories."
    ),
    "territory": _("The new territory is not one of yours, or no longer in use."),
    "owner": _("The new owner can no longer look after accounts."),
    "changed": _("It was changed since, or something that went along with it."),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for. ``owner_id`` and ``territory_id`` count only where ``sets_owner``, ``sets_territory``.

    ``along``: the companions that go along. ``back_of``: the transfer that this one undoes.
    """

    ref: str
    account_ids: list[int]
    sets_owner: bool = False
    owner_id: int | None = None
    sets_territory: bool = False
    territory_id: int | None = None
    along: tuple[str, ...] = ()
    reason: str = ""
    missing: int = 0
    back_of: str = ""

    @classmethod
    def of(cls, job: Job) -> "Plan":
        """Return the plan that a job carries."""
        names = cls.__dataclass_fields__
        return cls(**{name: value for name, value in job.payload.items() if name in names})


class _Refused(Exception):
    """One account is not transferred; ``code`` is one of ``REASONS``."""

    def __init__(self, code: str):
        self.code = code
        super().__init__(code)


# --- asking for one


def possible_owners():
    """Return the members of staff who can look after accounts: their role lets them see accounts somewhere."""
    from core.access.models import Role

    roles = [role.pk for role in Role.objects.all() if "accounts.view" in role.permissions]
    users = get_user_model().objects.filter(is_staff=True, is_active=True, staff_scopes__role_id__in=roles)
    return users.distinct().order_by("full_name", "pk")


def possible_territories(actor: Actor):
    """Return the territories in use that ``actor`` may transfer accounts to."""
    rows = Territory.objects.visible_to(actor).filter(is_active=True)
    if actor.may("accounts.transfer"):
        return rows
    allowed = [row.pk for row in rows if covers(actor, "accounts.edit", territory_path=row.path)]
    return rows.filter(pk__in=allowed)


@transaction.atomic
def begin_transfer(
    accounts: QuerySet,
    *,
    actor: Actor,
    at: datetime,
    reason: str,
    along: Iterable[str] = (),
    with_children: bool = False,
    missing: int = 0,
    **to: Any,
) -> str:
    """Ask for the transfer of ``accounts`` (which the actor sees) and return its reference; a job carries it out.

    ``to``: ``owner`` (a user, or None for nobody) and/or ``territory``; what is not named stays. ``with_children``:
    the companies below them of the same owner and territory, too. ``missing``: how many were asked for in vain.
    Raises ``NotAllowed``, ``FieldNotWritable``, ``TransferRefused``.
    """
    require(actor, "accounts.edit")
    if not to or to.keys() - {"owner", "territory"}:
        raise TransferRefused(_("Choose a new owner or a new territory."))
    access = field_access(actor, Account)
    if not all(access.writable(field) for field in to):
        raise FieldNotWritable
    owner, territory = to.get("owner"), to.get("territory")
    if owner is not None and not possible_owners().filter(pk=owner.pk).exists():
        raise TransferRefused(REASONS["owner"])
    if "territory" in to and (
        territory is None or not possible_territories(actor).filter(pk=territory.pk).exists()
    ):
        raise TransferRefused(REASONS["territory"])
    ids = list(accounts.order_by("pk").values_list("pk", flat=True)[: MOST_ACCOUNTS + 1])
    if with_children:
        ids = sorted({*ids, *children_of(accounts, actor)})
    if not ids:
        raise TransferRefused(_("Choose at least one account."))
    if len(ids) > MOST_ACCOUNTS:
        raise TransferRefused(
            _("That is more than 10,000 accounts. Filter the list first, or take it in parts.")
        )
    plan = Plan(
        ref=new_reference(),
        account_ids=ids,
        sets_owner="owner" in to,
        owner_id=owner.pk if owner else None,
        sets_territory="territory" in to,
        territory_id=territory.pk if territory else None,
        along=tuple(along),
        reason=reason.strip()[:300],
        missing=missing,
    )
    return _enqueue(plan, actor)


def _enqueue(plan: Plan, actor: Actor) -> str:
    enqueue(KIND, f"{KIND}:{plan.ref}", asdict(plan), started_by=actor.user_id)
    return plan.ref


def children_of(accounts: QuerySet, actor: Actor) -> list[int]:
    """Return the ids of companies below ``accounts`` that ``actor`` sees, of the same owner and territory.

    One that is of another owner or territory stays, and so does what is below it.
    """
    tops = {row["pk"]: row for row in accounts.order_by("pk").values("pk", "owner_id", "territory_id")}
    found: dict[int, dict] = {}
    layer = tops
    while layer:
        rows = (
            Account.objects.visible_to(actor)
            .known()
            .filter(parent_id__in=list(layer))
            .order_by("pk")
            .values("pk", "owner_id", "territory_id", "parent_id")
        )
        layer = {
            row["pk"]: row
            for row in rows
            if row["pk"] not in tops
            and row["pk"] not in found
            and row["owner_id"] == layer[row["parent_id"]]["owner_id"]
            and row["territory_id"] == layer[row["parent_id"]]["territory_id"]
        }
        found |= layer
    return sorted(found)


def out_of_sight(
    accounts: QuerySet, *, actor: Actor, sets_owner: bool, owner_id: int | None, territory: Territory | None
) -> int:
    """Return how many of ``accounts`` the actor would no longer see after the transfer; for telling beforehand."""
    if actor.sees_everything or (sets_owner and owner_id == actor.user_id):
        return 0
    today = clock.now().date()
    shared = AccountShare.objects.filter(user_id=actor.user_id, ends_on__gte=today)
    lost = accounts.exclude(pk__in=shared.values("account_id"))
    if not sets_owner:
        lost = lost.exclude(owner_id=actor.user_id)
    if territory is not None:
        return 0 if covers(actor, "accounts.view", territory_path=territory.path) else lost.count()
    inside = Account.objects.filter(
        within_scopes(actor, "accounts.view", territory="territory__path", line=None)
    )
    return lost.exclude(pk__in=inside.order_by().values("pk")).count()


# --- carrying it out


def carry_out_now(ref: str) -> None:
    """Carry out a small transfer before the answer is sent; a big one is left to the workers."""
    job = Job.objects.get(key=f"{KIND}:{ref}")
    if len(job.payload["account_ids"]) <= AT_ONCE:
        run_job(job.pk)


def run(job: Job) -> None:
    """Carry out a transfer, or go on with one whose worker died. Called by the job's handler."""
    plan = Plan.of(job)
    actor = actor_for(get_user_model().objects.filter(pk=job.started_by_id).first())
    seen = set(JobOutcome.objects.filter(job=job).values_list("object_id", flat=True))
    for number, account_id in enumerate(plan.account_ids):
        if account_id not in seen:
            _transfer_one(job, plan, account_id, actor, clock.now())
        if number % 25 == 24:
            report(job, 100 * number // len(plan.account_ids))
    _tell(job, plan, actor, clock.now())


@retry_on_collision
def _transfer_one(job: Job, plan: Plan, account_id: int, actor: Actor, at: datetime) -> None:
    """Transfer one account and note what became of it, in one transaction."""
    with transaction.atomic():
        if JobOutcome.objects.filter(job=job, object_id=account_id).exists():
            return
        outcome = JobOutcome(job=job, object_id=account_id, outcome=Outcome.DONE)
        try:
            with transaction.atomic():
                outcome.data = _hand_over(plan, account_id, actor, at)
        except _Refused as refusal:
            outcome.outcome, outcome.code = Outcome.REFUSED, refusal.code
        if outcome.outcome == Outcome.DONE and not outcome.data:
            outcome.outcome = Outcome.UNCHANGED
        outcome.save(force_insert=True)


def _hand_over(plan: Plan, account_id: int, actor: Actor, at: datetime) -> dict:
    """Transfer one account; return what it takes to undo it, nothing where nothing differs. Raises ``_Refused``."""
    if plan.back_of:
        return _hand_back(plan, account_id, actor, at)
    visible = Account.objects.visible_to(actor).known().filter(pk=account_id)
    account = _locked(Account.objects.filter(pk__in=visible.order_by().values("pk")), account_id)
    if not may_transfer(actor, account):
        raise _Refused("not_yours")
    handover = _checked(plan, account, actor, at)
    if not handover.has_new_owner and not handover.has_new_territory:
        return {}
    _save(account, handover)
    if not actor.may("accounts.transfer") and not visible.exists():
        raise _Refused("out_of_sight")
    moved = {}
    for companion in companions():
        act = companion.move if companion.key in plan.along else companion.leave
        if act is not None and (what := act(handover)):
            moved[companion.key] = what
    _record(plan, account, handover, moved)
    return {
        "owner": [handover.old_owner_id, handover.new_owner_id],
        "territory": [handover.old_territory_id, handover.new_territory_id],
        "moved": moved,
    }


def _locked(accounts: QuerySet, account_id: int) -> Account:
    try:
        return lock(accounts.select_related("territory", "owner"), pk=account_id)
    except Account.DoesNotExist:
        raise _Refused("not_found") from None


def _checked(plan: Plan, account: Account, actor: Actor, at: datetime) -> Handover:
    """Return where the account goes, as things stand now: people leave, territories close. Raises ``_Refused``."""
    if (
        plan.sets_owner
        and plan.owner_id is not None
        and not possible_owners().filter(pk=plan.owner_id).exists()
    ):
        raise _Refused("owner")
    if plan.sets_territory and not possible_territories(actor).filter(pk=plan.territory_id).exists():
        raise _Refused("territory")
    return Handover(
        account.pk,
        account.owner_id,
        plan.owner_id if plan.sets_owner else account.owner_id,
        account.territory_id,
        plan.territory_id if plan.sets_territory else account.territory_id,
        plan.ref,
        actor,
        at,
    )


def _save(account: Account, handover: Handover) -> None:
    account.owner_id, account.territory_id = handover.new_owner_id, handover.new_territory_id
    account.save(update_fields=["owner", "territory"])


def _hand_back(plan: Plan, account_id: int, actor: Actor, at: datetime) -> dict:
    """Put one account back as it was, with what went along. Raises ``_Refused`` where anything differs by now.

    The one who transferred it need not see it any more: it comes back to where it was theirs to give away.
    """
    there = JobOutcome.objects.filter(
        job__key=f"{KIND}:{plan.back_of}", object_id=account_id, outcome=Outcome.DONE
    )
    done = there.values_list("data", flat=True).first()
    if done is None:
        raise _Refused("not_found")
    account = _locked(Account.objects.known(), account_id)
    (old_owner, new_owner), (old_territory, new_territory) = done["owner"], done["territory"]
    if (account.owner_id, account.territory_id) != (new_owner, new_territory):
        raise _Refused("changed")
    if old_owner is not None and not possible_owners().filter(pk=old_owner).exists():
        raise _Refused("owner")
    path = Territory.objects.filter(pk=old_territory).values_list("path", flat=True).first() or ""
    if old_owner != actor.user_id and not covers(actor, "accounts.edit", territory_path=path):
        raise _Refused("not_yours")
    way = Handover(account.pk, new_owner, old_owner, new_territory, old_territory, plan.ref, actor, at)
    _save(account, way)
    try:
        for companion in companions():
            if companion.key in done["moved"]:
                companion.put_back(way, done["moved"][companion.key])
    except ChangedSince:
        raise _Refused("changed") from None
    _record(plan, account, way, done["moved"])
    return {"owner": [new_owner, old_owner], "territory": [new_territory, old_territory], "moved": {}}


def _record(plan: Plan, account: Account, handover: Handover, moved: dict) -> None:
    """Write the event on the account: from whom to whom, from where to where, what went along, why."""
    facts: dict[str, Any] = {
        "transfer": plan.ref,
        "back_of": plan.back_of,
        "together": len(plan.account_ids),
        "reason": plan.reason,
        "moved": {key: len(what) for key, what in moved.items()},
    }
    personal = {}
    if handover.has_new_territory:
        ids = [handover.old_territory_id, handover.new_territory_id]
        codes = dict(Territory.objects.filter(pk__in=ids).values_list("pk", "code"))
        facts |= {"from_territory": codes.get(ids[0], ""), "to_territory": codes.get(ids[1], "")}
    if handover.has_new_owner:
        people = get_user_model().objects.in_bulk([handover.old_owner_id, handover.new_owner_id])
        facts |= {"from_owner_id": handover.old_owner_id, "to_owner_id": handover.new_owner_id}
        for name, pk in (("from_owner", handover.old_owner_id), ("to_owner", handover.new_owner_id)):
            if pk in people:
                personal[f"user:{pk}"] = {name: people[pk].full_name or people[pk].email}
    ledger.record(
        "account.transferred",
        account,
        actor=handover.actor,
        at=handover.at,
        facts=facts,
        personal=personal,
    )


def _tell(job: Job, plan: Plan, actor: Actor, at: datetime) -> None:
    """Write the events that people are told by, once: how many came to or went from whom, and that it is finished.

    Of a single account its own event tells, but for an old owner who no longer sees it.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job.pk)
        if job.payload.get("told"):
            return
        job.payload["told"] = True
        job.save(update_fields=["payload"])
        done = JobOutcome.objects.filter(job=job, outcome=Outcome.DONE).order_by("pk")
        given, received = Counter(), Counter()
        single = None
        for account_id, data in done.values_list("object_id", "data"):
            old, new = data["owner"]
            if old != new:
                given[old] += 1
                received[new] += 1
                single = account_id
        if len(plan.account_ids) == 1:
            received.clear()
            given = Counter({pk: n for pk, n in given.items() if pk and not _sees(pk, single)})
        for event, counter in (("account.transfer_given", given), ("account.transfer_received", received)):
            for user_id, number in sorted((pk, n) for pk, n in counter.items() if pk is not None):
                facts = {"person_id": user_id, "number": number, "transfer": plan.ref, "reason": plan.reason}
                ledger.record(event, job, actor=actor, at=at, facts=facts)
        if len(plan.account_ids) > AT_ONCE:
            facts = {"person_id": job.started_by_id, "number": done.count(), "transfer": plan.ref}
            ledger.record("account.transfer_finished", job, actor=FINISHING, at=at, facts=facts)


def _sees(user_id: int, account_id: int | None) -> bool:
    """Tell whether a person sees an account."""
    reader = actor_for(get_user_model().objects.get(pk=user_id))
    return Account.objects.visible_to(reader).filter(pk=account_id).exists()


# --- and back


def may_go_back(job: Job, actor: Actor, at: datetime) -> bool:
    """Tell whether ``actor`` can undo the transfer: their own, finished, and something is still as it left it."""
    plan = Plan.of(job)
    if (
        plan.back_of
        or job.state != JobState.DONE
        or job.started_by_id != actor.user_id
        or actor.read_only
        or not actor.may("accounts.edit")
        or job.finished_at < at - BACK_WITHIN
    ):
        return False
    done = JobOutcome.objects.filter(job=job, outcome=Outcome.DONE)
    as_left = Account.objects.known().filter(pk__in=done.order_by().values("object_id"))
    if plan.sets_owner:
        as_left = as_left.filter(owner_id=plan.owner_id)
    if plan.sets_territory:
        as_left = as_left.filter(territory_id=plan.territory_id)
    return as_left.exists()


@transaction.atomic
def begin_transfer_back(ref: str, *, actor: Actor, at: datetime) -> str:
    """Ask for everything of a transfer to go back and return the reference of that way back.

    Raises ``Job.DoesNotExist`` for a transfer of somebody else's, ``TransferRefused`` where nothing can go back.
    """
    require(actor, "accounts.edit")
    job = Job.objects.get(key=f"{KIND}:{ref}", started_by_id=actor.user_id)
    if not may_go_back(job, actor, at):
        raise TransferRefused(REASONS["changed"])
    done = JobOutcome.objects.filter(job=job, outcome=Outcome.DONE).order_by("object_id")
    plan = Plan.of(job)
    back = Plan(
        ref=new_reference(),
        account_ids=list(done.values_list("object_id", flat=True)),
        sets_owner=plan.sets_owner,
        sets_territory=plan.sets_territory,
        along=plan.along,
        reason=plan.reason,
        back_of=ref,
    )
    return _enqueue(back, actor)
