"""Each code of the check as one small function of the facts."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from .facts import ClaimFact, Facts, Region, Sameness
from .hits import Hit, VerdictClass


def projects_overlap(ours: int | None, theirs: int | None) -> bool:
    """Tell whether two scopes of one customer and line meet: the same project, or either names none."""
    return ours is None or theirs is None or ours == theirs


def _protects(claim: ClaimFact, at: datetime) -> bool:
    """Tell whether an approved claim's window covers ``at`` or lies ahead of it."""
    return (claim.state == "approved" or claim.outlived) and claim.ends_at is not None and claim.ends_at > at


def _overlapping(facts: Facts) -> Iterator[ClaimFact]:
    """Yield the claims of the same customer whose scope meets ours."""
    for claim in facts.claims:
        if claim.sameness is Sameness.SAME and projects_overlap(facts.project_id, claim.project_id):
            yield claim


def _r01(facts: Facts) -> Hit | None:
    reasons = [
        name
        for name, holds in (
            ("partner_not_active", not facts.partner_active),
            ("no_agreement", not facts.agreement_in_force),
            ("no_certificate", bool(facts.missing_certificate)),
        )
        if holds
    ]
    if not reasons:
        return None
    return Hit("R01", VerdictClass.BLOCK, {"reasons": reasons, "certificate": facts.missing_certificate})


def _r02(facts: Facts) -> Hit | None:
    for claim in _overlapping(facts):
        own = claim.partner_id == facts.partner_id and claim.kind == "registration"
        live = claim.state == "pending" or (claim.state == "approved" and _protects(claim, facts.judged_at))
        if own and live and claim.sequence_number < facts.sequence_number:
            return Hit(
                "R02", VerdictClass.BLOCK, {"claims": [claim.claim_id], "registration": claim.registration_id}
            )
    return None


def _r03(facts: Facts) -> Hit | None:
    return None if facts.line_authorised else Hit("R03", VerdictClass.BLOCK, {"line": facts.line_id})


def _r04(facts: Facts) -> Hit | None:
    if not facts.line_authorised or facts.region is Region.AUTHORISED:
        return None
    exclusive = facts.region is Region.EXCLUSIVE_TO_ANOTHER
    return Hit("R04", VerdictClass.BLOCK if exclusive else VerdictClass.REVIEW, {"exclusive": exclusive})


def _r05(facts: Facts) -> Hit | None:
    rivals = [
        claim
        for claim in _overlapping(facts)
        if claim.partner_id != facts.partner_id
        and claim.kind == "registration"
        and _protects(claim, facts.judged_at)
    ]
    if not rivals:
        return None
    until = max(claim.ends_at for claim in rivals if claim.ends_at is not None)
    return Hit(
        "R05",
        VerdictClass.BLOCK,
        {"claims": [claim.claim_id for claim in rivals], "until": until.isoformat()},
    )


def _r06(facts: Facts) -> Hit | None:
    rivals = [
        claim.claim_id
        for claim in _overlapping(facts)
        if claim.partner_id != facts.partner_id
        and claim.kind == "registration"
        and claim.state == "pending"
        and claim.sequence_number < facts.sequence_number
    ]
    return Hit("R06", VerdictClass.HOLD, {"claims": rivals}) if rivals else None


def _r07(facts: Facts) -> Hit | None:
    rivals = [
        claim
        for claim in _overlapping(facts)
        if claim.partner_id != facts.partner_id
        and claim.kind == "lead"
        and claim.state == "approved"
        and _protects(claim, facts.judged_at)
    ]
    if not rivals:
        return None
    until = max(claim.ends_at for claim in rivals if claim.ends_at is not None)
    return Hit(
        "R07",
        VerdictClass.BLOCK,
        {"claims": [claim.claim_id for claim in rivals], "until": until.isoformat()},
    )


def _r08(facts: Facts) -> Hit | None:
    if not facts.house:
        return None
    listings = [listing.listing_id for listing in facts.house]
    return Hit(
        "R08",
        VerdictClass.BLOCK,
        {"listings": listings, "by_group": all(listing.by_group for listing in facts.house)},
    )


def _r09(facts: Facts) -> Hit | None:
    since = facts.received_at - timedelta(days=facts.direct_activity_days)
    active = [
        opportunity
        for opportunity in facts.direct
        if opportunity.created_at < facts.received_at
        and (opportunity.last_activity_at or opportunity.created_at) >= since
    ]
    if not active:
        return None
    return Hit(
        "R09",
        VerdictClass.REVIEW,
        {
            "opportunities": [opportunity.opportunity_id for opportunity in active],
            "owners": sorted({opportunity.owner_id for opportunity in active if opportunity.owner_id}),
        },
    )


def _r10(facts: Facts) -> Hit | None:
    since = facts.received_at - timedelta(days=facts.repeat_order_days)
    orders = [
        claim
        for claim in facts.claims
        if claim.sameness is Sameness.SAME
        and claim.partner_id != facts.partner_id
        and claim.won_at is not None
        and since <= claim.won_at <= facts.judged_at
    ]
    if not orders:
        return None
    last = max(claim.won_at for claim in orders if claim.won_at is not None)
    return Hit(
        "R10", VerdictClass.REVIEW, {"claims": [claim.claim_id for claim in orders], "last": last.isoformat()}
    )


