"""Organisations in one table with a lifecycle, their contacts and house listings; pairs that may be one; merges."""

from .accounts import (
    Account,
    AccountQuerySet,
    AccountShare,
    Contact,
    ContactQuerySet,
    HouseListing,
    HouseListingQuerySet,
    Kind,
    Lifecycle,
)
from .merging import DuplicatePair, DuplicatePairQuerySet, Merge, MergeQuerySet, PairState

__all__ = [
    "Account",
    "AccountQuerySet",
    "AccountShare",
    "Contact",
    "ContactQuerySet",
    "DuplicatePair",
    "DuplicatePairQuerySet",
    "HouseListing",
    "HouseListingQuerySet",
    "Kind",
    "Lifecycle",
    "Merge",
    "MergeQuerySet",
    "PairState",
]
