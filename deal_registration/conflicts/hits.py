"""What one code of the check found: its class and its evidence."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class VerdictClass(IntEnum):
    """Classes of a hit, worst last."""

    CLEAR = 0
    NOTICE = 1
    REVIEW = 2
    ASK = 3
    HOLD = 4
    BLOCK = 5


@dataclass(frozen=True, slots=True)
class Hit:
    """One code that hit, with its class and evidence (exact JSON)."""

    code: str
    class_: VerdictClass
    evidence: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return what is stored."""
        return {"code": self.code, "class": self.class_.name.lower(), "evidence": self.evidence}


def worst(found: Iterable[Hit]) -> VerdictClass:
    """Return the worst class of any hit; clear where there is none."""
    return max((hit.class_ for hit in found), default=VerdictClass.CLEAR)
