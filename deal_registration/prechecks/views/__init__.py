"""Pages of pre-checks: asking, the answer, the record, and what staff watch over."""

from .asking import precheck_new, precheck_page, precheck_register
from .lists import PrecheckList, StandingList
from .watching import precheck_answer, standing_lift, standing_page

__all__ = [
    "PrecheckList",
    "StandingList",
    "precheck_answer",
    "precheck_new",
    "precheck_page",
    "precheck_register",
    "standing_lift",
    "standing_page",
]
