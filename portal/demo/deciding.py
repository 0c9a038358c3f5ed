"""What reviewers and dealers do with the demo's registrations that wait: decide, compare, ask, answer, let lapse."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crm.accounts.models import Account
from deal_registration.enums import WAITING_FOR_DECISION, MatchVerdict, RejectionReason, State
from deal_registration.models import InformationRequest, MatchDecision

from .people import reviewer_for
from .phrases import QUESTIONS, REJECTIONS, language_of

if TYPE_CHECKING:
    from .course import Course, Filed


class Decisions:
    """Decides on lines within a course."""

    def __init__(self, course: "Course") -> None:
        self.course = course
        self.world, self.rng, self.tell = course.world, course.world.rng, course.tell

    def review(self, at: datetime, filed: "Filed") -> None:
        """Decide on the lines that wait, as the deal's reviewer has it in mind and the check allows."""
        waiting = filed.in_states(*WAITING_FOR_DECISION)
        if not waiting:
            return
        if filed.doubtful:
            self._decide_match(at, filed)
            waiting = filed.in_states(*WAITING_FOR_DECISION)
        by = reviewer_for(self.world, filed.deal.territory)
        wish, filed.deal.wish = filed.deal.wish, "approve"
        codes = {hit["code"] for line in waiting for hit in line.verdict["hits"]}
        reviewed = filed.in_states(State.IN_REVIEW)
        if not reviewed:  # held: the earlier one decides
            return
        if "R08" in codes:
            self.reject(at, filed, waiting, by, RejectionReason.HOUSE, "")
        elif "R09" in codes and self.rng.random() < 0.6:
            self.reject(at, filed, reviewed, by, RejectionReason.DIRECT, "")
        elif wish == "reject":
            self.reject(
                at, filed, reviewed, by, *self.rng.choice(REJECTIONS[language_of(filed.deal.partner)])
            )
        elif wish == "ask":
            self.tell.asked(filed, waiting, by, at, *self._question(at, filed, by))
            for line in waiting:
                line.state = State.ACTION_REQUIRED
            self.course.refresh(filed, at)
        elif wish == "part" and len(reviewed) > 1:
            self.course.protection.begin(at, filed, reviewed[:1], by=by)
            self.course.plan(self.desk_time(at, filed), self.review, filed)
        else:
            self.course.protection.begin(at, filed, reviewed, by=by)

    def _decide_match(self, at: datetime, filed: "Filed") -> None:
        """Say of similar customers that they are others, or the same: then claims follow and lines are judged again."""
        by = reviewer_for(self.world, filed.deal.territory)
        meant = filed.deal.similar_to.account if filed.deal.similar_to else None
        is_same = meant is not None and meant.pk in filed.doubtful and self.rng.random() < 0.4
        for organisation_id in filed.doubtful:
            same = is_same and organisation_id == meant.pk
            verdict = MatchVerdict.SAME if same else MatchVerdict.ANOTHER
            self.course.rows.decisions.append(
                MatchDecision(
                    registration=filed.registration,
                    customer_id=organisation_id,
                    verdict=verdict,
                    decided_by=by,
                    decided_at=at,
                )
            )
            self.tell.match_decided(filed, self.course.board.accounts[organisation_id], verdict, by, at)
        filed.doubtful.clear()
        if is_same:
            self._take_for(at, filed, meant)
        for line in filed.in_states(*WAITING_FOR_DECISION):
            self.course.screen(at, filed, line)

    def _take_for(self, at: datetime, filed: "Filed", known: Account) -> None:
        """Move a registration and its claims to the customer it is really about."""
        filed.registration.customer, filed.registration.project = known, None
        for line in filed.lines:
            claim = filed.claims.get(line.pk)
            if claim is not None and claim.state != "ended":
                self.course.board.move(claim, line, known)
                claim.project = None
        self.tell.alias(known, filed, at)

    def reject(self, at, filed: "Filed", lines, by, reason, text: str) -> None:
        """Reject lines for a reason; what is held behind them is judged again."""
        if not lines:
            return
        before = sorted({str(line.state) for line in lines})[0]
        for line in lines:
            line.state, line.reason, line.reason_text = State.REJECTED, reason, text
            line.decided_at, line.decided_by, line.ended_at = at, by, at
            self.course.end_claim(filed, line, at)
        self.tell.rejected(filed, lines, by, reason, text, before, at)
        self.course.refresh(filed, at)
        self.course.release_held(at, lines)

    def _question(self, at: datetime, filed: "Filed", by) -> tuple[list[str], str]:
        fields, message = self.rng.choice(QUESTIONS[language_of(filed.deal.partner)])
        self.ask(at, filed, sorted(fields), message, by)
        return sorted(fields), message

    def ask(self, at: datetime, filed: "Filed", fields: list[str], message: str, by) -> None:
        """Open a request for information, answered after some days, or not."""
        if filed.request is not None and filed.request.answered_at is None:
            return
        due = self.course.protection.business_days(
            at, self.course.programme.terms_at(at).information_business_days, filed
        )
        filed.request = InformationRequest(
            registration=filed.registration,
            fields=fields,
            message=message,
            asked_by=by,
            asked_at=at,
            due_at=due,
        )
        self.course.rows.requests.append(filed.request)
        if self.rng.random() < 0.85 and not filed.deal.fresh:
            self.course.plan(at + timedelta(days=self.rng.uniform(0.5, 4)), self.answer, filed)
        self.course.plan(due + timedelta(seconds=30), self.lapse, filed)

    def answer(self, at: datetime, filed: "Filed") -> None:
        """Answer the open request; the lines are checked again and keep their places."""
        asked = filed.in_states(State.ACTION_REQUIRED)
        if filed.request is None or filed.request.answered_at is not None or not asked:
            return
        filed.request.answered_at = filed.registration.last_activity_at = at
        changed = self.tell.mend(filed, self.course.protection.minimum(filed))
        for line in asked:
            line.state = State.SCREENING
        self.tell.answered(filed, asked, changed, at)
        self.course.refresh(filed, at)
        filed.review_planned = False
        for number, line in enumerate(asked):
            self.course.plan(at + timedelta(seconds=2 + number), self.course.screen, filed, line)

    def lapse(self, at: datetime, filed: "Filed") -> None:
        """Withdraw what was not answered in time."""
        waiting = filed.in_states(State.ACTION_REQUIRED)
        if filed.request is None or filed.request.answered_at is not None:
            return
        filed.request.answered_at = at
        for line in waiting:
            line.state, line.ended_at = State.WITHDRAWN, at
            self.course.end_claim(filed, line, at)
        self.tell.by_clock("registration.lapsed", filed, waiting, at, State.ACTION_REQUIRED, State.WITHDRAWN)
        self.course.refresh(filed, at)
        self.course.release_held(at, waiting)

    def desk_time(self, at: datetime, filed: "Filed") -> datetime:
        """Return when a reviewer comes to it: within a working day or so, in the office hours of the place."""
        begin = 8 if filed.deal.customer.country in ("DE", "NL") else 1
        moment = at + timedelta(minutes=self.rng.randint(15, 1500))
        if not begin <= moment.hour < begin + 8:
            moment = (moment + timedelta(days=moment.hour >= begin)).replace(
                hour=begin + self.rng.randint(0, 3)
            )
        return moment + timedelta(days=max(0, 7 - moment.weekday()) if moment.weekday() > 4 else 0)
