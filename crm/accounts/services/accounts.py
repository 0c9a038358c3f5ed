"""Creating, changing and promoting accounts."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from core import ledger, search
from core.access.actor import Actor
from core.access.exceptions import NotAllowed
from core.access.fields import field_access
from core.access.guards import require
from core.search.folding import fold
from core.workflow import lock
from crm import identity
from crm.identity.candidates import Candidate, printable
from crm.territories.models import Territory

from ..exceptions import FieldNotWritable
from ..models import Account, Kind, Lifecycle

EDITABLE = (
    "name",
    "other_name",
    "registry_id",
    "number",
    "website",
    "phone",
    "country",
    "city",
    "address",
    "industry",
    "territory",
    "owner",
    "kind",
)
FROM_CANDIDATE = ("name", "other_name", "registry_id", "website", "phone", "country", "city", "address")
OBJECT_TYPE = "accounts.account"
REGISTRY_TYPE = "accounts.registry"


def candidate_of(account: Account) -> Candidate:
    """Return what identity matching compares of an account."""
    return Candidate(
        name=account.name,
        other_name=account.other_name,
        registry_id=account.registry_id,
        website=account.website,
        phone=account.phone,
        country=account.country,
        city=account.city,
        address=account.address,
        number=account.number or "",
    )


def search_texts(account: Account) -> list[str]:
    """Return the texts an account is found by."""
    return [account.name, account.other_name, account.city, account.number or "", account.ref]


def keep_in_step(account: Account) -> None:
    """Write match index and search terms of an account as it is now.

    Prospects are in no search, merged ones in neither.
    """
    if account.lifecycle == Lifecycle.MERGED:
        identity.unindex(account.pk)
        search.unindex(OBJECT_TYPE, account.pk)
        search.unindex(REGISTRY_TYPE, account.pk)
        return
    identity.index(
        account.pk,
        candidate_of(account),
        group_id=account.group_root_id or account.pk,
        is_known=account.lifecycle == Lifecycle.ACCOUNT,
    )
    if account.lifecycle == Lifecycle.ACCOUNT:
        search.index(OBJECT_TYPE, account.pk, search_texts(account))
        search.index(REGISTRY_TYPE, account.pk, [account.registry_id])


def plain(value: Any) -> Any:
    """Return a field's value as a fact of an event: text, a number or nothing."""
    if value is None or isinstance(value, (str, int, bool)):
        return value
    return getattr(value, "ref", None) or getattr(value, "code", None) or str(value)


def _set(account: Account, data: dict[str, Any]) -> dict[str, list]:
    """Put ``data`` on the account and return what changed: field → [before, after]; checks lengths and choices.

    Raises ``ValidationError`` by field, ``KeyError`` for a field that is not edited this way.
    """
    changed = {}
    for field, value in data.items():
        if field not in EDITABLE:
            raise KeyError(field)
        value = (value or None) if field == "number" else value
        if getattr(account, field) != value:
            changed[field] = [plain(getattr(account, field)), plain(value)]
            setattr(account, field, value)
    account.clean_fields(exclude={"territory", "owner", "parent", "group_root"})
    return changed


@transaction.atomic
def create_account(*, data: dict[str, Any], actor: Actor, at: datetime) -> Account:
    """Create an account from the fields in ``data`` (see ``EDITABLE``); the actor owns it unless it says otherwise.

    Raises ``NotAllowed`` where the actor may not edit accounts in that territory, ``ValidationError`` by field.
    """
    require(actor, "accounts.edit")
    account = Account(created_at=at, owner_id=actor.user_id)
    access = field_access(actor, Account)
    _set(account, {field: value for field, value in data.items() if access.writable(field)})
    _check_territory(actor, account)
    account.save(force_insert=True)
    _read_back(actor, account)
    keep_in_step(account)
    facts = {"name": account.name, "territory": plain(account.territory_id and account.territory.code)}
    ledger.record("account.created", account, actor=actor, at=at, facts=facts)
    return account


