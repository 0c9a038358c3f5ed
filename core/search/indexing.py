"""Keeping the terms in step. Called by the services that save objects, in their transaction."""

from collections.abc import Iterable, Mapping

from django.db import transaction

from .bulk import insert_new
from .models import SearchTerm
from .terms import terms_of


@transaction.atomic(savepoint=False)
def index(object_type: str, object_id: int, texts: Iterable[str]) -> None:
    """Make the terms of one object those of ``texts``, touching only what differs.

    ``object_type`` is the model's label, e.g. ``accounts.account``.
    """
    wanted = terms_of(texts)
    rows = SearchTerm.objects.filter(object_type=object_type, object_id=object_id)
    kept = dict(rows.order_by("pk").values_list("term", "pk"))
    gone = [pk for term, pk in kept.items() if term not in wanted]
    if gone:
        SearchTerm.objects.filter(pk__in=gone).delete()
    SearchTerm.objects.bulk_create(
        [
            SearchTerm(term=term, object_type=object_type, object_id=object_id)
            for term in sorted(wanted - kept.keys())
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def index_many(object_type: str, texts_by_id: Mapping[int, Iterable[str]]) -> int:
    """Index many objects that have no terms yet; for loads. Returns the number of terms."""
    rows = (
        (term, object_type, object_id)
        for object_id, texts in texts_by_id.items()
        for term in sorted(terms_of(texts))
    )
    return insert_new(SearchTerm, ("term", "object_type", "object_id"), rows)


def unindex(object_type: str, object_id: int) -> None:
    """Take one object out of the search."""
    SearchTerm.objects.filter(object_type=object_type, object_id=object_id).delete()
