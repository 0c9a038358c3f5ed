"""Which objects of one kind a query finds: ids only. Who may see them is asked of their own ``visible_to``."""

from django.db.models import Q, QuerySet

from .models import SearchTerm
from .terms import asked_of, joined

_LAST = "\U0010ffff"


def _condition(term: str, as_beginning: bool) -> Q:
    """Return the condition for one term; a beginning is a range of the byte-ordered index."""
    if as_beginning:
        return Q(term__gte=term, term__lt=term + _LAST)
    return Q(term=term)


def matching_ids(object_type: str, query: str) -> QuerySet:
    """Return the ids of the objects that have every word of ``query``, as a queryset for ``pk__in``.

    Nothing for a query without a word. A reference is found with or without its hyphens.
    """
    asked = asked_of(query)
    rows = SearchTerm.objects.filter(object_type=object_type)
    if not asked:
        return rows.none().values("object_id")
    first, *others = asked
    found = rows.filter(_condition(*first))
    for term, as_beginning in others:
        found = found.filter(object_id__in=rows.filter(_condition(term, as_beginning)).values("object_id"))
    together = joined(query)
    if together:  # a union and no "or": each side is found by the index
        return found.values("object_id").union(rows.filter(_condition(together, True)).values("object_id"))
    return found.values("object_id")
