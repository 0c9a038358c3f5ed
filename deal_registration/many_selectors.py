"""Several registrations of the queue at once: what would happen with each, and why one cannot be decided here.

Asked without locks, for the page that is confirmed; each is asked again, by itself and under its own locks, when it is
done.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor
from crm.accounts.models import Account

from .contested import contested_among
from .enums import WAITING_FOR_DECISION
from .exceptions import MayNotDecide, StillBlocked
from .models import Registration, RegistrationLine
from .review_selectors import lines_in_scope

BLOCKING = frozenset({"R05", "R06"})
NOT_HERE = _("No line of it waits for a decision of yours. More time is decided on its own page.")


@dataclass(frozen=True, slots=True)
class Preview:
    """One registration: the lines that would be decided, and why it cannot be ("" where it can)."""

    registration: Registration
    lines: tuple[RegistrationLine, ...]
    why_not: str | Promise = ""

    @property
    def line_ids(self) -> list[int]:
        """The product lines that would be decided."""
        return [line.line_id for line in self.lines]


def previews_of(registrations: Iterable[Registration], actor: Actor, *, approving: bool) -> list[Preview]:
    """Return what would happen with each; a constant number of queries, however many there are.

    ``registrations`` have their lines and territory loaded.
    """
    registrations = list(registrations)
    stopped = contested_among(
        line.pk for row in registrations for line in row.lines.all() if line.state in WAITING_FOR_DECISION
    )
    rows = [(row, _waiting(row, actor, stopped)) for row in registrations]
    own = _owned_by(actor, rows)
    return [
        Preview(registration, lines, _why_not(registration, lines, actor, own, approving))
        for registration, lines in rows
    ]


def _waiting(
    registration: Registration, actor: Actor, stopped: frozenset[int]
) -> tuple[RegistrationLine, ...]:
    """Return the lines that wait for the actor's decision and are not contested."""
    return tuple(
        line
        for line in lines_in_scope(registration, actor)
        if line.state in WAITING_FOR_DECISION and not line.is_waiting_for_release and line.pk not in stopped
    )


def _evidence(lines: Iterable[RegistrationLine], what: str) -> set[int]:
    """Return the ids of a kind that the verdicts of the lines name."""
    return {
        pk
        for line in lines
        for hit in (line.verdict or {}).get("hits", ())
        for pk in hit["evidence"].get(what, ())
    }


def _owned_by(actor: Actor, rows) -> set[int]:
    """Return the accounts, of those that the checks hit, that the actor owns."""
    accounts = {registration.customer_id for registration, _lines in rows} - {None}
    for _registration, lines in rows:
        accounts |= _evidence(lines, "organisations")
    return set(
        Account.objects.filter(pk__in=accounts, owner_id=actor.user_id)
        .order_by()
        .values_list("pk", flat=True)
    )


def _why_not(
    registration: Registration,
    lines: tuple[RegistrationLine, ...],
    actor: Actor,
    own: set[int],
    approving: bool,
) -> str | Promise:
    """Return why one cannot be decided; "" where it can, as far as the last check tells."""
    if not lines:
        return NOT_HERE
    concerned = {registration.customer_id} | _evidence(lines, "organisations")
    if concerned & own or actor.user_id in _evidence(lines, "owners"):
        return MayNotDecide.message
    codes = {hit["code"] for line in lines for hit in (line.verdict or {}).get("hits", ())}
    if approving and codes & BLOCKING:
        return StillBlocked.message
    return ""