def _r11(facts: Facts) -> Hit | None:
    """A tender made public on an earlier day than the receipt; on the same day nobody knows which came first."""
    published, received = facts.tender_published_on, facts.received_on
    if published is None or received is None or published >= received:
        return None
    return Hit("R11", VerdictClass.REVIEW, {"published_on": published.isoformat()})


def _r12(facts: Facts) -> Hit | None:
    evidence: dict[str, Any] = {}
    if facts.minimum_value is not None and (facts.value is None or facts.value < facts.minimum_value):
        evidence |= {"minimum": str(facts.minimum_value), "currency": facts.currency}
    if facts.missing_documents:
        evidence |= {"documents": list(facts.missing_documents)}
    return Hit("R12", VerdictClass.ASK, evidence) if evidence else None


def _r13(facts: Facts) -> Hit | None:
    """More open registrations than slots, or too large a share of them asleep."""
    reasons = []
    if facts.slots is not None and facts.open_registrations > facts.slots:
        reasons.append("slots")
    if (
        facts.open_registrations >= facts.idle_least_open
        and 100 * facts.idle_registrations > facts.idle_percent * facts.open_registrations
    ):
        reasons.append("idle")
    if not reasons:
        return None
    return Hit(
        "R13",
        VerdictClass.REVIEW,
        {
            "reasons": reasons,
            "open": facts.open_registrations,
            "slots": facts.slots,
            "idle": facts.idle_registrations,
            "idle_days": facts.idle_days,
            "idle_percent": facts.idle_percent,
        },
    )


def _r14(facts: Facts) -> Hit | None:
    """Filed again soon after own expiry, while a rival had filed in the gap."""
    ended = max(
        (
            claim.ends_at
            for claim in _overlapping(facts)
            if claim.partner_id == facts.partner_id
            and claim.kind == "registration"
            and (claim.outlived or claim.state == "approved")
            and claim.ends_at is not None
            and claim.ends_at <= facts.received_at
        ),
        default=None,
    )
    if ended is None:
        return None
    until = ended + timedelta(days=facts.cool_down_days)
    if until <= facts.received_at:
        return None
    rivals = [
        claim.claim_id
        for claim in _overlapping(facts)
        if claim.partner_id != facts.partner_id
        and claim.kind == "registration"
        and claim.received_at is not None
        and claim.received_at >= ended
        and claim.sequence_number < facts.sequence_number
    ]
    if not rivals:
        return None
    return Hit(
        "R14",
        VerdictClass.REVIEW,
        {"ended_at": ended.isoformat(), "until": until.isoformat(), "claims": rivals},
    )


def _is_rivals_live(claim: ClaimFact, facts: Facts) -> bool:
    """Tell whether a rival's registration waits before us or protects."""
    if claim.partner_id == facts.partner_id or claim.kind == "order":
        return False
    if claim.state == "pending":
        return claim.sequence_number < facts.sequence_number
    return _protects(claim, facts.judged_at)


def _project_doubtful(claim: ClaimFact, facts: Facts) -> bool:
    """Tell whether a claim names another project than ours, and nobody has parted the two yet."""
    return (
        claim.project_id is not None
        and facts.project_id is not None
        and claim.project_id != facts.project_id
        and claim.project_id not in facts.parted_projects
    )


def _r15(facts: Facts) -> Hit | None:
    doubtful = [match for match in facts.matches if match.sameness is Sameness.DOUBTFUL and match.is_known]
    claims = [
        claim.claim_id
        for claim in facts.claims
        if _is_rivals_live(claim, facts)
        and (
            claim.sameness is Sameness.DOUBTFUL
            or (claim.sameness is Sameness.SAME and _project_doubtful(claim, facts))
        )
    ]
    projects = (
        sorted(set(facts.other_projects) - facts.parted_projects) if facts.project_id is not None else []
    )
    if not doubtful and not claims and not projects:
        return None
    return Hit(
        "R15",
        VerdictClass.HOLD if claims else VerdictClass.REVIEW,
        {
            "organisations": [match.organisation_id for match in doubtful],
            "levels": sorted({match.level for match in doubtful}),
            "projects": projects,
            "claims": claims,
        },
    )


def _r16(facts: Facts) -> Hit | None:
    claims = [
        claim.claim_id
        for claim in facts.claims
        if claim.sameness is Sameness.GROUP
        and claim.partner_id != facts.partner_id
        and claim.state != "ended"
    ]
    if not claims and not facts.group_has_account:
        return None
    return Hit("R16", VerdictClass.NOTICE, {"claims": claims})


CHECKS = (
    _r01,
    _r02,
    _r03,
    _r04,
    _r05,
    _r06,
    _r07,
    _r08,
    _r09,
    _r10,
    _r11,
    _r12,
    _r13,
    _r14,
    _r15,
    _r16,
)


def hits(facts: Facts) -> tuple[Hit, ...]:
    """Return every hit of ``facts``, in the order of the codes."""
    return tuple(hit for check in CHECKS if (hit := check(facts)) is not None)
