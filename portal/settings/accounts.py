"""Keeping accounts clean: how long a merge can be undone, what is offered as a duplicate."""

from .environment import ENVIRONMENT

ACCOUNT_MERGE_UNDO_DAYS = ENVIRONMENT.merge_undo_days
ACCOUNT_DUPLICATES_MINIMUM_SCORE = ENVIRONMENT.duplicates_minimum_score
