"""What is found out about a row before it is written, and what is kept of writing it. Plain data, no queries.

Words are kept as their English original with what is filled in, so that each reader gets them in their own language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.ui.wording import listed

from .enums import Action

SURE, MAYBE = "sure", "maybe"
LONGEST_VALUE = 200


def original_of(message: Any) -> str:
    """Return a translatable message as it stands in the source."""
    if isinstance(message, Promise):
        with translation.override(None):
            return str(message)
    return str(message)


def _kept_param(item: Any) -> Any:
    """Return what is filled into a message as it is stored: text, or a list of words still to be translated."""
    if isinstance(item, list | tuple):
        return [original_of(word) for word in item]
    return str(item)[:LONGEST_VALUE]


def _in_words(params: Mapping[str, Any]) -> dict[str, str]:
    """Return what is filled in, in the reader's language."""
    return {
        name: listed(_(word) for word in item) if isinstance(item, list) else item
        for name, item in params.items()
    }


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row, in which field, and with which value. A list in ``params`` is of words to translate."""

    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    field: str = ""
    value: str = ""

    @classmethod
    def of(cls, message: Any, *, field: str = "", value: str = "", **params: Any) -> "Problem":
        """Return a problem worded by a translatable ``message`` with named places."""
        filled = {name: _kept_param(item) for name, item in params.items()}
        return cls(original_of(message), filled, field, str(value)[:LONGEST_VALUE])

    @classmethod
    def from_error(cls, error: Exception, *, field: str = "", value: str = "") -> "Problem":
        """Return the problem an exception with words for people tells of."""
        if isinstance(error, ValidationError):
            if hasattr(error, "error_dict"):
                name, errors = next(iter(error.error_dict.items()))
                known = name if name != "__all__" else field
                return cls.from_error(errors[0], field=known, value=value)
            error = error.error_list[0]
            params = {name: _kept_param(item) for name, item in (error.params or {}).items()}
            plural = any(isinstance(item, int) for item in (error.params or {}).values())
            if plural:  # the word depends on the number: as it reads now
                return cls(" ".join(error.messages).replace("%", "%%"), {}, field, str(value)[:LONGEST_VALUE])
            return cls(original_of(error.message), params, field, str(value)[:LONGEST_VALUE])
        return cls.of(getattr(error, "message", None) or str(error), field=field, value=value)

    @property
    def words(self) -> str:
        """The problem in the reader's language."""
        text = _(self.message) if self.message else ""
        try:
            return text % _in_words(self.params) if self.params or "%%" in text else text
        except (KeyError, TypeError, ValueError):
            return text

    def kept(self) -> list:
        """Return the problem as it is stored."""
        return [self.message, dict(self.params), self.field, self.value]


@dataclass(frozen=True, slots=True)
class Twin:
    """A known object that a row may mean. ``reasons`` are codes that the resource words."""

    pk: int
    level: str
    reasons: tuple[str, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether it is likely the same rather than perhaps."""
        return self.level == SURE


@dataclass(slots=True)
class Judged:
    """What one row would do. ``same_as_row`` is the number of an earlier row of the file that looks the same.

    ``changes`` maps a field to its text before and after; ``place`` orders writing (rows that others need go first).
    """

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    action: str = Action.CREATE
    problems: list[Problem] = field(default_factory=list)
    target: int | None = None
    twins: list[Twin] = field(default_factory=list)
    same_as_row: int | None = None
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    place: int = 0

    def refuse(self, problem: Problem) -> None:
        """Note what is wrong: the row is left out."""
        self.problems.append(problem)
        self.action = Action.ERROR


@dataclass(frozen=True, slots=True)
class Written:
    """What writing a row did: the object, and its fields before and after as plain values, to be put back."""

    pk: int
    created: bool
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    alias: str = ""


class RowRefused(Exception):
    """A row cannot be written or taken back. ``problem`` says why."""

    def __init__(self, message: Any, *, field: str = "", value: str = "", **params: Any):
        self.problem = Problem.of(message, field=field, value=value, **params)
        super().__init__(self.problem.message)
