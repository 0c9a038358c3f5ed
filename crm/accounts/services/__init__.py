"""What can be done with accounts, contacts, house listings and shares: one function per use case.

Each is one transaction, leaves one event, and keeps match index and search terms in step.
"""

from .accounts import (
    become_prospect,
    candidate_of,
    create_account,
    promote,
    remember_alias,
    search_texts,
    update_account,
)
from .contacts import add_contact, remove_contact, update_contact
from .doubts import keep_apart, say_same, tell_apart
from .duplicates import judge_different, reopen_pair, start_search
from .groups import set_parent
from .listings import add_house_listing, end_house_listing
from .merging import merge_accounts, undo_merge
from .shares import share_account, unshare_account

__all__ = [
    "add_contact",
    "add_house_listing",
    "become_prospect",
    "candidate_of",
    "create_account",
    "end_house_listing",
    "judge_different",
    "keep_apart",
    "merge_accounts",
    "promote",
    "remember_alias",
    "remove_contact",
    "reopen_pair",
    "say_same",
    "search_texts",
    "set_parent",
    "share_account",
    "start_search",
    "tell_apart",
    "undo_merge",
    "unshare_account",
    "update_account",
    "update_contact",
]
