"""What a list is asked for, as text: the part of an address that a view keeps. Pure functions.

Kept are the filters, the order and the page size; not kept are the place in the pages, the columns (they are kept
apart), the view an address began with, and a download.
"""

from django.http import QueryDict

NOT_KEPT = frozenset({"page", "view", "from", "export", "columns"})
LONGEST = 2000
MOST_VALUES = 60
USUAL_SIZE = "25"


def asked_by(values: QueryDict) -> str:
    """Return the canonical text of what ``values`` ask for: two addresses that ask the same give the same text."""
    kept = QueryDict(mutable=True)
    for name in sorted(values):
        given = [value for value in values.getlist(name) if value != ""]
        if name in NOT_KEPT or not given or (name == "per_page" and given == [USUAL_SIZE]):
            continue
        kept.setlist(name, given if name not in ("sort", "per_page") else given[-1:])
    return kept.urlencode()


def parsed(text: str) -> QueryDict:
    """Return the values of a kept text, to be changed at will. Text that is too long or too much asks for nothing."""
    if len(text) > LONGEST:
        return QueryDict(mutable=True)
    try:
        values = QueryDict(text, mutable=True)
    except ValueError:
        return QueryDict(mutable=True)
    return (
        values
        if sum(len(given) for _name, given in values.lists()) <= MOST_VALUES
        else QueryDict(mutable=True)
    )


def only(values: QueryDict, names) -> tuple[QueryDict, list[str]]:
    """Return ``values`` of the filters ``names`` with order and page size, and the names of the others."""
    kept, others = QueryDict(mutable=True), []
    for name, given in values.lists():
        if name in names or name in ("sort", "per_page"):
            kept.setlist(name, given)
        elif name not in NOT_KEPT:
            others.append(name)
    return kept, others
