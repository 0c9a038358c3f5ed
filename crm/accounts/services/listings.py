"""House listings: customers the manufacturer serves itself."""

from datetime import datetime

from django.db import transaction

from core import ledger
from core.access.actor import Actor
from core.access.guards import require
from core.workflow import lock

from ..exceptions import ListingRefused
from ..models import Account, HouseListing


@transaction.atomic
def add_house_listing(
    account_pk: int,
    *,
    valid_from: datetime,
    valid_until: datetime | None = None,
    whole_group: bool = False,
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> HouseListing:
    """Put an account, or its whole group, on the house list for a time (until None: open).

    Raises ``ListingRefused`` for an end that is not later than the beginning.
    """
    require(actor, "settings.manage")
    account = lock(Account.objects.known(), pk=account_pk)
    if valid_until is not None and valid_until <= valid_from:
        raise ListingRefused
    listing = HouseListing.objects.create(
        account=account,
        whole_group=whole_group,
        valid_from=valid_from,
        valid_until=valid_until,
        reason=reason[:300],
    )
    _record("house_listing.added", listing, actor, at)
    return listing


@transaction.atomic
def end_house_listing(
    pk: int, *, actor: Actor, at: datetime, valid_until: datetime | None = None
) -> HouseListing:
    """End a listing at an instant (default: now); raises ``ListingRefused`` where it has ended already."""
    require(actor, "settings.manage")
    listing = lock(HouseListing.objects.select_related("account"), pk=pk)
    end = valid_until or at
    if end <= listing.valid_from or (listing.valid_until is not None and listing.valid_until <= end):
        raise ListingRefused
    listing.valid_until = end
    listing.save(update_fields=["valid_until"])
    _record("house_listing.ended", listing, actor, at)
    return listing


def _record(event: str, listing: HouseListing, actor: Actor, at: datetime) -> None:
    """Write the event on the account."""
    ledger.record(
        event,
        listing.account,
        actor=actor,
        at=at,
        facts={
            "listing": listing.pk,
            "whole_group": listing.whole_group,
            "valid_from": listing.valid_from.isoformat(),
            "valid_until": listing.valid_until.isoformat() if listing.valid_until else None,
            "reason": listing.reason,
        },
    )
