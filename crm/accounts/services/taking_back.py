"""Taking back what an import did: an account nothing hangs on, another name remembered."""

from datetime import datetime

from django.db import transaction

from core import ledger, search
from core.access.actor import Actor
from core.access.guards import require
from core.workflow import lock
from crm import identity
from crm.identity.models import Alias
from crm.identity.normal import normalise

from ..models import Account
from .accounts import OBJECT_TYPE, REGISTRY_TYPE, keep_in_step


@transaction.atomic
def take_back_account(pk: int, *, actor: Actor, at: datetime) -> None:
    """Delete an account that came in by mistake, out of the match index and the search, too; its events stay.

    Raises ``NotAllowed``, ``Account.DoesNotExist``, ``ProtectedError`` where something hangs on it.
    """
    account = lock(Account.objects.select_related("territory"), pk=pk)
    require(actor, "accounts.edit", account)
    ledger.record("account.taken_back", account, actor=actor, at=at, facts={"name": account.name})
    identity.unindex(account.pk)
    search.unindex(OBJECT_TYPE, account.pk)
    search.unindex(REGISTRY_TYPE, account.pk)
    account.delete()


@transaction.atomic
def forget_alias(pk: int, *, name: str, actor: Actor, at: datetime) -> bool:
    """Forget that ``name`` means this account; return whether it was known. Raises ``NotAllowed``."""
    account = lock(Account.objects.select_related("territory"), pk=pk)
    require(actor, "accounts.edit", account)
    aliases = Alias.objects.filter(organisation_id=account.pk, normal_name=normalise(name).key[:300])
    if not aliases.delete()[0]:
        return False
    keep_in_step(account)
    ledger.record("account.alias_removed", account, actor=actor, at=at, facts={"name": name})
    return True
