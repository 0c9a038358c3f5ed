"""Reads about accounts that cross relations: groups, house listings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from core.access.actor import Actor

from .models import Account, HouseListing


def group_ids_of(account: Account) -> list[int]:
    """Return the ids of all accounts of the group, the account's own too, in order."""
    root = account.group_root_id or account.pk
    members = Account.objects.filter(Q(pk=root) | Q(group_root_id=root)).order_by("pk")
    return list(members.values_list("pk", flat=True))


def house_listings_on(account_ids: Iterable[int], *, at: datetime) -> dict[int, HouseListing]:
    """Return the house listing in force at ``at`` for each account that is under one.

    An account is under its own listing, else under one of the whole group of any member of its group.
    """
    accounts = {
        pk: root or pk
        for pk, root in Account.objects.filter(pk__in=list(account_ids))
        .order_by("pk")
        .values_list("pk", "group_root_id")
    }
    if not accounts:
        return {}
    roots = set(accounts.values())
    of_group = Q(account_id__in=roots) | Q(account__group_root_id__in=roots)
    listings = (
        HouseListing.objects.in_force(at)
        .filter(Q(account_id__in=accounts) | Q(whole_group=True) & of_group)
        .select_related("account")
        .order_by("pk")
    )
    found: dict[int, HouseListing] = {}
    for listing in listings:
        root = listing.account.group_root_id or listing.account_id
        for pk, its_root in accounts.items():
            own = listing.account_id == pk
            if own or (listing.whole_group and its_root == root and pk not in found):
                found[pk] = listing
    return found


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One company of a group, and how deep it stands below the top."""

    account: Account
    depth: int
    is_here: bool


MOST_IN_GROUP = 30


@dataclass(frozen=True, slots=True)
class Group:
    """The tree of companies around an account; ``more``: some are not shown."""

    rows: list[GroupRow]
    more: bool


def group_of(account: Account, actor: Actor) -> Group | None:
    """Return the companies of the account's group that ``actor`` may see, as a tree; None where it stands alone.

    One query. A company below one that is not visible hangs on the next visible one above.
    """
    root = account.group_root_id or account.pk
    members = list(
        Account.objects.visible_to(actor)
        .filter(Q(pk=root) | Q(group_root_id=root))
        .order_by("name", "pk")[: MOST_IN_GROUP + 1]
    )
    if len(members) < 2:
        return None
    by_id = {member.pk: member for member in members}
    children: dict[int | None, list[Account]] = {}
    for member in members:
        above = member.parent_id if member.parent_id in by_id else None
        children.setdefault(above, []).append(member)
    rows: list[GroupRow] = []

    def walk(above: int | None, depth: int) -> None:
        for member in children.get(above, []):
            rows.append(GroupRow(member, min(depth, 5), member.pk == account.pk))
            walk(member.pk, depth + 1)

    walk(None, 0)
    return Group(rows[:MOST_IN_GROUP], len(members) > MOST_IN_GROUP)


def identity_fields() -> tuple[str, ...]:
    """Return the names of the fields that say who an organisation is."""
    return ("name", "other_name", "registry_id", "website", "phone", "country", "city", "address")
