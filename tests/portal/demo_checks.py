"""What must hold of a demo: every row is what the services would have left. Each check yields faults in words."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from core.ledger import facts_of
from core.ledger.models import Event
from crm.accounts.models import Account, Lifecycle
from crm.identity.registry_ids import parse
from deal_registration.enums import PENDING, WAITING_FOR_DECISION, State
from deal_registration.models import Claim, InformationRequest, LineSequence, Registration, RegistrationLine
from deal_registration.summary import summary_state

REGISTRATION = "deal_registration.registration"


def _lines():
    return RegistrationLine.objects.select_related(
        "line", "claim", "registration__customer", "registration__opportunity"
    ).order_by("line_id", "sequence_number")


def sequences() -> Iterator[str]:
    """Numbers are 1, 2, 3 … on each product line, and times rise with them."""
    by_line: dict[int, list[RegistrationLine]] = defaultdict(list)
    for line in _lines().exclude(state=State.DRAFT):
        by_line[line.line_id].append(line)
    for line_id, lines in by_line.items():
        numbers = [line.sequence_number for line in lines]
        times = [line.received_at for line in lines]
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"line {line_id}: numbers are not gapless"
        if any(later <= earlier for earlier, later in pairwise(times)):
            yield f"line {line_id}: times do not rise"
        row = LineSequence.objects.get(line_id=line_id)
        if (row.last_number, row.last_at) != (numbers[-1], times[-1]):
            yield f"line {line_id}: the sequence stands at another place"


def claims(now: datetime) -> Iterator[str]:
    """Approved lines are protected, waiting ones claim, ended ones do not."""
    for line in _lines():
        claim = getattr(line, "claim", None)
        wanted = (
            "approved" if line.state == State.APPROVED else "pending" if line.state in PENDING else "ended"
        )
        if line.state in (State.DRAFT, State.SCREENING):
            continue
        if claim is None:
            if line.state != State.REJECTED or line.decided_by_id:
                yield f"{line.pk} {line.state}: no claim"
            continue
        if claim.state != wanted:
            yield f"{line.pk} {line.state}: its claim is {claim.state}"
        if (claim.line_id, claim.customer_id) != (line.line_id, line.registration.customer_id):
            yield f"{line.pk}: its claim is on another scope"
        if (claim.sequence_number, claim.partner_id) != (line.sequence_number, line.registration.partner_id):
            yield f"{line.pk}: its claim has another place or partner"
        if claim.project_id != line.registration.project_id:
            yield f"{line.pk}: its claim is on another project"
        window = (claim.starts_at, claim.ends_at)
        if line.state == State.APPROVED and (
            window != (line.decided_at, line.protected_until) or window[1] <= now
        ):
            yield f"{line.pk}: protected for another window"
        if (line.state == State.WON) != (claim.won_at is not None):
            yield f"{line.pk}: won and not remembered, or the other way about"
        if line.state in PENDING and (claim.starts_at, claim.ends_at) != (line.received_at, None):
            yield f"{line.pk}: a waiting claim is open-ended from its receipt"


def exactly_one() -> Iterator[str]:
    """No two protections meet, by a look at all pairs rather than by the database's word."""
    by_scope: dict[tuple, list[Claim]] = defaultdict(list)
    for claim in Claim.objects.filter(state="approved", kind="registration").order_by("pk"):
        by_scope[claim.customer_id, claim.line_id].append(claim)
    for found in by_scope.values():
        for number, one in enumerate(found):
            for other in found[number + 1 :]:
                same = None in (one.project_id, other.project_id) or one.project_id == other.project_id
                if same and one.starts_at < other.ends_at and other.starts_at < one.ends_at:
                    yield f"claims {one.pk} and {other.pk} protect one scope"


def registrations() -> Iterator[str]:
    """What a registration shows follows from its lines; clocks run where somebody has to decide."""
    open_requests = set(
        InformationRequest.objects.filter(answered_at=None).values_list("registration_id", flat=True)
    )
    for row in Registration.objects.select_related("customer", "opportunity").prefetch_related(
        "lines", "contacts"
    ):
        states = {line.state for line in row.lines.all()}
        if row.state != summary_state(states):
            yield f"{row.pk}: shows {row.state} for {states}"
        if (row.review_due_at is not None) != bool(states & WAITING_FOR_DECISION):
            yield f"{row.pk} {states}: its review clock runs wrongly"
        if (row.pk in open_requests) != (State.ACTION_REQUIRED in states):
            yield f"{row.pk} {states}: asked without waiting for the answer, or the other way about"
        if row.state != State.DRAFT and row.received_at != min(line.received_at for line in row.lines.all()):
            yield f"{row.pk}: received at another time than its lines"
        if State.APPROVED in states:
            ends_at = max(line.protected_until for line in row.lines.all() if line.state == State.APPROVED)
            if row.opportunity is None or row.opportunity.state != "open":
                yield f"{row.pk}: approved without an open opportunity"
            elif row.opportunity.protection_ends_at < ends_at:
                yield f"{row.pk}: its opportunity ends protection too early"
            if row.customer.lifecycle != Lifecycle.ACCOUNT:
                yield f"{row.pk}: approved for a prospect"
        elif row.opportunity is not None and row.opportunity.protection_ends_at is not None:
            yield f"{row.pk}: not protected, but its opportunity says so"


def events() -> Iterator[str]:
    """Each filing has its event, and each line stands where its last event left it."""
    filed: dict[int, int] = defaultdict(int)
    left: dict[tuple[int, str], str] = {}
    last_at: dict[int, datetime] = {}
    for event in Event.objects.filter(object_type=REGISTRATION).order_by("pk").prefetch_related("fact_sets"):
        facts = facts_of(event)
        if event.type == "registration.submitted":
            filed[event.object_id] += 1
        if "to_state" in facts:
            for code in facts["lines"]:
                left[event.object_id, code] = facts["to_state"]
        if event.at < last_at.get(event.object_id, event.at):
            yield f"{event.type} of {event.object_id}: goes back in time"
        last_at[event.object_id] = event.at
    for row in Registration.objects.exclude(state=State.DRAFT):
        if filed[row.pk] != 1:
            yield f"{row.pk}: filed {filed[row.pk]} times"
    for line in _lines().exclude(state=State.DRAFT):
        if left.get((line.registration_id, line.line.code)) != line.state:
            yield f"{line.pk} {line.state}: its last event says {left.get((line.registration_id, line.line.code))}"


def registry_ids() -> Iterator[str]:
    """Every registry id has a valid check digit."""
    for account in Account.objects.exclude(registry_id=""):
        found = parse(account.registry_id, account.country)
        if found is None:
            yield f"{account.registry_id} ({account.country}) is not valid"