@transaction.atomic
def update_account(pk: int, *, data: dict[str, Any], actor: Actor, at: datetime) -> Account:
    """Change fields of an account; nothing is written and no event left where nothing differs.

    Raises ``NotAllowed``, ``FieldNotWritable`` where a field permission forbids a change, ``ValidationError``.
    """
    account = lock(Account.objects.select_related("territory", "owner"), pk=pk)
    require(actor, "accounts.edit", account)
    before = account.territory_id
    changed = _set(account, data)
    access = field_access(actor, Account)
    if not all(access.writable(field) for field in changed):
        raise FieldNotWritable
    if not changed:
        return account
    if account.territory_id != before:
        _check_territory(actor, account)
    account.save(update_fields=list(changed))
    _read_back(actor, account)
    keep_in_step(account)
    ledger.record(
        "account.changed", account, actor=actor, at=at, facts={"changed": sorted(changed), "values": changed}
    )
    return account


def _check_territory(actor: Actor, account: Account) -> None:
    """Refuse to put an account where the actor may not edit any."""
    from crm.territories.scopes import covers

    if account.territory_id is None or actor.sees_everything:
        return
    if not covers(actor, "accounts.edit", territory_path=account.territory.path):
        raise NotAllowed


def _read_back(actor: Actor, account: Account) -> None:
    """Refuse a change by which the actor would lose sight of the account."""
    if not Account.objects.visible_to(actor).filter(pk=account.pk).exists():
        raise NotAllowed


def _fields_of(candidate: Candidate) -> dict[str, str]:
    """Return the account's fields as a candidate gives them, cut to their lengths."""
    return {
        field: printable(getattr(candidate, field))[: Account._meta.get_field(field).max_length]
        for field in FROM_CANDIDATE
    }


@transaction.atomic
def become_prospect(
    *, candidate: Candidate, territory: Territory | None, actor: Actor, at: datetime
) -> Account:
    """Note a customer nobody knew: in the match index, in no list or search, an account on approval."""
    fields = _fields_of(candidate)
    fields["name"] = fields["name"] or "?"
    account = Account(
        **fields, lifecycle=Lifecycle.PROSPECT, kind=Kind.CUSTOMER, territory=territory, created_at=at
    )
    account.save(force_insert=True)
    keep_in_step(account)
    ledger.record("account.prospect_added", account, actor=actor, at=at, facts={"name": account.name})
    return account


@transaction.atomic
def promote(
    pk: int,
    *,
    actor: Actor,
    at: datetime,
    candidate: Candidate | None = None,
    territory: Territory | None = None,
) -> Account:
    """Make a prospect an account; an account already is returned as it is.

    With ``candidate`` (the approved registration's words) the account carries those: whoever typed the prospect
    first may have been a rival. The earlier name stays known to the matching, a registry id too.
    """
    account = lock(Account.objects.select_related("territory"), pk=pk)
    if account.lifecycle != Lifecycle.PROSPECT:
        return account
    earlier = account.name
    if candidate is not None:
        if not candidate.registry_id:
            candidate = replace(candidate, registry_id=account.registry_id)
        for field, value in _fields_of(candidate).items():
            setattr(account, field, value or (earlier if field == "name" else ""))
    if territory is not None:
        account.territory = territory
    account.lifecycle = Lifecycle.ACCOUNT
    account.save()
    if account.name != earlier:
        identity.add_alias(account.pk, earlier, source="prospect", at=at)
    keep_in_step(account)
    ledger.record(
        "account.promoted",
        account,
        actor=actor,
        at=at,
        facts={"name": account.name, "territory": plain(account.territory_id and account.territory.code)},
    )
    return account


@transaction.atomic
def remember_alias(
    pk: int, *, name: str, source: str, actor: Actor, at: datetime, evidence: Iterable[str] = ()
) -> bool:
    """Remember that a person confirmed ``name`` to mean this account; return whether that was new.

    ``evidence``: the kinds of evidence that person saw. A name the account bears itself is none to remember.
    """
    account = lock(Account.objects.all(), pk=pk)
    if fold(name) in {fold(account.name), fold(account.other_name)}:
        return False
    if not identity.add_alias(account.pk, name, source=source, at=at):
        return False
    facts = {"name": printable(name), "source": source, "evidence": list(evidence)}
    ledger.record("account.alias_added", account, actor=actor, at=at, facts=facts)
    return True
