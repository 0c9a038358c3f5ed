"""Pages of a list whose whole length nobody counts: has-next by one row more, the count capped."""

from dataclasses import dataclass, field

from django.utils.formats import number_format

SIZES = (25, 50, 100)
COUNT_LIMIT = 10_000
LAST_PAGE = 10_000


@dataclass(frozen=True)
class Page:
    """One page: its rows, and where one can go from here. ``count`` is capped; ``is_capped`` says so."""

    number: int
    size: int
    count: int
    is_capped: bool
    has_next: bool
    rows: list = field(default_factory=list)

    @property
    def has_previous(self) -> bool:
        """Whether a page comes before."""
        return self.number > 1

    @property
    def next_number(self) -> int:
        """The page after."""
        return self.number + 1

    @property
    def previous_number(self) -> int:
        """The page before."""
        return self.number - 1

    @property
    def first_row(self) -> int:
        """The number of the first row shown, from 1; 0 on an empty page."""
        return (self.number - 1) * self.size + 1 if self.rows else 0

    @property
    def last_row(self) -> int:
        """The number of the last row shown."""
        return (self.number - 1) * self.size + len(self.rows)

    @property
    def count_label(self) -> str:
        """The count as shown: ``1,234``, or ``10,000+``."""
        return _label(self.count, self.is_capped)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Page sizes to choose from."""
        return SIZES


def _label(count: int, is_capped: bool) -> str:
    """Return a count as shown."""
    shown = number_format(count, force_grouping=True)
    return f"{shown}+" if is_capped else shown


def counted(rows, limit: int | None = None) -> tuple[int, bool]:
    """Return how many rows a queryset has, counting no further than ``limit``, and whether there are more."""
    limit = COUNT_LIMIT if limit is None else limit
    count = rows.order_by()[: limit + 1].count()
    return min(count, limit), count > limit


def count_label(rows, limit: int | None = None) -> str:
    """Return how many rows a queryset has, as shown: ``1,234``, or ``10,000+`` where there are more."""
    return _label(*counted(rows, limit))


def _whole(text: str | None, otherwise: int) -> int:
    """Return a small positive number typed into an address, else ``otherwise``."""
    try:
        number = int(text or "")
    except ValueError:
        return otherwise
    return number if 0 < number <= LAST_PAGE else otherwise


def size_from(text: str | None) -> int:
    """Return the page size asked for, if it is one on offer."""
    size = _whole(text, SIZES[0])
    return size if size in SIZES else SIZES[0]


def page_of(rows, number: str | None, size: str | None) -> Page:
    """Return one page of a queryset: at most two queries, neither counting beyond the cap.

    A page that does not exist is the first one.
    """
    per_page, at = size_from(size), _whole(number, 1)
    first = (at - 1) * per_page
    taken = list(rows[first : first + per_page + 1])
    if not taken and at > 1:
        at, first = 1, 0
        taken = list(rows[: per_page + 1])
    has_next = len(taken) > per_page
    taken = taken[:per_page]
    if not has_next:
        count, is_capped = first + len(taken), False
    else:
        count, is_capped = counted(rows)
    return Page(at, per_page, count, is_capped, has_next, taken)
