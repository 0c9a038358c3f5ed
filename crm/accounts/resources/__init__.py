"""Accounts from files: columns, what each row would do, writing and taking back."""

from core.imports import register

from . import events  # noqa: F401 - declares them
from .accounts import AccountResource

register(AccountResource)

__all__ = ["AccountResource"]
