"""What the pages show of more time: what may be asked for, what is undecided, what was answered."""

from dataclasses import dataclass
from datetime import datetime

from .enums import ExtensionState, State
from .extension_policy import NoExtension, is_recent, opens_at, why_not_extend
from .in_force import terms_of
from .models import ExtensionRequest, Registration, RegistrationLine
from .services.extending import last_activity, term_of


@dataclass(frozen=True, slots=True)
class Offer:
    """How a protected registration stands: ``lines`` are those that may be extended now, by ``days``.

    ``needs_note``: nothing was noted lately, so the dealer has to say what happened. ``by_rule``: granted at once.
    ``undecided``: requests that wait; ``opens_at``: from when more time can be asked for, where it is too early.
    """

    lines: tuple[RegistrationLine, ...] = ()
    days: int = 0
    needs_note: bool = False
    by_rule: bool = False
    last_activity_at: datetime | None = None
    undecided: tuple[ExtensionRequest, ...] = ()
    opens_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether more time can be asked for now."""
        return bool(self.lines)

    @property
    def due_at(self) -> datetime | None:
        """By when the earliest undecided request is to be decided."""
        return min((request.due_at for request in self.undecided), default=None)

    @property
    def ends_before(self) -> datetime | None:
        """When the earliest protection ends if the undecided requests are declined."""
        return min((request.ends_before for request in self.undecided), default=None)


def requests_of(registration: Registration) -> dict[int, list[ExtensionRequest]]:
    """Return the requests of a registration by line (primary key), newest first; one query."""
    found: dict[int, list[ExtensionRequest]] = {}
    for request in ExtensionRequest.objects.filter(
        registration_line__registration=registration
    ).select_related("registration_line__line", "asked_by", "decided_by"):
        found.setdefault(request.registration_line_id, []).append(request)
    return found


def offer_of(registration: Registration, lines: list[RegistrationLine], at: datetime) -> Offer:
    """Return what may be asked for at ``at``; at most three queries, none where nothing is protected."""
    if not any(line.state == State.APPROVED for line in lines):
        return Offer()
    terms = terms_of(registration)
    requests = requests_of(registration)
    reasons = {line.pk: why_not_extend(term_of(line, requests.get(line.pk, ())), terms, at) for line in lines}
    free = tuple(line for line in lines if reasons[line.pk] is None)
    early = [
        opens_at(line.protected_until, terms) for line in lines if reasons[line.pk] is NoExtension.TOO_EARLY
    ]
    worked_at = last_activity(registration) if free else None
    recent = is_recent(worked_at, terms, at)
    return Offer(
        lines=free,
        days=terms.extension_days,
        needs_note=bool(free) and not recent,
        by_rule=bool(free) and recent and terms.extension_auto,
        last_activity_at=worked_at,
        undecided=tuple(undecided_of(requests)),
        opens_at=min(early, default=None),
    )


def undecided_of(requests: dict[int, list[ExtensionRequest]]) -> list[ExtensionRequest]:
    """Return the requests that wait for a decision, of lines that are still protected."""
    return [
        request
        for rows in requests.values()
        for request in rows
        if request.state == ExtensionState.ASKED and request.registration_line.state == State.APPROVED
    ]
