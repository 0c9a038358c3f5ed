"""The conflict check: from facts to a verdict, as a pure function.

``facts`` gathers what the check may know (``deal_registration.facts``); here each code R01–R16 is one small function
of them. A verdict holds every hit with its evidence, the worst class, and what would change the answer. Evidence is
exact JSON (ids, dates as text) and is shown to nobody as it is: ``deal_registration.disclosure`` words it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from typing import Any


class VerdictClass(IntEnum):
    """Classes of a hit, worst last."""

    CLEAR = 0
    NOTICE = 1
    REVIEW = 2
    ASK = 3
    HOLD = 4
    BLOCK = 5


class Sameness(IntEnum):
    """How a known organisation relates to the customer filed."""

    SAME = 3  # the same: L1, L3, or a person said so
    DOUBTFUL = 2  # L2 or L4, nobody has decided yet
    GROUP = 1  # L5: same group


class Region(IntEnum):
    """How the partner's authorisations of the line meet the territory."""

    AUTHORISED = 0
    UNCLAIMED = 1  # nobody holds it exclusively
    EXCLUSIVE_TO_ANOTHER = 2


@dataclass(frozen=True, slots=True)
class ClaimFact:
    """One claim on the line whose customer is, or may be, the one filed.

    ``project_id`` None is the whole customer. ``project_doubtful``: another named project that nobody has parted
    from ours yet. ``ends_at`` None: pending, open-ended. ``outlived``: protection ran to its end (not given up).
    """

    claim_id: int
    partner_id: int
    sameness: Sameness
    kind: str
    state: str
    sequence_number: int
    starts_at: datetime
    ends_at: datetime | None
    project_id: int | None = None
    project_doubtful: bool = False
    outlived: bool = False
    won_at: datetime | None = None
    registration_id: int | None = None


@dataclass(frozen=True, slots=True)
class MatchFact:
    """An organisation that the identity engine names for the customer filed."""

    organisation_id: int
    level: str
    sameness: Sameness
    is_known: bool


@dataclass(frozen=True, slots=True)
class HouseFact:
    """A house listing in force at ``received_at``."""

    listing_id: int
    organisation_id: int
    by_group: bool


@dataclass(frozen=True, slots=True)
class DirectFact:
    """An open direct opportunity of the manufacturer with this customer."""

    opportunity_id: int
    created_at: datetime
    last_activity_at: datetime | None
    owner_id: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the check of one line of one registration may know.

    ``received_at`` decides which lists apply; ``judged_at`` is the instant at which claims must overlap: the receipt
    at screening, the present at approval. ``value`` None: not given. ``other_projects``: other named projects of
    the same customer on the line that no claim names and nobody has parted from ours yet.
    """

    partner_id: int
    line_id: int
    sequence_number: int
    received_at: datetime
    judged_at: datetime
    project_id: int | None = None
    partner_active: bool = True
    agreement_in_force: bool = True
    missing_certificate: str = ""
    line_authorised: bool = True
    region: Region = Region.AUTHORISED
    value: Decimal | None = None
    currency: str = ""
    minimum_value: Decimal | None = None
    missing_documents: tuple[str, ...] = ()
    claims: tuple[ClaimFact, ...] = ()
    matches: tuple[MatchFact, ...] = ()
    house: tuple[HouseFact, ...] = ()
    direct: tuple[DirectFact, ...] = ()
    other_projects: tuple[int, ...] = ()
    group_has_account: bool = False
    direct_activity_days: int = 90
    repeat_order_days: int = 365


@dataclass(frozen=True, slots=True)
class Hit:
    """One code that hit, with its class and evidence (exact JSON)."""

    code: str
    class_: VerdictClass
    evidence: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return what is stored."""
        return {"code": self.code, "class": self.class_.name.lower(), "evidence": self.evidence}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every hit, the worst class among them, and what would change the answer."""

    hits: tuple[Hit, ...]
    counterfactuals: tuple[dict[str, Any], ...] = ()

    @property
    def class_(self) -> VerdictClass:
        """The worst class of any hit."""
        return max((hit.class_ for hit in self.hits), default=VerdictClass.CLEAR)

    @property
    def codes(self) -> frozenset[str]:
        """The codes that hit."""
        return frozenset(hit.code for hit in self.hits)

    @property
    def release_at(self) -> str | None:
        """When what blocks ends by itself (ISO time), if it does."""
        return next((item["from"] for item in self.counterfactuals if item["change"] == "wait"), None)

    def to_json(self) -> dict[str, Any]:
        """Return what is stored on the line and shown by the API."""
        return {
            "class": self.class_.name.lower(),
            "hits": [hit.to_json() for hit in self.hits],
            "counterfactuals": list(self.counterfactuals),
            "release_at": self.release_at,
        }


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
        claim.claim_id
        for claim in _overlapping(facts)
        if claim.partner_id != facts.partner_id
        and claim.kind == "lead"
        and claim.state == "approved"
        and _protects(claim, facts.judged_at)
    ]
    return Hit("R07", VerdictClass.BLOCK, {"claims": rivals}) if rivals else None


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


def _r12(facts: Facts) -> Hit | None:
    evidence: dict[str, Any] = {}
    if facts.minimum_value is not None and (facts.value is None or facts.value < facts.minimum_value):
        evidence |= {"minimum": str(facts.minimum_value), "currency": facts.currency}
    if facts.missing_documents:
        evidence |= {"documents": list(facts.missing_documents)}
    return Hit("R12", VerdictClass.ASK, evidence) if evidence else None


def _is_rivals_live(claim: ClaimFact, facts: Facts) -> bool:
    """Tell whether a rival's registration waits before us or protects."""
    if claim.partner_id == facts.partner_id or claim.kind == "order":
        return False
    if claim.state == "pending":
        return claim.sequence_number < facts.sequence_number
    return _protects(claim, facts.judged_at)


