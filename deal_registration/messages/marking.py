"""Unread messages as a mark on the rows of lists and of the queue."""

from django.utils.formats import number_format
from django.utils.translation import ngettext

from ..marks import Mark, register
from .threads import unread_counts


def unread_marks(rows, actor) -> dict[int, Mark]:
    """Return the mark of each row with unread messages."""
    return {
        pk: Mark(
            "message",
            number_format(count),
            ngettext("%(count)s unread message", "%(count)s unread messages", count) % {"count": count},
        )
        for pk, count in unread_counts(rows, actor).items()
    }


register("messages", unread_marks)
