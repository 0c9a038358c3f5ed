"""Counting cases as the ledger tells of them, and stating the figures."""

from .counting import count_history, count_registrations, count_ruling
from .stating import restate, restate_when_due

__all__ = ["count_history", "count_registrations", "count_ruling", "restate", "restate_when_due"]
