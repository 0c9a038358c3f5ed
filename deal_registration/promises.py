"""The clock of a promised decision, in words and colour."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _

SOON = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class PromiseClock:
    """How a promise stands: ``words`` such as "due in 3 hours", the tone and icon of its nearness."""

    words: str
    tone: str
    icon: str
    due_at: datetime | None


def promise_of(due_at: datetime | None, *, at: datetime) -> PromiseClock:
    """Return the clock of a promise that falls due at ``due_at``; None: the clock stands still."""
    if due_at is None:
        return PromiseClock(_("No promise running"), "neutral", "player-pause", None)
    if due_at <= at:
        words = _("Overdue by %(time)s") % {"time": timesince(due_at, at, depth=1)}
        return PromiseClock(words, "danger", "alert-triangle", due_at)
    words = _("Due in %(time)s") % {"time": timeuntil(due_at, at, depth=1)}
    is_soon = due_at - at <= SOON
    return PromiseClock(words, "warning" if is_soon else "success", "clock", due_at)
