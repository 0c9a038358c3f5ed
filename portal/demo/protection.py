"""How protection begins and ends in the demo, what lands in the CRM core by it, and what the clocks do meanwhile."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from core.calendars.business_time import (
    BusinessHours,
    add_business_days,
    add_business_time,
    business_seconds_between,
)
from crm.accounts.models import Lifecycle
from crm.opportunities.enums import OpportunityState
from crm.opportunities.models import Opportunity, OpportunityLine, Stage
from deal_registration.conflicts import Verdict
from deal_registration.enums import PENDING, State
from deal_registration.models import RegistrationLine
from deal_registration.services.protection import REFUSING

from .phrases import POSTPONED, WITHDRAWALS, language_of
from .programme import benefits_of
from .telling import CRM

if TYPE_CHECKING:
    from .course import Course, Filed

LOSSES = ("price", "competitor", "delivery", "cancelled")
CLOCK_LAG = timedelta(seconds=40)


class Protection:
    """Begins and ends the protection of lines within a course."""

    def __init__(self, course: "Course") -> None:
        self.course = course
        self.world, self.rng, self.tell = course.world, course.world.rng, course.tell
        self.stages = list(Stage.objects.filter(is_active=True).order_by("order"))
        self._hours: dict[int, BusinessHours] = {}

    # --- beginning ----------------------------------------------------------------------------------------------

    def begin(self, at: datetime, filed: "Filed", lines, *, by, verdict: Verdict | None = None) -> None:
        """Approve lines, unless a rival's claim still stands: those stay as they are."""
        course = self.course
        free = [
            line
            for line in lines
            if by is None or not course.verdict(filed, line, judged_at=at, now=at).codes & REFUSING
        ]
        if not free:
            return
        before = sorted({str(line.state) for line in free})[0]
        days = course.programme.terms_at(filed.registration.received_at).protection_days
        days += benefits_of(filed.deal.partner.tier_at(filed.registration.received_at)).extra_protection_days
        ends_at = at + timedelta(days=days)
        for line in free:
            claim = filed.claims[line.pk]
            claim.state, claim.starts_at, claim.ends_at = "approved", at, ends_at
            line.state, line.decided_at, line.decided_by, line.protected_until = (
                State.APPROVED,
                at,
                by,
                ends_at,
            )
        self.tell.approved(filed, free, by, verdict, before, ends_at, at)
        filed.registration.last_activity_at = at
        self._land_in_crm(filed, free, ends_at, at)
        course.refresh(filed, at)
        course.release_held(at, free)
        self._plan_end(at, filed, free, ends_at)

    def _land_in_crm(
        self, filed: "Filed", lines: list[RegistrationLine], ends_at: datetime, at: datetime
    ) -> None:
        """Make the prospect an account and link or create the opportunity."""
        registration, rows = filed.registration, self.course.rows
        account = registration.customer
        if account.lifecycle == Lifecycle.PROSPECT:
            account.lifecycle = Lifecycle.ACCOUNT
            self.tell.promoted(account, at)
        opportunity = registration.opportunity
        if opportunity is None:
            opportunity = registration.opportunity = Opportunity(
                ref=self.world.reference(),
                name=(registration.project_name or registration.customer_name)[:200],
                account=account,
                project=registration.project,
                type=registration.opportunity_type,
                stage=self.stages[0],
                value=registration.value,
                expected_close_on=registration.expected_close_on,
                territory=registration.territory,
                owner=self.world.reps[self.world.region_of(registration.territory.code)],
                partner_account=registration.partner.account,
                source=f"registration {registration.ref}",
                created_at=at,
            )
            rows.number(opportunity)
            rows.opportunities.append(opportunity)
        opportunity.state, opportunity.closed_at, opportunity.close_reason = OpportunityState.OPEN, None, ""
        opportunity.protection_ends_at = ends_at
        rows.opportunity_lines += [OpportunityLine(opportunity=opportunity, line=line.line) for line in lines]
        self.tell.opportunity(filed, opportunity, lines, at)

    # --- ending -------------------------------------------------------------------------------------------------

    def _plan_end(self, at: datetime, filed: "Filed", lines, ends_at: datetime) -> None:
        """Plan reminders, the end that the deal comes to, and expiry where nothing came before."""
        marks = self.course.programme.terms_at(at).protection_reminder_days
        for mark in marks:
            due = ends_at - timedelta(days=mark)
            if due > at:
                self.course.plan(due + CLOCK_LAG, self.remind, filed, lines, mark)
        self.course.plan(ends_at + CLOCK_LAG, self.expire, filed, lines)
        ending = filed.deal.ending
        if ending != "open":
            when = at + (ends_at - at) * self.rng.uniform(0.12, 0.96)
            self.course.plan(
                self.world.office_hour(when) if (when - at).days > 5 else when,
                self.close,
                filed,
                lines,
                ending,
            )

    def close(self, at: datetime, filed: "Filed", lines, ending: str) -> None:
        """Report the lines as won or lost, or withdraw them."""
        lines = [line for line in lines if line.state == State.APPROVED]
        if not lines:
            return
        language = language_of(filed.deal.partner)
        if ending == "won":
            number = f"PO-{at:%y%m}-{self.rng.randint(1000, 9999)}" if self.rng.random() < 0.7 else ""
            state, type, facts = State.WON, "registration.won", {"order_number": number}
        elif ending == "lost":
            reason = self.rng.choice(LOSSES)
            text = POSTPONED[language] if reason == "cancelled" else ""
            state, type, facts = State.LOST, "registration.lost", {"reason": reason, "explanation": text}
        else:
            state, type, facts = (
                State.WITHDRAWN,
                "registration.withdrawn",
                {"explanation": self.rng.choice(WITHDRAWALS[language])},
            )
        for line in lines:
            line.state, line.ended_at = state, at
            line.loss_reason = facts.get("reason", "")
            line.reason_text = facts.get("explanation", "")
            self.course.end_claim(filed, line, at, won=ending == "won")
        self.tell.closed(type, filed, lines, "approved", facts, at)
        self._tell_crm(filed, facts.get("explanation") or facts.get("reason", ""), at)
        self.course.refresh(filed, at)
        self.course.release_held(at, lines)

    def expire(self, at: datetime, filed: "Filed", lines) -> None:
        """Let the protection of lines end by itself."""
        lines = [line for line in lines if line.state == State.APPROVED]
        if not lines:
            return
        for line in lines:
            line.state, line.ended_at = State.EXPIRED, line.protected_until
            self.course.end_claim(filed, line, line.protected_until)
        self.tell.by_clock("registration.expired", filed, lines, at, State.APPROVED, State.EXPIRED)
        if not filed.in_states(State.APPROVED):
            self.tell.protection_ended(filed, filed.registration.opportunity, "clock", at)
            filed.registration.opportunity.protection_ends_at = None
        self.course.refresh(filed, at)
        self.course.release_held(at, lines)

    def _tell_crm(self, filed: "Filed", reason: str, at: datetime) -> None:
        """Carry the end over to the opportunity."""
        opportunity = filed.registration.opportunity
        if filed.in_states(State.APPROVED):
            return
        states = {line.state for line in filed.lines}
        if State.WON in states or (State.LOST in states and not states & PENDING):
            opportunity.state = OpportunityState.WON if State.WON in states else OpportunityState.LOST
            opportunity.closed_at, opportunity.close_reason = at, reason
            opportunity.protection_ends_at = None
            self.tell.settled(filed, opportunity, at)
        else:
            self.tell.protection_ended(filed, opportunity, CRM, at)
            opportunity.protection_ends_at = None

    # --- clocks -------------------------------------------------------------------------------------------------

    def remind(self, at: datetime, filed: "Filed", lines, mark: int) -> None:
        """Remind of protection that ends soon."""
        lines = [line for line in lines if line.state == State.APPROVED]
        if lines:
            for line in lines:
                line.reminded_days = mark
            self.tell.reminded(filed, lines, min(line.protected_until for line in lines), at)

    def hours(self, filed: "Filed") -> BusinessHours:
        """Return the opening hours of the reviewer's calendar."""
        territory = filed.registration.territory
        if territory.pk not in self._hours:
            self._hours[territory.pk] = BusinessHours.of(self.world.geography.calendar_of(territory))
        return self._hours[territory.pk]

    def business_days(self, at: datetime, days: int, filed: "Filed") -> datetime:
        """Return the instant so many business days after ``at``."""
        return add_business_days(at, days, self.hours(filed))

    def minimum(self, filed: "Filed") -> Decimal:
        """Return the least value the programme asks for in the deal's currency."""
        terms = self.course.programme.terms_at(filed.registration.received_at)
        return Decimal(terms.minimum_value.get(filed.deal.currency, "20000"))

    def set_promises(self) -> None:
        """Write the review clocks as they stand now, and the notices that promises have come to."""
        for filed in self.course.filed:
            if filed.clock:
                self._set_promise(filed)

    def _set_promise(self, filed: "Filed") -> None:
        """Replay one review clock: started, stopped for an answer, started again with what was left."""
        registration, hours = filed.registration, self.hours(filed)
        days = self.course.programme.terms_at(registration.received_at).review_target_business_days
        due, left = None, None
        for state, at in filed.clock:
            if state == "over":
                due, left = None, None
            elif state == "stands":
                left, due = max(0, business_seconds_between(at, due, hours)), None
            elif left is not None:
                due, left = add_business_time(at, timedelta(seconds=left), hours), None
            else:
                registration.review_started_at = at
                due = self.business_days(at, days, filed)
        registration.review_due_at, registration.review_left_seconds = due, left
        if due is not None:
            self._notice(filed, due, hours)

    def _notice(self, filed: "Filed", due: datetime, hours: BusinessHours) -> None:
        """Note the notices a running promise has come to, as the clock would have."""
        terms = self.course.programme.terms_at(filed.registration.received_at)
        whole = hours.day_length * terms.review_target_business_days
        for mark in (*terms.review_notice_percents, terms.review_escalation_percent):
            begin = filed.registration.review_started_at
            reached = add_business_time(begin, whole * mark / 100, hours)
            if mark >= 100:
                reached = max(reached, add_business_time(due, whole * (mark - 100) / 100, hours))
            if reached + CLOCK_LAG <= self.world.now:
                event = "escalated" if mark > 100 else "promise_missed" if mark == 100 else "promise_at_risk"
                self.tell.promise(f"registration.{event}", filed, due, mark, reached + CLOCK_LAG)
                filed.registration.review_noticed_percent = mark
