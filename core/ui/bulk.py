"""Many rows of a list at once: which are chosen, what may be done with them, and what became of each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise

from core.access.actor import Actor
from core.access.exceptions import NotAllowed

MOST_NAMED = 100  # rows named one by one: the longest page
MOST_AT_ONCE = 500  # rows done within one request; more is work for a job
NOT_OF_THE_FILTER = frozenset({"page", "per_page", "sort", "export", "view", "from", "columns"})


@dataclass(frozen=True, slots=True)
class BulkAction:
    """One thing to do with the rows chosen, for those who hold ``permission``.

    Either ``opens`` names a view that is shown with the choice in its address (see ``Choice.from_query``), or
    ``each(row, actor, at)`` does it to one row; what it raises of ``refusals`` has a ``message`` for people.
    """

    key: str
    label: str | Promise
    icon: str
    permission: str
    opens: str = ""
    each: Callable[..., object] | None = None
    refusals: tuple[type[Exception], ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Rows named by their references, or everything that a list's filters let through."""

    refs: tuple[str, ...] = ()
    everything: bool = False
    filters: str = ""

    @classmethod
    def from_query(cls, values: QueryDict) -> "Choice":
        """Return the choice in a form or an address: ``row`` many times, or ``everything`` with ``filters``."""
        if values.get("everything"):
            return cls(everything=True, filters=filters_of(QueryDict(values.get("filters", "")[:2000])))
        refs = dict.fromkeys(ref[:20].upper().replace("\x00", "") for ref in values.getlist("row"))
        return cls(refs=tuple(refs)[:MOST_NAMED])

    @property
    def is_empty(self) -> bool:
        """Whether nothing is chosen."""
        return not self.refs and not self.everything

    def as_query(self) -> str:
        """Return the choice as the query of an address."""
        if self.everything:
            return urlencode({"everything": "1", "filters": self.filters})
        return urlencode([("row", ref) for ref in self.refs])

    def among(self, rows: QuerySet, *, filterset_class=None, request=None) -> QuerySet:
        """Return those of ``rows`` (which the actor may see) that are chosen.

        A filter that does not hold (somebody altered it, a choice is gone) lets nothing through: never everything.
        """
        if not self.everything:
            return rows.filter(ref__in=self.refs)
        if filterset_class is None:
            return rows
        filterset = filterset_class(QueryDict(self.filters), queryset=rows, request=request)
        return filterset.qs if filterset.form.is_valid() else rows.none()


def filters_of(values: QueryDict) -> str:
    """Return what of an address's query narrows the list: neither page nor order."""
    kept = values.copy()
    for name in NOT_OF_THE_FILTER & set(kept):
        kept.pop(name)
    return kept.urlencode()


@dataclass(slots=True)
class Report:
    """What became of the rows: how many were done, and each that was not, with the reason.

    ``missing``: how many were named that the actor does not see; absent and foreign ones look the same.
    """

    done: int = 0
    refused: list[tuple[object, str]] = field(default_factory=list)
    missing: int = 0


def carry_out(action: BulkAction, rows: Iterable, choice: Choice, *, actor: Actor, at: datetime) -> Report:
    """Do ``action`` to each of ``rows`` by itself; one that is refused holds up no other."""
    report, found = Report(), set()
    for row in rows:
        found.add(row.ref)
        try:
            action.each(row, actor=actor, at=at)
        except (NotAllowed, *action.refusals) as refusal:
            report.refused.append((row, str(refusal.message)))
        else:
            report.done += 1
    report.missing = len(set(choice.refs) - found)
    return report
