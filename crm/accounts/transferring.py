"""What goes along when an account is transferred: the rooms above bring their own.

Opportunities and reminders lie above accounts and follow them through here; a share is the account's own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import ledger
from core.access.actor import Actor

from .models import Account, AccountShare


class ChangedSince(Exception):
    """What went along has been changed since: it cannot be put back as it was."""


@dataclass(frozen=True, slots=True)
class Handover:
    """One account on its way from one owner and territory to another; ids, either pair may be the same.

    ``transfer`` is the reference of the transfer it belongs to.
    """

    account_id: int
    old_owner_id: int | None
    new_owner_id: int | None
    old_territory_id: int | None
    new_territory_id: int | None
    transfer: str
    actor: Actor
    at: datetime

    @property
    def has_new_owner(self) -> bool:
        """Whether it changes hands."""
        return self.old_owner_id != self.new_owner_id

    @property
    def has_new_territory(self) -> bool:
        """Whether it changes its territory."""
        return self.old_territory_id != self.new_territory_id

    def turned(self) -> "Handover":
        """Return the way back."""
        return Handover(
            self.account_id,
            self.new_owner_id,
            self.old_owner_id,
            self.new_territory_id,
            self.old_territory_id,
            self.transfer,
            self.actor,
            self.at,
        )


Moved = list[Any]


@dataclass(frozen=True, slots=True)
class Companion:
    """Something that may go along.

    ``count(accounts, actor)`` says of a queryset of accounts how many there are, in one query. ``move(handover)``
    moves them in the transaction at hand, or ``leave(handover)`` where they were not to go along; either returns what
    ``put_back(handover, moved)`` needs to undo it, as plain JSON. ``put_back`` raises ``ChangedSince``.
    """

    key: str
    label: str | Promise
    count: Callable[[QuerySet, Actor], int]
    move: Callable[[Handover], Moved]
    put_back: Callable[[Handover, Moved], None]
    leave: Callable[[Handover], Moved] | None = None
    text: str | Promise = ""
    is_default: bool = True
    order: int = 50


_companions: dict[str, Companion] = {}


def register(companion: Companion) -> None:
    """Register something that may go along."""
    _companions[companion.key] = companion


def companions() -> list[Companion]:
    """Return all that may go along, in the order in which they are offered and moved."""
    return sorted(_companions.values(), key=lambda companion: (companion.order, companion.key))


# --- shares: the account's own companions


def _count_shares(accounts: QuerySet, actor: Actor) -> int:
    return AccountShare.objects.filter(
        account__in=accounts.order_by().values("pk"), ends_on__gte=timezone.localdate()
    ).count()


def _keep_shares(handover: Handover) -> Moved:
    """End the share of the new owner, who needs none; the others stay."""
    if not handover.has_new_owner or handover.new_owner_id is None:
        return []
    return _end(handover, AccountShare.objects.filter(user_id=handover.new_owner_id))


def _end_shares(handover: Handover) -> Moved:
    """End all shares in force."""
    return _end(handover, AccountShare.objects.all())


def _end(handover: Handover, shares: QuerySet) -> Moved:
    ended = []
    for share in (
        shares.filter(account_id=handover.account_id, ends_on__gte=timezone.localdate(handover.at))
        .select_related("account", "user")
        .order_by("pk")
    ):
        ended.append(
            {
                "user": share.user_id,
                "can_write": share.can_write,
                "ends_on": share.ends_on.isoformat(),
                "shared_by": share.shared_by_id,
            }
        )
        _record("account.unshared", share, handover)
        share.delete()
    return ended


def _share_again(handover: Handover, moved: Moved) -> None:
    """Put ended shares back, but for those that are over by now or were given anew meanwhile."""
    today = timezone.localdate(handover.at)
    for row in moved:
        ends_on = date.fromisoformat(row["ends_on"])
        if ends_on < today:
            continue
        share, created = AccountShare.objects.get_or_create(
            account_id=handover.account_id,
            user_id=row["user"],
            defaults={
                "can_write": row["can_write"],
                "ends_on": ends_on,
                "shared_by_id": row["shared_by"],
            },
        )
        if created:
            _record("account.shared", share, handover, can_write=share.can_write, ends_on=row["ends_on"])


def _record(event: str, share: AccountShare, handover: Handover, **facts) -> None:
    ledger.record(
        event,
        Account.objects.get(pk=share.account_id),
        actor=handover.actor,
        at=handover.at,
        facts={**facts, "transfer": handover.transfer},
        personal={f"user:{share.user_id}": {"person": share.user.full_name}},
    )


register(
    Companion(
        "shares",
        _("Shares with colleagues stay in force"),
        _count_shares,
        _keep_shares,
        _share_again,
        leave=_end_shares,
        text=_(
            "Otherwise they end at once. A share of the new owner ends in any case: it is needed no longer."
        ),
        order=30,
    )
)
