"""Approval by a person or by rule passes this one door: checked again under the lock, then protected."""

from datetime import datetime, timedelta

from core import clock
from core.access.actor import Actor, system_actor
from core.workflow import TransitionRefused, move_all
from crm.accounts.services import promote
from crm.opportunities.services import end_protection, open_registered
from partners.selectors import benefits_at

from .. import claims
from ..conflicts import hits
from ..enums import State
from ..exceptions import StillBlocked
from ..facts import candidate_of, customer_matches, gather, relate
from ..in_force import terms_of
from ..models import Registration, RegistrationLine
from ..summary import refresh
from ..workflow import LINE_WORKFLOW

REFUSING = frozenset({"R05", "R06"})
CRM = system_actor("registration")


def protection_end(registration: Registration, line: RegistrationLine, starts_at: datetime) -> datetime:
    """Return when protection of a line that starts now ends: the programme's window and what the tier adds.

    Both as in force when the line was received, whatever has changed until it was decided.
    """
    days = terms_of(registration, line.received_at).protection_days
    days += benefits_at(registration.partner, line.received_at).extra_protection_days
    return starts_at + timedelta(days=days)


def still_blocking(registration: Registration, line: RegistrationLine, at: datetime) -> frozenset[str]:
    """Return which of R05 and R06 hit this line at present; asked under the line's lock."""
    known = relate(registration, registration.customer_id, customer_matches(registration))
    found = hits(gather(registration, line, known, judged_at=at))
    return frozenset(hit.code for hit in found) & REFUSING


def protect_lines(
    registration: Registration,
    lines: list[RegistrationLine],
    chosen: list[RegistrationLine],
    *,
    actor: Actor,
    at: datetime,
    transition: str,
    facts: dict,
) -> None:
    """Protect ``chosen`` of the locked ``lines`` and let them land in the CRM core.

    Raises ``StillBlocked`` while R05 or R06 hits any of them, or where the database refuses the claim.
    """
    starts_at = clock.deciding_time()
    ends = {line.pk: protection_end(registration, line, starts_at) for line in chosen}
    for line in chosen:
        if line.state not in LINE_WORKFLOW[transition].sources:
            raise TransitionRefused(state=line.state)
        if still_blocking(registration, line, starts_at):
            raise StillBlocked
        claims.protect(line, registration, starts_at=starts_at, ends_at=ends[line.pk])
    registration.last_activity_at = starts_at  # from now on it is up to its dealer
    registration.save(update_fields=["last_activity_at", "updated_at"])
    event = move_all(
        LINE_WORKFLOW,
        chosen,
        transition,
        actor=actor,
        at=at,
        to=State.APPROVED,
        changes=lambda line: {
            "decided_at": at,
            "decided_by_id": actor.user_id,
            "protected_until": ends[line.pk],
            "reminded_days": None,
            "reason": "",
            "reason_text": "",
        },
        event_obj=registration,
        permission_obj=registration,
        partner_id=registration.partner_id,
        facts=facts
        | {"lines": [line.line.code for line in chosen], "protected_until": min(ends.values()).isoformat()},
    )
    land_in_crm(registration, chosen, at=at, ends_at=max(ends.values()))
    refresh(registration, lines, at)
    claims.release_held(chosen, event.pk)


def land_in_crm(registration, chosen, *, at: datetime, ends_at: datetime) -> None:
    """Make the prospect an account and link or create the opportunity, with partner and end of protection."""
    account = promote(
        registration.customer_id,
        actor=CRM,
        at=at,
        candidate=candidate_of(registration),
        territory=registration.territory,
    )
    registration.opportunity = open_registered(
        account=account,
        project=registration.project,
        name=(registration.project_name or registration.customer_name)[:200],
        type=registration.opportunity_type,
        value=registration.value,
        expected_close_on=registration.expected_close_on,
        territory=registration.territory,
        line_ids=[line.line_id for line in chosen],
        partner_account_id=registration.partner_id,
        source=f"registration {registration.ref}",
        protection_ends_at=ends_at,
        actor=CRM,
        at=at,
        opportunity=registration.opportunity,
    )
    registration.save(update_fields=["opportunity", "updated_at"])


def shorten_in_crm(registration: Registration, lines: list[RegistrationLine], *, at: datetime) -> None:
    """Let the opportunity's protection end with the last line still protected, at once where there is none.

    Never makes it longer: a line whose extension is undecided runs on, the opportunity does not.
    """
    if registration.opportunity is None:
        return
    last = max((line.protected_until for line in lines if line.state == State.APPROVED), default=None)
    until = registration.opportunity.protection_ends_at
    if until is not None and (last is None or last < until):
        end_protection(registration.opportunity_id, actor=CRM, at=at, ends_at=last)