def _r15(facts: Facts) -> Hit | None:
    doubtful = [match for match in facts.matches if match.sameness is Sameness.DOUBTFUL and match.is_known]
    claims = [
        claim.claim_id
        for claim in facts.claims
        if _is_rivals_live(claim, facts)
        and (
            claim.sameness is Sameness.DOUBTFUL
            or (claim.sameness is Sameness.SAME and claim.project_doubtful)
        )
    ]
    if not doubtful and not claims and not facts.other_projects:
        return None
    return Hit(
        "R15",
        VerdictClass.HOLD if claims else VerdictClass.REVIEW,
        {
            "organisations": [match.organisation_id for match in doubtful],
            "levels": sorted({match.level for match in doubtful}),
            "projects": sorted(facts.other_projects),
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


CHECKS = (_r01, _r02, _r03, _r04, _r05, _r06, _r07, _r08, _r09, _r10, _r12, _r15, _r16)


def hits(facts: Facts) -> tuple[Hit, ...]:
    """Return every hit of ``facts``, in the order of the codes."""
    return tuple(hit for check in CHECKS if (hit := check(facts)) is not None)


def judge(facts: Facts) -> Verdict:
    """Return the verdict on ``facts``: every hit and what would change the answer."""
    found = hits(facts)
    return Verdict(found, tuple(_counterfactuals(facts, Verdict(found))))


def _counterfactuals(facts: Facts, verdict: Verdict) -> Iterator[dict[str, Any]]:
    """Yield changes after which the same check gives a better class; each was tried, not guessed.

    ``wait``: from that instant on; ``value``: with at least that much; ``documents``: with these attached.
    """
    if verdict.class_ < VerdictClass.REVIEW:
        return
    tried: list[tuple[dict[str, Any], Facts]] = []
    for hit in verdict.hits:
        if hit.code == "R05":
            release = datetime.fromisoformat(hit.evidence["until"])
            tried.append(
                ({"change": "wait", "from": hit.evidence["until"]}, replace(facts, judged_at=release))
            )
        elif hit.code == "R12" and "minimum" in hit.evidence:
            change = {
                "change": "value",
                "minimum": hit.evidence["minimum"],
                "currency": hit.evidence["currency"],
            }
            tried.append((change, replace(facts, value=facts.minimum_value)))
        if hit.code == "R12" and "documents" in hit.evidence:
            change = {"change": "documents", "documents": hit.evidence["documents"]}
            tried.append((change, replace(facts, missing_documents=())))
    for change, changed in tried:
        better = Verdict(hits(changed)).class_
        if better < verdict.class_:
            yield {**change, "class": better.name.lower()}
