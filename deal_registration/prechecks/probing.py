"""Does somebody ask in order to learn what others hold? A pure score over a partner's questions, with its reasons.

Five signs, each worth so many points of a hundred: how much of what was asked is taken, how many customers and lines
in one day, names in alphabetical order, customers found free and never filed, and speed. An honest dealer asks about
a few customers, finds most of them free, and files.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

DAY = timedelta(days=1)
BURST = timedelta(minutes=10)
TIME_TO_FILE = timedelta(days=3)

# Points of each sign, and from where to where it grows.
POINTS = {"taken": 30, "breadth": 20, "sweep": 20, "unfiled": 15, "speed": 15}
TAKEN_FROM, TAKEN_TO, TAKEN_AT_LEAST = 0.35, 0.85, 5
BREADTH_FROM, BREADTH_TO = 8, 25
SWEEP_FROM, SWEEP_TO = 5, 10
UNFILED_FROM, UNFILED_TO, UNFILED_AT_LEAST = 0.6, 1.0, 6
SPEED_FROM, SPEED_TO = 5, 15


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as the score sees it.

    ``taken`` of ``lines`` were told to be taken; ``is_own``: about a customer the partner holds already, which counts
    for nothing; ``is_filed``: the customer was filed afterwards.
    """

    at: datetime
    customer: str
    lines: int = 1
    taken: int = 0
    is_own: bool = False
    is_filed: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """One sign that shows: its code, its points, and the numbers behind it."""

    code: str
    points: int
    count: int
    of: int

    def to_json(self) -> dict:
        """Return what is stored."""
        return {"code": self.code, "points": self.points, "count": self.count, "of": self.of}


@dataclass(frozen=True, slots=True)
class Score:
    """The sum, 0 to 100, and what it is made of, the heaviest first."""

    reasons: tuple[Reason, ...]

    @property
    def points(self) -> int:
        """The sum."""
        return sum(reason.points for reason in self.reasons)


def score(questions: Iterable[Asked], *, at: datetime) -> Score:
    """Return the score of a partner's questions as of ``at``; their order does not matter."""
    asked = sorted(
        (one for one in questions if not one.is_own),
        key=lambda one: (one.at, one.customer, one.lines, one.taken, one.is_filed),
    )
    found = (_taken(asked), _breadth(asked), _sweep(asked), _unfiled(asked, at), _speed(asked))
    reasons = [reason for reason in found if reason.points > 0]
    return Score(tuple(sorted(reasons, key=lambda reason: (-reason.points, reason.code))))


def _grown(value: float, start: float, end: float) -> float:
    """Return how far ``value`` is on the way from ``start`` to ``end``: 0 to 1."""
    return min(1.0, max(0.0, (value - start) / (end - start)))


def _reason(code: str, share: float, count: int, of: int) -> Reason:
    return Reason(code, round(POINTS[code] * share), count, of)


def _taken(asked: Sequence[Asked]) -> Reason:
    """How much of what was asked is taken: by lines, from so many questions on."""
    lines, taken = sum(one.lines for one in asked), sum(one.taken for one in asked)
    share = _grown(taken / lines, TAKEN_FROM, TAKEN_TO) if len(asked) >= TAKEN_AT_LEAST and lines else 0.0
    return _reason("taken", share, taken, lines)


def _breadth(asked: Sequence[Asked]) -> Reason:
    """How many customers within a day, in the busiest day there was; several lines of one weigh a little more."""
    most, lines = 0.0, 0
    for number, first in enumerate(asked):
        widest: dict[str, int] = {}
        for one in asked[number:]:
            if one.at - first.at >= DAY:
                break
            widest[one.customer] = max(widest.get(one.customer, 0), one.lines)
        weight = sum(1 + 0.1 * min(count - 1, 5) for count in widest.values())
        if weight > most:
            most, lines = weight, len(widest)
    return _reason("breadth", _grown(most, BREADTH_FROM, BREADTH_TO), lines, len(asked))


def _sweep(asked: Sequence[Asked]) -> Reason:
    """The longest run of customers in alphabetical order, up or down."""
    names = [one.customer for one in asked]
    longest = 1 if names else 0
    up = down = longest
    for before, after in pairwise(names):
        if after == before:
            continue
        up = up + 1 if after > before else 1
        down = down + 1 if after < before else 1
        longest = max(longest, up, down)
    return _reason("sweep", _grown(longest, SWEEP_FROM, SWEEP_TO), longest, len(names))


def _unfiled(asked: Sequence[Asked], at: datetime) -> Reason:
    """How many customers that were free were never filed, once there was time to."""
    due: dict[str, bool] = {}
    for one in asked:
        if one.taken < one.lines and at - one.at >= TIME_TO_FILE:
            due[one.customer] = due.get(one.customer, False) or one.is_filed
    left = sum(1 for is_filed in due.values() if not is_filed)
    enough = len(due) >= UNFILED_AT_LEAST
    return _reason(
        "unfiled", _grown(left / len(due), UNFILED_FROM, UNFILED_TO) if enough else 0.0, left, len(due)
    )


def _speed(asked: Sequence[Asked]) -> Reason:
    """How many questions within ten minutes, at the fastest."""
    most, first = 0, 0
    for last, one in enumerate(asked):
        while one.at - asked[first].at > BURST:
            first += 1
        most = max(most, last - first + 1)
    return _reason("speed", _grown(most, SPEED_FROM, SPEED_TO), most, len(asked))
