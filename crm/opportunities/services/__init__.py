"""What can be done with opportunities: one function per use case, each one transaction with one event."""

from .direct import create_direct, update_opportunity
from .progress import lose, move_stage, reopen, win
from .registered import end_protection, extend_protection, open_registered, set_outcome
from .shares import share_opportunity, unshare_opportunity
from .terms import search_texts

__all__ = [
    "create_direct",
    "end_protection",
    "extend_protection",
    "lose",
    "move_stage",
    "open_registered",
    "reopen",
    "search_texts",
    "set_outcome",
    "share_opportunity",
    "unshare_opportunity",
    "update_opportunity",
    "win",
]
