"""A person settles whether a customer is a known one: the same, or another. Either is an event, and is remembered."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from core import ledger
from core.access.actor import Actor
from core.access.guards import allows, require
from core.workflow import lock

from ..models import Account, DuplicatePair, PairState
from ..typeahead import Twin
from .accounts import remember_alias
from .duplicates import pair_of

SOURCE = "decision"


@transaction.atomic
def say_same(twin: Twin, *, name: str, actor: Actor, at: datetime) -> bool:
    """Say that ``name`` means the account of ``twin``; return whether it is now kept as another name of it.

    Only who may edit the account gives it names. Raises ``NotAllowed``, ``Account.DoesNotExist``.
    """
    require(actor, "accounts.edit")
    account = Account.objects.visible_to(actor).select_related("territory").get(pk=twin.account.pk)
    if not allows(actor, "accounts.edit", account):
        return False
    return remember_alias(account.pk, name=name, source=SOURCE, actor=actor, at=at, evidence=twin.codes)


@transaction.atomic
def tell_apart(pk: int, twins: Iterable[Twin], *, actor: Actor, at: datetime) -> None:
    """Say that an account is none of those that it looks like; the pairs are not offered for merging then.

    The event keeps what spoke for each. Raises ``NotAllowed``, ``Account.DoesNotExist``.
    """
    account = Account.objects.visible_to(actor).select_related("territory").get(pk=pk)
    require(actor, "accounts.edit", account)
    twins = [twin for twin in twins if twin.account.pk != pk]
    if not twins:
        return
    for twin in twins:
        keep_apart(account.pk, twin.account.pk, actor=actor, at=at)
    ledger.record(
        "account.told_apart",
        account,
        actor=actor,
        at=at,
        facts={
            "others": [twin.account.name for twin in twins],
            "evidence": {
                twin.account.ref: {"level": twin.level, "codes": list(twin.codes)} for twin in twins
            },
        },
    )


@transaction.atomic
def keep_apart(one_pk: int, other_pk: int, *, actor: Actor, at: datetime) -> None:
    """Keep two accounts out of the list of possible duplicates, unless more comes to speak for them later.

    Called by those who record the decision themselves and have asked for leave. Pairs held or merged stay so.
    """
    pair = lock(DuplicatePair.objects.all(), pk=pair_of(one_pk, other_pk, at=at).pk)
    if pair.state != PairState.OPEN:
        return
    pair.state, pair.decided_at, pair.decided_by_id = PairState.DIFFERENT, at, actor.user_id
    pair.save(update_fields=["state", "decided_at", "decided_by"])
