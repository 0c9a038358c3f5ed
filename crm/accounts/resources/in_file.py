"""What the rows of one sheet say of each other: the same company twice, numbers used twice, parents further down."""

from django.utils.translation import gettext_lazy as _

from core.imports.judging import Judged, Problem
from crm.identity.normal import normalise
from crm.identity.registry_ids import parse


class Seen:
    """The rows seen so far, by what they are known by. One for each checking of a whole sheet."""

    def __init__(self):
        self.known_parents: set[str] = set()
        self._first: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._parents: dict[int, tuple[str, str]] = {}
        self._refused: set[int] = set()

    def note(self, row: Judged) -> None:
        """Remember a row's parent and, if none had it before, its number."""
        number, parent = row.values.get("number", ""), row.values.get("parent", "")
        if parent:
            self._parents[row.number] = (number, parent)
        if row.problems:
            self._refused.add(row.number)
        elif number:
            self._numbers.setdefault(number, row.number)

    def number_stands_in(self, row: Judged) -> int | None:
        """Return the earlier row with the same customer number."""
        first = self._numbers.get(row.values.get("number", ""))
        return first if first is not None and first != row.number else None

    def twin_of(self, row: Judged) -> int | None:
        """Return the first earlier row that looks like the same company: one registry id, or one name in one place."""
        keys = _keys_of(row)
        found = min((self._first[key] for key in keys if key in self._first), default=None)
        for key in keys:
            self._first.setdefault(key, row.number)
        return found

    def parents_in_order(self) -> dict[int, Problem | int]:
        """Return by row what is wrong with its parent, or how many of its parents stand in this file."""
        found: dict[int, Problem | int] = {}
        for row, (_number, parent) in self._parents.items():
            if row in self._refused:
                continue
            if parent not in self.known_parents and parent not in self._numbers:
                found[row] = Problem.of(
                    _("No account has this customer number."),
                    field="parent",
                    value=parent,
                )
                continue
            depth = self._depth(row)
            if depth is None:
                found[row] = Problem.of(
                    _("A company cannot stand above itself."), field="parent", value=parent
                )
            elif depth:
                found[row] = depth
        return found

    def _depth(self, row: int) -> int | None:
        """Return how many parents up the file goes; None for a circle."""
        path: list[int] = []
        while row in self._parents:
            if row in path:
                return None
            path.append(row)
            above = self._numbers.get(self._parents[row][1])
            if above is None:
                return len(path) - 1
            row = above
        return len(path)


def _keys_of(row: Judged) -> list[str]:
    """Return what a row's company is told by within its sheet."""
    country = row.values.get("country", "")
    keys = []
    registered = parse(row.values.get("registry_id", ""), country)
    if registered is not None:
        keys.append(f"id:{registered.key}")
    for field in ("name", "other_name"):
        normal = normalise(row.values.get(field, ""))
        if normal:
            place = f"{country}:{' '.join(row.values.get('city', '').casefold().split())}"
            keys.append(f"name:{normal.key}:{place}")
    return keys
