"""The tree of companies: parent, and the group root kept for the whole subtree."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from core import ledger
from core.access.actor import Actor
from core.access.guards import require
from core.retries import retry_on_collision
from core.workflow import lock_all
from crm import identity

from ..exceptions import GroupCycle
from ..models import Account


@retry_on_collision
@transaction.atomic
def set_parent(pk: int, *, parent_pk: int | None, actor: Actor, at: datetime) -> Account:
    """Put an account under another, or on its own with None; everything below it moves along.

    Both trees are locked by their roots, so that two moves at once cannot make a circle.
    Raises ``GroupCycle``, ``NotAllowed``, ``Account.DoesNotExist``.
    """
    account, parent = _lock_trees(pk, parent_pk)
    require(actor, "accounts.edit", account)
    if parent is not None and not Account.objects.visible_to(actor).filter(pk=parent.pk).exists():
        raise Account.DoesNotExist
    if account.parent_id == parent_pk:
        return account
    subtree = _subtree_ids(account)
    if parent is not None and parent.pk in subtree:
        raise GroupCycle
    root_id = (parent.group_root_id or parent.pk) if parent is not None else None
    before = account.parent_id
    account.parent = parent
    account.group_root_id = root_id
    account.save(update_fields=["parent", "group_root"])
    Account.objects.filter(pk__in=subtree - {account.pk}).update(group_root_id=root_id or account.pk)
    identity.set_group(subtree, root_id or account.pk)
    names = Account.objects.in_bulk([before] if before else [])
    ledger.record(
        "account.grouped",
        account,
        actor=actor,
        at=at,
        facts={
            "parent": parent.name if parent else "",
            "parent_before": names[before].name if before else "",
        },
    )
    return account


def _lock_trees(pk: int, parent_pk: int | None) -> tuple[Account, Account | None]:
    """Lock the account, its new parent and the roots of both trees; return the two, fresh."""
    for _attempt in range(5):
        asked = Account.objects.filter(pk__in=[pk, parent_pk] if parent_pk else [pk])
        roots = {row.group_root_id or row.pk for row in asked.order_by("pk")}
        rows = {
            row.pk: row
            for row in lock_all(Account.objects.filter(Q(pk__in=roots) | Q(pk__in=[pk, parent_pk])))
        }
        if pk not in rows or (parent_pk and parent_pk not in rows):
            raise Account.DoesNotExist
        account, parent = rows[pk], rows[parent_pk] if parent_pk else None
        if all((row.group_root_id or row.pk) in rows for row in (account, parent) if row is not None):
            return account, parent
    raise GroupCycle


def _subtree_ids(account: Account) -> set[int]:
    """Return the ids of an account and all below it."""
    root_id = account.group_root_id or account.pk
    children: dict[int, list[int]] = {}
    for pk, parent_id in (
        Account.objects.filter(group_root_id=root_id).order_by("pk").values_list("pk", "parent_id")
    ):
        children.setdefault(parent_id, []).append(pk)
    subtree, waiting = {account.pk}, [account.pk]
    while waiting:
        below = children.get(waiting.pop(), [])
        waiting += [pk for pk in below if pk not in subtree]
        subtree.update(below)
    return subtree
