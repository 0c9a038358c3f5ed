"""What becomes of the demo's deals: played through in order of time, as the services would have done it.

Filing, the check, decisions, answers and ends are steps on one queue; what lies after now is not played, and so the
demo stands in the middle of things. Verdicts come from the real conflict check over the facts of the moment, so that
every row is what the services would have left (``tests/portal/test_demo.py`` holds them to it).
"""

import heapq
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from crm.identity import find_matches
from crm.projects.models import Project
from crm.projects.services import normal_project, normal_tender
from deal_registration.conflicts import Verdict, VerdictClass, judge
from deal_registration.enums import ENDED, LIVE, WAITING_FOR_DECISION, State
from deal_registration.facts import GROUP_LEVEL, SURE_LEVELS, candidate_of
from deal_registration.holding import AWAITS_ITS_DEALER
from deal_registration.models import (
    Claim,
    InformationRequest,
    LineSequence,
    Registration,
    RegistrationContact,
    RegistrationLine,
)
from deal_registration.services.screening import REASONS
from deal_registration.slots import Record, SlotRule, slots
from deal_registration.summary import summary_state
from deal_registration.telling import hidden_codes, shown_class
from partners.terms import ProgrammeTerms

from .board import Board
from .deals import Deal
from .deciding import Decisions
from .pipeline import Direct
from .programme import ProgrammeOfDemo, benefits_of
from .protection import Protection
from .rows import Rows
from .telling import Telling
from .typed import leave_what_was_typed, registration_of
from .world import World

TICK = timedelta(microseconds=1)


@dataclass(slots=True)
class Filed:
    """One registration being played: its rows, and since when its review clock ran or stood."""

    deal: Deal
    registration: Registration
    lines: list[RegistrationLine]
    claims: dict[int, Claim] = field(default_factory=dict)
    doubtful: dict[int, str] = field(default_factory=dict)
    related: list[int] = field(default_factory=list)
    request: InformationRequest | None = None
    clock: list[tuple[str, datetime]] = field(default_factory=list)
    review_planned: bool = False

    def in_states(self, *states: str) -> list[RegistrationLine]:
        """Return the lines in any of the states."""
        return [line for line in self.lines if line.state in states]


