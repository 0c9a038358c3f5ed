"""Reads about accounts that cross relations: groups, house listings, suggestions while typing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from core import search
from core.access.actor import Actor
from core.search.folding import fold, letters_of
from crm import identity
from crm.identity.candidates import Candidate
from crm.identity.normal import normalise
from crm.identity.words import explain_code

from .models import Account, HouseListing, Kind


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
class CustomerOption:
    """A known customer offered while somebody types, and why."""

    account: Account
    reason: str


def customer_options(actor: Actor, query: str, *, limit: int = 8) -> list[CustomerOption]:
    """Return customers ``actor`` may see that ``query`` may mean: a name, a part of it, a misspelling, a registry id.

    Who is asked is the actor: what the matching finds beyond their scope is left out without a trace.
    """
    query = query.strip()[:200]
    if len(query) < 2 and not query.isalpha():
        return []
    visible = (
        Account.objects.visible_to(actor).known().filter(kind=Kind.CUSTOMER).exclude(pk=actor.organisation_id)
    )
    reasons = {
        match.organisation_id: explain_code(match.evidence[0].code)
        for match in identity.find_matches(
            Candidate(name=query, registry_id=query, website=_domain(query)), limit=30
        )
        if match.evidence and match.level != "L5"
    }
    by_words = list(
        visible.filter(pk__in=search.matching_ids("accounts.account", query)).order_by("name", "pk")[:limit]
    )
    likely = {row.pk: row for row in visible.filter(pk__in=list(reasons)).order_by("pk")}
    rows = [likely[pk] for pk in reasons if pk in likely]
    rows += [row for row in by_words if row.pk not in likely]
    return [
        CustomerOption(row, _reason(query, row) or reasons.get(row.pk) or _("has these words"))
        for row in rows[:limit]
    ]


def _domain(query: str) -> str:
    """Return the query if it looks like a web address."""
    return query if "." in query and " " not in query else ""


def _reason(query: str, account: Account) -> str:
    """Return why an account is offered, where its own name or number says so; else nothing."""
    typed = letters_of(fold(query))
    if not typed:
        return ""
    names = [letters_of(fold(name)) for name in (account.name, account.other_name) if name]
    if typed in names:
        return explain_code("name.equal")
    core = normalise(query).core
    if core and core in {normalise(account.name).core, normalise(account.other_name).core}:
        return explain_code("name.core")
    if any(name.startswith(typed) for name in names):
        return _("name begins so")
    if any(typed in name for name in names):
        return _("name contains it")
    if account.number and account.number.lower().startswith(query.lower()):
        return _("customer number")
    return ""


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


def twins_of(data: dict, actor: Actor) -> list[tuple[Account, str]]:
    """Return accounts the actor may see that look like the one about to be added, with the reason."""
    fields = {name: data.get(name) or "" for name in (*identity_fields(), "number")}
    matches = identity.find_matches(Candidate(**fields), limit=30)
    reasons = {
        match.organisation_id: explain_code(match.evidence[0].code)
        for match in matches
        if match.evidence and match.level != "L5"
    }
    visible = Account.objects.visible_to(actor).known().in_bulk(list(reasons))
    return [(visible[pk], reason) for pk, reason in reasons.items() if pk in visible][:5]


def identity_fields() -> tuple[str, ...]:
    """Return the names of the fields that say who an organisation is."""
    return ("name", "other_name", "registry_id", "website", "phone", "country", "city", "address")
