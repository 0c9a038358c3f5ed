"""Making two accounts one, and taking it back.

Locks in the house order: what the rooms above lock first (sequences of product lines, sorted), then the accounts with
the roots of their groups, then what hangs on them. Nothing is deleted that cannot be put back: the merged account
stays as a row that says where it went, and the merge keeps a journal of every change.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from core import jobs, ledger
from core.access.actor import Actor, system_actor
from core.access.exceptions import NotAllowed
from core.access.fields import field_access
from core.access.guards import require
from core.ledger.commitments import canonical
from core.retries import retry_on_collision
from core.workflow import lock, lock_all
from crm import identity
from crm.identity.models import Alias

from ..exceptions import FieldNotWritable, MergeRefused, UndoRefused
from ..merging import groups, registry, relations
from ..merging.journal import Journal
from ..models import Account, DuplicatePair, Lifecycle, Merge, PairState
from .accounts import EDITABLE, keep_in_step, plain
from .duplicates import find_pair, pair_of

SURVIVOR, LOSER = "survivor", "loser"
FIELDS = (*EDITABLE, "parent")
GATHER = "accounts.gather_stragglers"
GATHERING = system_actor("merging")
STRAGGLERS_AFTER = timedelta(seconds=20)
ACCOUNT = Account._meta.label_lower


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking for a merge: the merge, or why the pair is held for a ruling."""

    merge: Merge | None
    held: str = ""


def undo_days() -> int:
    """Return for how many days a merge can be taken back."""
    return settings.ACCOUNT_MERGE_UNDO_DAYS


def default_choice(field: str, survivor: Account, loser: Account) -> str:
    """Return whose value a merged account has where nobody chose: the survivor's, unless it is empty."""
    name = Account._meta.get_field(field).attname
    if getattr(survivor, name) in (None, "") and getattr(loser, name) not in (None, ""):
        return LOSER
    return SURVIVOR


def fingerprint_of(*accounts: Account) -> str:
    """Return a short text that changes with anything a person chooses by when they merge these accounts."""
    names = [Account._meta.get_field(field).attname for field in FIELDS]
    state = [
        [account.pk, account.lifecycle, *(getattr(account, name) for name in names)]
        for account in sorted(accounts, key=lambda account: account.pk)
    ]
    return hashlib.sha256(canonical(state)).hexdigest()[:32]


@retry_on_collision
def merge_accounts(
    survivor_pk: int,
    loser_pk: int,
    *,
    fields: Mapping[str, str] | None = None,
    actor: Actor,
    at: datetime,
    seen: str = "",
) -> Outcome:
    """Merge one account into another: everything that points at it moves, it stays as a row that says where it went.

    ``fields`` says for a field of ``FIELDS`` whose value counts, ``survivor`` or ``loser``; an empty one is filled from
    the other. ``seen``: the ``fingerprint_of`` what the person chose by.

    Where both hold protection on one scope nothing is merged: the pair is held for a ruling, and the outcome says so.
    Raises ``MergeRefused`` with the reason, ``NotAllowed``, ``FieldNotWritable``, ``Account.DoesNotExist`` for what the
    actor does not see.
    """
    require(actor, "accounts.merge")
    choices = dict(fields or {})
    if set(choices) - set(FIELDS) or set(choices.values()) - {SURVIVOR, LOSER}:
        raise MergeRefused
    if survivor_pk == loser_pk:
        raise MergeRefused(_("These are one and the same account."))
    try:
        with transaction.atomic():
            survivor, loser = _lock_two(survivor_pk, loser_pk, actor)
            _check_two(survivor, loser, actor, at, seen)
            reasons = [party.hold(survivor, loser, at) for party in registry.parties()]
            if held := next((str(reason) for reason in reasons if reason), ""):
                _hold(survivor, loser, held, actor, at)
                return Outcome(None, held)
            return Outcome(_merge(survivor, loser, choices, actor, at))
    except IntegrityError as error:
        held = registry.rule_met(error)
        if held is None:
            raise
    with transaction.atomic():  # the database itself said that two protections would overlap
        survivor, loser = _lock_two(survivor_pk, loser_pk, actor)
        _hold(survivor, loser, str(held), actor, at)
    return Outcome(None, str(held))


