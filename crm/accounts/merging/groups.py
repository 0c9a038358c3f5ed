"""The tree of companies when two of them become one, and when they part again."""

from collections.abc import Iterable

from django.db.models import Q

from core.workflow import lock_all
from crm import identity

from ..exceptions import GroupCycle
from ..models import Account
from .journal import Journal

ATTEMPTS = 5


def lock_with_roots(pks: Iterable[int]) -> dict[int, Account]:
    """Lock accounts and the roots of their groups, in primary-key order; return those that are there, fresh.

    The roots stand for their whole trees, as in ``services.groups``: nothing in a tree moves meanwhile.
    """
    wanted = set(pks)
    for _attempt in range(ATTEMPTS):
        asked = Account.objects.filter(pk__in=wanted).order_by("pk")
        roots = set(asked.values_list("group_root_id", flat=True)) - {None}
        rows = {
            row.pk: row
            for row in lock_all(
                Account.objects.filter(pk__in=wanted | roots).select_related("territory", "owner")
            )
        }
        if all(row.group_root_id is None or row.group_root_id in rows for row in rows.values()):
            return rows
    raise GroupCycle


def _around(pks: Iterable[int]) -> dict[int, Account]:
    """Return all accounts connected with ``pks`` by the tree, by id."""
    found: dict[int, Account] = {}
    waiting = set(pks)
    while waiting:
        roots = set(
            Account.objects.filter(pk__in=waiting).order_by("pk").values_list("group_root_id", flat=True)
        )
        rows = Account.objects.filter(
            Q(pk__in=waiting) | Q(parent_id__in=waiting) | Q(group_root_id__in=waiting | roots - {None})
        )
        found.update({row.pk: row for row in rows.order_by("pk")})
        above = {row.parent_id for row in found.values()} | {row.group_root_id for row in found.values()}
        below = set(
            Account.objects.filter(parent_id__in=list(found)).order_by("pk").values_list("pk", flat=True)
        )
        waiting = (above | below) - found.keys() - {None}
    return found


def _stands_below(rows: dict[int, Account], pk: int | None, above: int) -> bool:
    """Tell whether account ``pk`` is ``above`` or stands below it."""
    seen: set[int] = set()
    while pk is not None and pk not in seen:
        if pk == above:
            return True
        seen.add(pk)
        pk = rows[pk].parent_id if pk in rows else None
    return False


def parents_that_fit(wanted: dict[int, int | None]) -> set[int]:
    """Return the accounts that can have the parent ``wanted`` for them, all together, without a circle."""
    rows = _around({*wanted, *(parent for parent in wanted.values() if parent is not None)})
    fitting = dict(wanted)
    while True:
        parents = {pk: row.parent_id for pk, row in rows.items()} | fitting
        circular = [pk for pk in sorted(fitting) if _comes_back(parents, pk)]
        if not circular:
            return set(fitting)
        del fitting[circular[-1]]


def _comes_back(parents: dict[int, int | None], pk: int) -> bool:
    """Tell whether the way up from ``pk`` leads back to it."""
    seen: set[int] = set()
    above = parents.get(pk)
    while above is not None and above not in seen:
        if above == pk:
            return True
        seen.add(above)
        above = parents.get(above)
    return False


def parent_after(survivor: Account, loser: Account, *, chosen: str) -> int | None:
    """Return the id of who stands above the two once they are one; ``chosen``: ``survivor`` or ``loser``.

    Where one stands below the other, the place of the upper one is taken whatever was chosen: anything else would be
    a circle.
    """
    rows = _around([survivor.pk, loser.pk])
    if _stands_below(rows, survivor.pk, loser.pk):
        return loser.parent_id
    if _stands_below(rows, loser.pk, survivor.pk):
        return survivor.parent_id
    return survivor.parent_id if chosen == "survivor" else loser.parent_id


def join(journal: Journal, survivor: Account, loser: Account, *, parent_id: int | None) -> None:
    """Put the survivor in the loser's place of the tree too: its children come along; both groups get their root."""
    rows = _around([survivor.pk, loser.pk])
    rows[survivor.pk], rows[loser.pk] = survivor, loser
    for row in sorted(rows.values(), key=lambda row: row.pk):
        if row.parent_id == loser.pk and row.pk != survivor.pk:
            journal.set(row, parent_id=survivor.pk)
    journal.set(survivor, parent_id=parent_id)
    journal.set(loser, parent_id=None)
    journal.set(loser, group_root_id=None)
    regroup(rows, journal, without=loser.pk)


def regroup(rows: dict[int, Account], journal: Journal | None = None, *, without: int | None = None) -> None:
    """Write the root of every account's group from who stands above whom, in the match index too."""
    by_root: dict[int, list[int]] = {}
    for pk, row in sorted(rows.items()):
        if pk == without:
            continue
        top, seen = row, {pk}
        while top.parent_id is not None and top.parent_id in rows and top.parent_id not in seen:
            seen.add(top.parent_id)
            top = rows[top.parent_id]
        root = None if top.pk == pk else top.pk
        by_root.setdefault(top.pk, []).append(pk)
        if row.group_root_id == root:
            continue
        if journal is not None:
            journal.set(row, group_root_id=root)
        else:
            Account.objects.filter(pk=pk).update(group_root_id=root)
            row.group_root_id = root
    for root, members in by_root.items():
        identity.set_group(members, root)


def regroup_around(pks: Iterable[int]) -> None:
    """Write the roots of everything connected with ``pks`` anew: after a merge was taken back."""
    regroup(_around(pks))
