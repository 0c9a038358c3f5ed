"""The conflict check: from facts to a verdict, as a pure function.

``deal_registration.facts`` gathers what the check may know (``conflicts.facts``); each code R01–R16 is one small
function of it (``conflicts.checks``). A verdict (``conflicts.verdicts``) holds every hit with its evidence, the worst
class, and what would change the answer (``conflicts.changes``), each change tried by the same checks. It is exact
JSON (ids, dates as text), described in ``docs/verdicts.md``, and shown to no partner as it is:
``deal_registration.disclosure`` words it.
"""

from .checks import CHECKS, hits, projects_overlap
from .facts import ClaimFact, DirectFact, Facts, HouseFact, MatchFact, Region, Sameness
from .hits import Hit, VerdictClass, worst
from .verdicts import Verdict, judge, lines_to_leave_out

__all__ = [
    "CHECKS",
    "ClaimFact",
    "DirectFact",
    "Facts",
    "Hit",
    "HouseFact",
    "MatchFact",
    "Region",
    "Sameness",
    "Verdict",
    "VerdictClass",
    "hits",
    "judge",
    "lines_to_leave_out",
    "projects_overlap",
    "worst",
]