def _lock_two(survivor_pk: int, loser_pk: int, actor: Actor) -> tuple[Account, Account]:
    """Lock what stands before rows, then the two accounts with the roots of their groups."""
    pks = (survivor_pk, loser_pk)
    for party in registry.parties():
        party.lock(pks)
    rows = groups.lock_with_roots(pks)
    visible = set(
        Account.objects.comparable_by(actor).filter(pk__in=pks).order_by("pk").values_list("pk", flat=True)
    )
    merged = [rows[pk] for pk in pks if pk in rows and rows[pk].lifecycle == Lifecycle.MERGED]
    if Account.objects.comparable_by(actor).filter(pk__in=[final_of(row) for row in merged]).exists():
        raise MergeRefused(_("One of the two has been merged meanwhile. Look at the account that stayed."))
    if visible != set(pks) or visible - rows.keys():
        raise Account.DoesNotExist
    return rows[survivor_pk], rows[loser_pk]


def _check_two(survivor: Account, loser: Account, actor: Actor, at: datetime, seen: str) -> None:
    """Refuse what cannot be merged, whoever holds what."""
    require(actor, "accounts.merge", survivor)
    require(actor, "accounts.merge", loser)
    if survivor.lifecycle == Lifecycle.PROSPECT and loser.lifecycle == Lifecycle.ACCOUNT:
        raise MergeRefused(
            _("The account stays and the prospect is merged into it, not the other way round.")
        )
    if seen and seen != fingerprint_of(survivor, loser):
        raise MergeRefused(_("One of the two was changed meanwhile. Look at both again, then merge."))
    for party in registry.parties():
        if reason := party.refuse(survivor, loser, at):
            raise MergeRefused(reason)


def final_of(account: Account) -> int:
    """Return the id of the account that one stands for now: its own, or at the end of its merges."""
    seen = {account.pk}
    target = account.merged_into_id
    last = account.pk
    while target is not None and target not in seen:
        seen.add(target)
        last = target
        target = Account.objects.filter(pk=target).values_list("merged_into_id", flat=True).first()
    return last


