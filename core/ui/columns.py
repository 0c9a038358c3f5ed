"""Which columns of a table are shown and in which order: what is asked for, made to fit what there is. No queries."""

from collections.abc import Iterable
from dataclasses import dataclass

MOST_COLUMNS = 60  # asked for at once; no table of ours has as many
LONGEST_NAMES = 2000


@dataclass(frozen=True, slots=True)
class Choice:
    """One column as the panel offers it: ``stays`` cannot be taken away, ``is_shown`` is on now."""

    name: str
    label: str
    stays: bool
    is_shown: bool


def stays(column) -> bool:
    """Tell whether a column is always there."""
    return bool(getattr(column, "stays", False))


def in_order(table_class) -> dict:
    """Return all columns of a table by name, in the order it is declared to have."""
    base = table_class.base_columns
    names = dict.fromkeys((*(table_class._meta.fields or ()), *base))
    return {name: base[name] for name in names if name in base}


def has_heading(column) -> bool:
    """Tell whether a column is one people can name; one of buttons is not."""
    return column.verbose_name != ""


def default_columns(table_class, hidden: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the columns that are on until somebody chooses, without those ``hidden`` from the reader."""
    hidden = set(hidden)
    return tuple(
        name
        for name, column in in_order(table_class).items()
        if name not in hidden and not getattr(column, "optional", False)
    )


def arranged(
    table_class,
    names: Iterable[str] | None,
    hidden: Iterable[str] = (),
    default: tuple[str, ...] | None = None,
) -> tuple[str, ...]:
    """Return the columns to show for ``names`` asked for, in their order; None: ``default``, else the table's own.

    Unknown, repeated and ``hidden`` ones are passed over. What stays is added where it is missing: in front what has
    a heading (the row's name), at the end what has none (its buttons). Nothing sensible asked for: the default.
    """
    usual = default_columns(table_class, hidden) if default is None else default
    if names is None:
        return usual
    hidden, base = set(hidden), in_order(table_class)
    asked = [name for name in dict.fromkeys(names) if name in base and name not in hidden]
    if not asked:
        return usual
    kept = [name for name, column in base.items() if stays(column) and name not in hidden]
    front = [name for name in kept if name not in asked and has_heading(base[name])]
    buttons = [name for name in kept if not has_heading(base[name])]
    return (*front, *(name for name in asked if name not in buttons), *buttons)


def choices_of(table, shown: tuple[str, ...]) -> list[Choice]:
    """Return what the panel offers of ``table`` (one with every column the reader may see).

    First the columns shown in their order, then the others; none without a heading.
    """
    columns = {column.name: column for column in table.columns}
    names = dict.fromkeys((*(name for name in shown if name in columns), *columns))
    return [
        Choice(name, str(columns[name].header), stays(columns[name].column), name in shown)
        for name in names
        if has_heading(columns[name].column)
    ]


def names_in(text: str) -> list[str] | None:
    """Return the names in ``a,b,c`` as an address has them; None where there are none."""
    names = [name for name in text[:LONGEST_NAMES].split(",") if name][:MOST_COLUMNS]
    return names or None
