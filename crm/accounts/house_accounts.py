"""The house list: customers the manufacturer serves itself. Each change leaves an event partners never see."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor
from core.ledger.reference_data import declare_kept, save_kept

from .models import HouseListing

declare_kept("house_listing", _("House account"))


def save_house_listing(listing: HouseListing, *, actor: Actor, at: datetime) -> HouseListing:
    """Put a customer on the house list for a time, or change an entry."""
    return save_kept(listing, "house_listing", actor=actor, at=at)


def end_house_listing(listing: HouseListing, *, actor: Actor, at: datetime) -> HouseListing:
    """Take a customer off the house list now. The entry stays: what was decided under it can be explained."""
    if listing.valid_until is None or listing.valid_until > at:
        listing.valid_until = max(at, listing.valid_from + timedelta(microseconds=1))
    return save_house_listing(listing, actor=actor, at=at)
