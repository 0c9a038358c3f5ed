"""Disputes in the demo, through the real services: one that takes statements, one with the decider, one ruled on.

The ruled one is told without names as a precedent, so that the next check on a case like it refers to it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from core.access.actor import Actor, actor_for
from deal_registration.disputes import services
from deal_registration.disputes.concerned import concerned_by
from deal_registration.disputes.enums import Outcome
from deal_registration.disputes.ladder import deciders_now
from deal_registration.disputes.models import Dispute
from deal_registration.disputes.plans import Plan
from deal_registration.disputes.services.ruling import Reasons
from deal_registration.enums import State
from deal_registration.models import RegistrationLine
from partners.models import Membership

WANTED = 3
OPENING = "我方在对方报备之前已拜访客户设备部，并提交了选型清单，附件可证明日期。"
ANSWER = "我方报备时项目已立项，采购部的来函写明由我方配合招标。"
REASONS = (
    "Both filings name the same plant. The earlier one was complete on the day it was received; the later one brings "
    "a visit report without a date, which is no older claim."
)
RULE = "A visit counts as an older claim only with a dated paper of the customer."
TITLE = "A visit report without a date is no older claim"
SUMMARY = (
    "A partner disputed the refusal of its registration because another partner was protected on the same scope. It "
    "brought a visit report without a date.\n\n"
    "The decision stands: the earlier filing was complete on the day it was received, and a visit counts as an older "
    "claim only with a dated paper of the customer."
)


def hold_disputes(now: datetime) -> int:
    """Open up to three disputes about refusals of late; return how many there are then."""
    for number, line in enumerate(_refused(now)):
        dispute = _opened(line, now)
        if number == 1:
            _answered(dispute, now)
        elif number == 2:
            _ruled(dispute, now)
        if number + 1 == WANTED:
            break
    return Dispute.objects.count()


def _refused(now: datetime) -> Iterator[RegistrationLine]:
    """Yield lines refused of late for another partner's live claim: of partners one can sign in as first."""
    lines = (
        RegistrationLine.objects.filter(state=State.REJECTED, ended_at__gt=now - timedelta(days=29))
        .select_related("registration__partner__account", "line")
        .order_by("-ended_at", "pk")
    )
    people = set(Membership.objects.filter(user__email__in=EMAILS).values_list("partner_id", flat=True))
    seen: set[int] = set()
    for line in sorted(lines, key=lambda row: row.registration.partner_id not in people):
        if line.registration_id not in seen and concerned_by([line]):
            seen.add(line.registration_id)
            yield line


EMAILS = ("sales@henglan-drive.example", "sales@hulan-fluid.example", "sales@suyue-pump.example")


def _actor(partner_id: int) -> Actor:
    """Return somebody of a partner who files."""
    member = (
        Membership.objects.filter(partner_id=partner_id, is_active=True)
        .select_related("user")
        .order_by("pk")
        .first()
    )
    return actor_for(member.user, {"partner": partner_id})


def _opened(line: RegistrationLine, now: datetime) -> Dispute:
    """Dispute one refusal, with a paper."""
    actor = _actor(line.registration.partner_id)
    dispute = services.open_dispute(
        line.registration_id, actor=actor, at=now, line_ids=[line.line_id], text=OPENING
    )
    statement = dispute.parties.get(is_opener=True).statements.get()
    paper = SimpleUploadedFile("visit-report.txt", OPENING.encode(), "text/plain")
    services.attach(statement.pk, paper, actor=actor, at=now)
    return dispute


def _answered(dispute: Dispute, now: datetime) -> None:
    """Let every party say its part, so that the dispute lies with who decides."""
    for party in dispute.parties.all():
        actor = _actor(party.partner_id)
        if not party.is_opener:
            services.add_statement(dispute.pk, actor=actor, at=now, text=ANSWER)
        services.say_all(dispute.pk, actor=actor, at=now)
    dispute.refresh_from_db()


def _ruled(dispute: Dispute, now: datetime) -> None:
    """Let the decider rule that the decision stands, and tell it without names."""
    _answered(dispute, now)
    for decider in deciders_now(dispute)[:1]:
        actor = actor_for(decider)
        codes = {
            hit["code"]
            for row in dispute.registration.lines.all()
            for hit in (row.verdict or {}).get("hits", ())
            if hit["class"] in ("block", "hold")
        }
        services.rule(
            dispute.pk,
            actor=actor,
            at=now,
            plan=Plan(Outcome.STANDS),
            reasons=Reasons(
                REASONS, frozenset(codes), RULE, "priority", "The next filing in the region goes first."
            ),
        )
        services.publish_precedent(dispute.pk, actor=actor, at=now, title=TITLE, summary=SUMMARY)