def merged_ids(account_pk: int) -> list[int]:
    """Return the ids of all accounts that were merged into one, directly or through others, in order."""
    found: set[int] = set()
    waiting = [account_pk]
    while waiting:
        waiting = list(
            Account.objects.filter(merged_into_id__in=waiting)
            .exclude(pk__in=found)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        found.update(waiting)
    return sorted(found)


def _merge(survivor: Account, loser: Account, choices: dict, actor: Actor, at: datetime) -> Merge:
    """Do it, in the transaction at hand; both are locked and nothing stands against it."""
    marks = relations.marks_of(Account)
    journal = Journal()
    pair, is_new = find_pair(survivor.pk, loser.pk, at=at)
    if is_new:
        journal.added(pair)
    journal.set(pair, state=PairState.MERGED, decided_at=at, decided_by_id=actor.user_id, reason="")
    names = [survivor.name, survivor.other_name, loser.name, loser.other_name]
    taken = _take_fields(journal, survivor, loser, choices, actor)
    moved = relations.repoint(Account, journal, loser.pk, survivor.pk)
    journal.set(loser, lifecycle=Lifecycle.MERGED, merged_into_id=survivor.pk)
    aliases = _move_names(journal, survivor, loser, names, at)
    keep_in_step(loser)
    keep_in_step(survivor)
    if not Account.objects.comparable_by(actor).filter(pk=survivor.pk).exists():
        raise NotAllowed
    merge = Merge.objects.create(
        survivor=survivor,
        loser=loser,
        merged_at=at,
        merged_by_id=actor.user_id,
        undo_until=at + timedelta(days=undo_days()),
        moved=moved,
        changes=journal.entries,
        marks=marks,
    )
    facts = {"moved": moved, "taken": taken, "names": aliases, "merge": merge.ref, "level": pair.level}
    event = ledger.record(
        "account.merged",
        survivor,
        actor=actor,
        at=at,
        facts={**facts, "account": loser.name, "account_ref": loser.ref, "evidence": pair.evidence},
    )
    ledger.record(
        "account.merged_away",
        loser,
        actor=actor,
        at=at,
        facts={**facts, "account": survivor.name, "account_ref": survivor.ref},
    )
    _follow([survivor.pk, loser.pk], journal, event.pk, at)
    jobs.enqueue(GATHER, f"{GATHER}:{merge.ref}", {"merge": merge.pk}, run_at=at + STRAGGLERS_AFTER)
    return merge


def _follow(account_ids: list[int], journal: Journal, event_pk: int, at: datetime) -> None:
    """Let the rooms above do what follows."""
    for party in registry.parties():
        party.follow(account_ids, journal, event_pk, at)


def _take_fields(
    journal: Journal, survivor: Account, loser: Account, choices: dict, actor: Actor
) -> dict[str, list]:
    """Write the chosen values; return what changed: field → [before, after]. Filling an empty field needs no right."""
    access = field_access(actor, Account)
    values: dict[str, Any] = {}
    taken: dict[str, list] = {}
    for field in EDITABLE:
        column = Account._meta.get_field(field).attname
        mine, theirs = getattr(survivor, column), getattr(loser, column)
        default = default_choice(field, survivor, loser)
        choice = choices.get(field, default)
        if choice == SURVIVOR or mine == theirs:
            continue
        if default == SURVIVOR and not access.writable(field):
            raise FieldNotWritable
        values[column] = theirs
        taken[field] = [plain(getattr(survivor, field)), plain(getattr(loser, field))]
    if values.get("number"):
        journal.set(loser, number=None)  # a number stands on one row only
    dates = [day for day in (survivor.last_activity_at, loser.last_activity_at) if day is not None]
    values["last_activity_at"] = max(dates, default=None)
    journal.set(survivor, **values)
    if values.keys() & {"territory_id", "owner_id"}:
        survivor.territory, survivor.owner = (
            loser.territory if "territory_id" in values else survivor.territory,
            loser.owner if "owner_id" in values else survivor.owner,
        )
    chosen = choices.get("parent", default_choice("parent", survivor, loser))
    parent_id = groups.parent_after(survivor, loser, chosen=chosen)
    if parent_id != survivor.parent_id:
        taken["parent"] = [survivor.parent_id, parent_id]
    groups.join(journal, survivor, loser, parent_id=parent_id)
    return taken


def _move_names(
    journal: Journal, survivor: Account, loser: Account, names: Iterable[str], at: datetime
) -> list[str]:
    """Let the survivor be known by every name that either had; return those that are new to it."""
    kept = [(name, f"merge {loser.ref}") for name in names]
    for alias in Alias.objects.filter(organisation_id=loser.pk).order_by("pk"):
        kept.append((alias.name, alias.source))
        journal.remove(alias)
    own = {survivor.name, survivor.other_name, ""}
    added = []
    for name, source in kept:
        if name in own:
            continue
        own.add(name)
        if identity.add_alias(survivor.pk, name, source=source, at=at):
            alias = Alias.objects.filter(organisation_id=survivor.pk).order_by("-pk")[0]
            journal.added(alias)
            added.append(name)
    return added


def _hold(survivor: Account, loser: Account, reason: str, actor: Actor, at: datetime) -> None:
    """Hold a pair for a ruling; said on both accounts, once."""
    pair = lock(DuplicatePair.objects.all(), pk=pair_of(survivor.pk, loser.pk, at=at).pk)
    if pair.state == PairState.HELD and pair.reason == reason[:300]:
        return
    pair.state, pair.reason, pair.decided_at, pair.decided_by_id = (
        PairState.HELD,
        reason[:300],
        at,
        actor.user_id,
    )
    pair.save(update_fields=["state", "reason", "decided_at", "decided_by"])
    for one, other in ((survivor, loser), (loser, survivor)):
        ledger.record(
            "account.merge_held",
            one,
            actor=actor,
            at=at,
            facts={"account": other.name, "account_ref": other.ref, "reason": reason},
        )


def reason_against(survivor: Account, loser: Account, at: datetime) -> tuple[str, str]:
    """Return (why two accounts can never be merged, why somebody has to rule first); "" for no reason.

    Asked for a page, without a lock: the service asks again.
    """
    refused = next((str(r) for p in registry.parties() if (r := p.refuse(survivor, loser, at))), "")
    held = next((str(r) for p in registry.parties() if (r := p.hold(survivor, loser, at))), "")
    return refused, held


# --- taking it back


@retry_on_collision
def undo_merge(merge_pk: int, *, actor: Actor, at: datetime) -> Merge:
    """Take a merge back: what was not touched since is as it was before, what was changed since stays and is listed.

    Rows that were added to the account that stayed remain with it. Raises ``UndoRefused`` with the reason: too late,
    undone already, the account that stayed was merged itself, or two protections would overlap; ``NotAllowed``,
    ``Merge.DoesNotExist``.
    """
    require(actor, "accounts.merge")
    with transaction.atomic():
        known = Merge.objects.visible_to(actor).get(pk=merge_pk)
        for party in registry.parties():
            party.lock((known.survivor_id, known.loser_id))
        journal = Journal(known.changes)
        touched = set(journal.ids(ACCOUNT, "parent_id")) | set(journal.ids(ACCOUNT, "group_root_id"))
        rows = groups.lock_with_roots({known.survivor_id, known.loser_id, *touched})
        merge = lock(Merge.objects.all(), pk=merge_pk)
        journal = Journal(merge.changes)
        survivor, loser = rows[merge.survivor_id], rows[merge.loser_id]
        _check_undo(merge, survivor, loser, actor, at)
        left = journal.take_back(may=_keeps_a_tree(journal), on_conflict=_refuse_or_leave)
        groups.regroup_around({survivor.pk, loser.pk, *touched})
        survivor, loser = lock_all(Account.objects.filter(pk__in=(survivor.pk, loser.pk)))
        if survivor.pk != merge.survivor_id:
            survivor, loser = loser, survivor
        keep_in_step(survivor)
        keep_in_step(loser)
        merge.undone_at, merge.undone_by_id, merge.left = at, actor.user_id, left
        merge.save(update_fields=["undone_at", "undone_by", "left"])
        added = relations.added_since(Account, survivor.pk, merge.marks)
        events = [
            ledger.record(
                "account.merge_undone",
                one,
                actor=actor,
                at=at,
                facts={
                    "account": other.name,
                    "account_ref": other.ref,
                    "merge": merge.ref,
                    "left": left,
                    "added_since": added,
                },
            )
            for one, other in ((survivor, loser), (loser, survivor))
        ]
        _follow([survivor.pk, loser.pk], journal, events[0].pk, at)
    return merge


def why_not_undone(merge: Merge, at: datetime) -> str:
    """Return why a merge cannot be taken back (any more), in words; "" where it can."""
    if merge.undone_at is not None:
        return str(_("This merge was undone already."))
    if at > merge.undo_until:
        return str(_("The time in which this merge could be undone is over."))
    if merge.survivor.lifecycle == Lifecycle.MERGED:
        return str(_("The account that stayed was itself merged into another one. Undo that merge first."))
    return ""


def _check_undo(merge: Merge, survivor: Account, loser: Account, actor: Actor, at: datetime) -> None:
    """Refuse to take back what cannot be."""
    merge.survivor, merge.loser = survivor, loser
    require(actor, "accounts.merge", survivor)
    require(actor, "accounts.merge", loser)
    if reason := why_not_undone(merge, at):
        raise UndoRefused(reason)
    if loser.lifecycle != Lifecycle.MERGED or loser.merged_into_id != survivor.pk:
        raise UndoRefused


def _keeps_a_tree(journal: Journal) -> Callable[[dict], bool]:
    """Return what tells of a journal's entry whether putting a parent company back leaves the tree a tree."""

    def is_parent(entry: dict) -> bool:
        return entry["do"] == "set" and entry["model"] == ACCOUNT and "parent_id" in entry["before"]

    noted = [entry for entry in journal.entries if is_parent(entry)]
    now = dict(
        Account.objects.filter(pk__in=[entry["id"] for entry in noted])
        .order_by("pk")
        .values_list("pk", "parent_id")
    )
    wanted = {
        entry["id"]: entry["before"]["parent_id"]
        for entry in noted
        if now.get(entry["id"]) == entry["after"]["parent_id"]
    }
    fitting = groups.parents_that_fit(wanted)
    return lambda entry: not is_parent(entry) or entry["id"] in fitting


def _refuse_or_leave(error: IntegrityError) -> None:
    """Refuse the whole undoing where a rule of the business forbids it; leave as it is what else collides."""
    if words := registry.rule_met(error):
        raise UndoRefused(words) from error


# --- who came too late


@retry_on_collision
def gather_stragglers(merge_pk: int, *, at: datetime) -> int:
    """Move what was attached to a merged account by somebody who had its page open; return how many rows.

    Whoever inserts a row waits for the merge on PostgreSQL, and then inserts all the same. Noted in the merge's
    journal, so that undoing brings these back, too.
    """
    with transaction.atomic():
        known = Merge.objects.get(pk=merge_pk)
        for party in registry.parties():
            party.lock((known.survivor_id, known.loser_id))
        groups.lock_with_roots((known.survivor_id, known.loser_id))
        merge = lock(Merge.objects.select_related("survivor", "loser"), pk=merge_pk)
        if merge.undone_at is not None or merge.survivor.lifecycle == Lifecycle.MERGED:
            return 0
        journal = Journal()
        moved = relations.repoint(Account, journal, merge.loser_id, merge.survivor_id)
        if not moved:
            return 0
        merge.changes = [*merge.changes, *journal.entries]
        merge.moved = {name: merge.moved.get(name, 0) + moved.get(name, 0) for name in {*merge.moved, *moved}}
        merge.save(update_fields=["changes", "moved"])
        event = ledger.record(
            "account.merged_late", merge.survivor, actor=GATHERING, at=at, facts={"moved": moved}
        )
        _follow([merge.survivor_id, merge.loser_id], journal, event.pk, at)
    return sum(moved.values())