class Course:
    """Plays deals through to the present."""

    def __init__(self, world: World, programme: ProgrammeOfDemo, board: Board, direct: list[Direct]) -> None:
        self.world, self.programme, self.board, self.direct = world, programme, board, direct
        self.rng = world.rng
        self.rows = Rows()
        self.tell = Telling(world)
        self.protection = Protection(self)
        self.decisions = Decisions(self)
        self.filed: list[Filed] = []
        self.by_partner: dict[int, list[Filed]] = defaultdict(list)
        self.projects: dict[tuple[int, str], Project] = {}
        self.held: dict[int, list[tuple[Filed, RegistrationLine]]] = defaultdict(list)
        self._queue: list[tuple] = []
        self._tie = count()

    def plan(self, at: datetime, step, *arguments) -> None:
        """Put a step on the queue, unless it lies ahead of now."""
        if at <= self.world.now:
            heapq.heappush(self._queue, (at, next(self._tie), step, arguments))

    def play(self, deals: list[Deal]) -> None:
        """File the deals and play everything that follows."""
        for deal in deals:
            self.plan(deal.at, self.file, deal)
        while self._queue:
            at, _tie, step, arguments = heapq.heappop(self._queue)
            step(at, *arguments)

    # --- filing -------------------------------------------------------------------------------------------------

    def file(self, at: datetime, deal: Deal) -> None:
        """Make the registration; unless it stays a draft, take the places in the sequences of its lines."""
        registration = registration_of(self.world, deal)
        self.rows.number(registration)
        lines = [
            RegistrationLine(registration=registration, line=line, state=State.DRAFT)
            for line in sorted(deal.lines, key=lambda line: line.pk)
        ]
        for line in lines:
            self.rows.number(line)
        self.rows.registrations.append(registration)
        self.rows.lines += lines
        self.rows.contacts += [
            RegistrationContact(registration=registration, **contact) for contact in deal.contacts
        ]
        if deal.is_draft:
            return
        sequences = [
            self.rows.sequences.setdefault(line.line_id, LineSequence(line=line.line)) for line in lines
        ]
        latest = max((row.last_at for row in sequences if row.last_at), default=at - TICK)
        at = max(at, latest + TICK)
        for line, row in zip(lines, sequences, strict=True):
            row.last_number, row.last_at = row.last_number + 1, at
            place = row.last_number + self.world.crowd.filed_before(line.line_id, at)
            line.sequence_number, line.received_at, line.state = place, at, State.SCREENING
            self.world.crowd.played.setdefault(line.line_id, []).append(at)
        registration.received_at, registration.state = at, State.SCREENING
        registration.last_activity_at, registration.programme = at, self.programme.programme
        filed = Filed(deal, registration, lines)
        if deal.fresh or deal.similar_to is not None:
            self._ask_identity(filed)
        self.filed.append(filed)
        self.by_partner[registration.partner_id].append(filed)
        self.tell.submitted(filed, at)
        for number, line in enumerate(lines):
            self.plan(at + timedelta(seconds=2 + number), self.screen, filed, line)

    def _ask_identity(self, filed: Filed) -> None:
        """Let the identity engine itself say which known organisations the customer is or resembles.

        Asked for fresh filings, which people are going to look at, and where a name resembles another: it would take
        minutes for all of a large demo.
        """
        customer = filed.deal.customer
        found = [
            match
            for match in find_matches(candidate_of(filed.registration))
            if match.organisation_id != customer.pk
        ]
        if customer.pk is None and (sure := [match for match in found if match.level in SURE_LEVELS]):
            best = min(sure, key=lambda match: (match.level, -match.score, match.organisation_id))
            filed.deal.customer = self.board.accounts[best.organisation_id]
            found.remove(best)
        filed.doubtful = {match.organisation_id: match.level for match in found if match.level != GROUP_LEVEL}
        filed.related = [match.organisation_id for match in found if match.level == GROUP_LEVEL]

    # --- the check ----------------------------------------------------------------------------------------------

    def screen(self, at: datetime, filed: Filed, line: RegistrationLine) -> None:
        """Judge one line by the facts of the moment and do what follows from the verdict."""
        if line.state not in (State.SCREENING, State.CONFLICT_HOLD, State.IN_REVIEW):
            return
        self._identify(at, filed)
        verdict = self.verdict(filed, line, judged_at=line.received_at, now=at)
        target = self._outcome(filed, verdict)
        line.verdict, line.screened_at = verdict.to_json(), at
        before = str(line.state)
        if target == State.REJECTED:
            self.end_claim(filed, line, at)
            hidden = hidden_codes(self.programme.terms_at(line.received_at))
            code = next(
                hit.code
                for hit in verdict.hits
                if hit.class_ is VerdictClass.BLOCK and hit.code in REASONS and hit.code not in hidden
            )
            line.reason, line.decided_at, line.ended_at = REASONS[code], at, at
        else:
            self._place_claim(filed, line)
        if target == State.APPROVED:
            self.protection.begin(at, filed, [line], by=None, verdict=verdict)
            return
        line.state = target
        self.tell.screened(filed, line, verdict, before, at)
        if target == State.CONFLICT_HOLD:
            self.held[line.line_id].append((filed, line))
        if target == State.ACTION_REQUIRED:
            self.decisions.ask(at, filed, ["value"], "", None)
        self.refresh(filed, at)
        if filed.in_states(*WAITING_FOR_DECISION) and not filed.review_planned:
            filed.review_planned = True
            if filed.deal.wish != "undecided":
                self.plan(self.decisions.desk_time(at, filed), self.decisions.review, filed)
            if self.rng.random() < 0.3:
                self.plan(at + timedelta(minutes=self.rng.randint(20, 600)), self.tell.note, filed, self.rows)

    def verdict(self, filed: Filed, line: RegistrationLine, *, judged_at: datetime, now: datetime) -> Verdict:
        """Return the verdict on a line by what stands on the board at ``now``."""
        terms = self.programme.terms_at(line.received_at)
        facts = self.board.facts(
            filed.registration, line, filed.deal.partner, terms,
            doubtful=filed.doubtful, related=filed.related, judged_at=judged_at, now=now,
        )  # fmt: skip
        return judge(replace(facts, **self._holding(filed, terms, line.received_at)))

    def _holding(self, filed: Filed, terms: ProgrammeTerms, at: datetime) -> dict[str, int]:
        """Return what the partner holds open besides, as ``deal_registration.holding`` counts it."""
        own = [
            row.registration
            for row in self.by_partner[filed.registration.partner_id]
            if row is not filed and row.registration.received_at <= at
        ]
        held = [row for row in own if row.state in LIVE]
        asleep = [
            row
            for row in held
            if row.state in AWAITS_ITS_DEALER and row.last_activity_at < at - timedelta(days=terms.idle_days)
        ]
        since = at - timedelta(days=terms.slots_window_days)
        ended = [str(row.state) for row in own if row.closed_at and since < row.closed_at <= at]
        record = Record(ended.count(State.WON) + ended.count(State.LOST), ended.count(State.EXPIRED))
        return {
            "open_registrations": len(held) + 1,
            "idle_registrations": len(asleep),
            "slots": slots(record, SlotRule.of(terms)),
        }

    def _identify(self, at: datetime, filed: Filed) -> None:
        """Resolve customer and project at the first check; nobody's customer becomes a prospect."""
        registration, deal = filed.registration, filed.deal
        if registration.customer_id is None:
            account = deal.customer
            if account.pk is None:
                leave_what_was_typed(account, registration)
                account.created_at = at
                self.rows.number(account)
                self.rows.prospects.append(account)
                self.tell.prospect(account, at)
            registration.customer = account
        if registration.project_id is None and deal.project:
            registration.project = self._project(at, filed)

    def _project(self, at: datetime, filed: Filed) -> Project:
        registration, name = filed.registration, filed.deal.project
        key = (registration.customer_id, normal_project(name))
        if key not in self.projects:
            project = Project(
                ref=self.world.reference(),
                account=registration.customer,
                name=name,
                normal_name=key[1],
                tender_number=registration.tender_number,
                normal_tender_number=normal_tender(registration.tender_number),
                tender_published_on=registration.tender_published_on,
                territory=registration.territory,
                created_at=at,
            )
            self.rows.number(project)
            self.rows.projects.append(project)
            self.projects[key] = project
            self.tell.project(project, at)
        return self.projects[key]

    def _outcome(self, filed: Filed, verdict: Verdict) -> str:
        """Return the state that follows from a verdict, as ``services.screening.outcome`` has it."""
        terms = self.programme.terms_at(filed.registration.received_at)
        match shown_class(verdict.hits, hidden_codes(terms)):
            case VerdictClass.BLOCK:
                return State.REJECTED
            case VerdictClass.HOLD:
                return State.CONFLICT_HOLD
            case VerdictClass.ASK:
                return State.ACTION_REQUIRED
            case VerdictClass.REVIEW:
                return State.IN_REVIEW
        tier = filed.deal.partner.tier_at(filed.registration.received_at)
        ceiling = benefits_of(tier).auto_approval_ceiling.get(filed.deal.currency)
        by_rule = (
            terms.auto_approve
            and ceiling is not None
            and filed.deal.amount <= type(filed.deal.amount)(ceiling)
        )
        return State.APPROVED if by_rule else State.IN_REVIEW

    # --- claims and clocks --------------------------------------------------------------------------------------

    def release_held(self, at: datetime, lines: list[RegistrationLine]) -> None:
        """Have what is held behind these lines judged again, in the order of the sequence.

        Only what waits on the same product line for one of these claims: the others' verdicts stay as they are.
        """
        for line in lines:
            held = [row for row in self.held[line.line_id] if row[1].state == State.CONFLICT_HOLD]
            self.held[line.line_id] = held
            for number, (filed, waiting) in enumerate(sorted(held, key=lambda row: row[1].sequence_number)):
                if filed.registration.customer_id == line.registration.customer_id:
                    filed.review_planned = False
                    self.plan(at + timedelta(seconds=3 + number), self.screen, filed, waiting)

    def _place_claim(self, filed: Filed, line: RegistrationLine) -> None:
        claim = filed.claims.get(line.pk)
        if claim is None:
            claim = Claim(registration_line=line, line=line.line, kind="registration")
            self.rows.number(claim)
            self.rows.claims.append(claim)
            filed.claims[line.pk] = claim
            claim.customer = filed.registration.customer
            self.board.place(claim, line)
        elif claim.customer_id != filed.registration.customer_id:
            self.board.move(claim, line, filed.registration.customer)
        claim.partner, claim.project = filed.registration.partner, filed.registration.project
        claim.state, claim.sequence_number = "pending", line.sequence_number
        claim.starts_at, claim.ends_at = line.received_at, None

    def end_claim(self, filed: Filed, line: RegistrationLine, at: datetime, *, won: bool = False) -> None:
        claim = filed.claims.get(line.pk)
        if claim is not None:
            claim.state = "ended"
            claim.ends_at = at if claim.ends_at is None else min(at, claim.ends_at)
            claim.won_at = at if won else claim.won_at

    def refresh(self, filed: Filed, at: datetime) -> None:
        """Show the state of the lines on the registration; note when its review clock runs and stands."""
        states = {line.state for line in filed.lines}
        filed.registration.state = summary_state(states)
        ended = [line.ended_at for line in filed.lines if line.ended_at]
        filed.registration.closed_at = max(ended, default=at) if filed.registration.state in ENDED else None
        running = bool(filed.clock) and filed.clock[-1][0] == "runs"
        waiting = bool(states & WAITING_FOR_DECISION)
        if waiting and not running:
            filed.clock.append(("runs", at))
        elif running and not waiting:
            asked = bool(states & {State.ACTION_REQUIRED, State.SCREENING})
            filed.clock.append(("stands" if asked else "over", at))
