"""The conflict check as a pure function: each code, the classes, and properties of every verdict."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deal_registration.conflicts import (
    ClaimFact,
    DirectFact,
    Facts,
    HouseFact,
    MatchFact,
    Region,
    Sameness,
    VerdictClass,
    hits,
    judge,
    projects_overlap,
    worst,
)
from deal_registration.conflicts.changes import apply_change
from deal_registration.telling import CODES as ALL_CODES

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
OWN, RIVAL = 1, 2
CODES = sorted(ALL_CODES)


def facts(**changes) -> Facts:
    """A filing that nothing stands against."""
    return replace(
        Facts(
            partner_id=OWN,
            line_id=7,
            sequence_number=100,
            received_at=NOW,
            judged_at=NOW,
            value=Decimal("5000"),
            currency="EUR",
        ),
        **changes,
    )


def claim(**changes) -> ClaimFact:
    """A rival's earlier pending claim on the same customer."""
    return replace(
        ClaimFact(
            claim_id=1,
            partner_id=RIVAL,
            sameness=Sameness.SAME,
            kind="registration",
            state="pending",
            sequence_number=50,
            starts_at=NOW - timedelta(hours=1),
            ends_at=None,
        ),
        **changes,
    )


def approved(**changes) -> ClaimFact:
    """A rival's protection that runs for another thirty days."""
    return claim(**{"state": "approved", "ends_at": NOW + timedelta(days=30), **changes})


def own_expired(**changes) -> ClaimFact:
    """Our own protection of the same scope, which ran out four days ago."""
    return claim(
        **{
            "claim_id": 8,
            "partner_id": OWN,
            "state": "ended",
            "outlived": True,
            "sequence_number": 20,
            "ends_at": NOW - timedelta(days=4),
            "received_at": NOW - timedelta(days=100),
            **changes,
        }
    )


def late_rival(**changes) -> ClaimFact:
    """A rival who filed after our protection had run out and has gone again."""
    return claim(
        **{"claim_id": 9, "state": "ended", "ends_at": NOW, "received_at": NOW - timedelta(days=3), **changes}
    )


def test_nothing_against_it_is_clear():
    verdict = judge(facts())
    assert verdict.class_ is VerdictClass.CLEAR
    assert verdict.hits == ()


@pytest.mark.parametrize(
    ("changes", "code", "class_"),
    [
        ({"partner_active": False}, "R01", VerdictClass.BLOCK),
        ({"agreement_in_force": False}, "R01", VerdictClass.BLOCK),
        ({"missing_certificate": "valve-basic"}, "R01", VerdictClass.BLOCK),
        ({"claims": (claim(partner_id=OWN, registration_id=9),)}, "R02", VerdictClass.BLOCK),
        ({"claims": (approved(partner_id=OWN, registration_id=9),)}, "R02", VerdictClass.BLOCK),
        ({"line_authorised": False}, "R03", VerdictClass.BLOCK),
        ({"region": Region.EXCLUSIVE_TO_ANOTHER}, "R04", VerdictClass.BLOCK),
        ({"region": Region.UNCLAIMED}, "R04", VerdictClass.REVIEW),
        ({"claims": (approved(),)}, "R05", VerdictClass.BLOCK),
        ({"claims": (approved(state="ended", outlived=True),)}, "R05", VerdictClass.BLOCK),
        ({"claims": (claim(),)}, "R06", VerdictClass.HOLD),
        ({"claims": (approved(kind="lead"),)}, "R07", VerdictClass.BLOCK),
        ({"house": (HouseFact(1, 3, by_group=False),)}, "R08", VerdictClass.BLOCK),
        ({"direct": (DirectFact(4, NOW - timedelta(days=9), None, 11),)}, "R09", VerdictClass.REVIEW),
        (
            {
                "claims": (
                    approved(state="ended", ends_at=NOW - timedelta(days=5), won_at=NOW - timedelta(days=5)),
                )
            },
            "R10",
            VerdictClass.REVIEW,
        ),
        ({"minimum_value": Decimal("10000")}, "R12", VerdictClass.ASK),
        ({"missing_documents": ("quote",)}, "R12", VerdictClass.ASK),
        ({"matches": (MatchFact(3, "L2", Sameness.DOUBTFUL, is_known=True),)}, "R15", VerdictClass.REVIEW),
        ({"claims": (claim(sameness=Sameness.DOUBTFUL),)}, "R15", VerdictClass.HOLD),
        (
            {"project_id": 1, "claims": (claim(project_id=2),)},
            "R15",
            VerdictClass.HOLD,
        ),
        ({"project_id": 1, "other_projects": (2,)}, "R15", VerdictClass.REVIEW),
        (
            {"tender_published_on": date(2026, 11, 1), "received_on": date(2026, 11, 2)},
            "R11",
            VerdictClass.REVIEW,
        ),
        ({"open_registrations": 21, "slots": 20}, "R13", VerdictClass.REVIEW),
        ({"open_registrations": 10, "idle_registrations": 5, "slots": 20}, "R13", VerdictClass.REVIEW),
        ({"claims": (own_expired(), late_rival())}, "R14", VerdictClass.REVIEW),
        ({"claims": (claim(sameness=Sameness.GROUP),)}, "R16", VerdictClass.NOTICE),
        ({"group_has_account": True}, "R16", VerdictClass.NOTICE),
    ],
)
def test_each_code_hits_with_its_class(changes, code, class_):
    verdict = judge(facts(**changes))
    assert verdict.codes == {code}
    assert verdict.class_ is class_


@pytest.mark.parametrize(
    "changes",
    [
        {"claims": (claim(sequence_number=101),)},  # filed after us
        {"claims": (claim(state="ended", ends_at=NOW + timedelta(days=3)),)},  # withdrawn, not outlived
        {"claims": (approved(ends_at=NOW),)},  # ended at the very instant
        {"project_id": 1, "claims": (approved(project_id=2),), "parted_projects": frozenset({2})},
        {"other_projects": (2,)},  # the whole customer is meant
        {"project_id": 1, "other_projects": (2,), "parted_projects": frozenset({2})},
        {
            "tender_published_on": date(2026, 11, 2),
            "received_on": date(2026, 11, 2),
        },  # who knows which came first
        {"open_registrations": 20, "slots": 20},
        {"open_registrations": 500},  # no limit
        {"open_registrations": 10, "idle_registrations": 4, "slots": 20},  # forty in a hundred, not more
        {"open_registrations": 4, "idle_registrations": 4, "slots": 20},  # too few to speak of hoarding
        {"claims": (own_expired(),)},  # nobody else filed meanwhile
        {
            "claims": (own_expired(), late_rival(received_at=NOW - timedelta(days=5)))
        },  # filed while we held it
        {"claims": (own_expired(ends_at=NOW - timedelta(days=14)), late_rival())},  # the cool-down is over
        {"claims": (own_expired(outlived=False), late_rival())},  # given up, not outlived
        {
            "project_id": 1,
            "claims": (own_expired(), late_rival(project_id=2)),
            "parted_projects": frozenset({2}),
        },
        {"claims": (own_expired(), late_rival(sequence_number=101))},  # filed after us
        {"claims": (claim(partner_id=OWN, sequence_number=101),)},
        {"direct": (DirectFact(4, NOW - timedelta(days=200), NOW - timedelta(days=91), 11),)},  # asleep
        {"direct": (DirectFact(4, NOW, None, 11),)},  # created after
        {"claims": (approved(state="ended", ends_at=NOW, won_at=NOW - timedelta(days=366)),)},
        {"minimum_value": Decimal("5000")},
        {"matches": (MatchFact(3, "L4", Sameness.DOUBTFUL, is_known=False),)},  # a bare prospect
        {"claims": (claim(sameness=Sameness.DOUBTFUL, sequence_number=101),)},
    ],
)
def test_what_does_not_count(changes):
    assert judge(facts(**changes)).class_ is VerdictClass.CLEAR


def test_worst_hit_decides_and_all_hits_are_kept():
    verdict = judge(
        facts(claims=(approved(), claim(claim_id=2)), minimum_value=Decimal("9999"), region=Region.UNCLAIMED)
    )
    assert verdict.codes == {"R04", "R05", "R06", "R12"}
    assert verdict.class_ is VerdictClass.BLOCK


def test_protected_scope_says_from_when_it_is_free():
    verdict = judge(facts(claims=(approved(),)))
    assert verdict.counterfactuals == (
        {
            "change": "wait",
            "codes": ["R05"],
            "from": (NOW + timedelta(days=30)).isoformat(),
            "class": "clear",
        },
    )
    assert verdict.release_at == (NOW + timedelta(days=30)).isoformat()


def test_waiting_is_not_promised_where_it_would_not_help():
    verdict = judge(facts(claims=(approved(),), line_authorised=False))
    assert verdict.counterfactuals == ()


@pytest.mark.parametrize(
    ("ours", "theirs", "meet"),
    [(None, None, True), (None, 1, True), (1, None, True), (1, 1, True), (1, 2, False)],
)
def test_projects_meet_when_equal_or_either_names_none(ours, theirs, meet):
    assert projects_overlap(ours, theirs) is meet


times = st.datetimes(min_value=datetime(2025, 6, 1), max_value=datetime(2027, 6, 1), timezones=st.just(UTC))
around_now = st.integers(-40, 40).map(lambda days: NOW + timedelta(days=days))
claims = st.builds(
    ClaimFact,
    claim_id=st.integers(1, 50),
    partner_id=st.sampled_from([OWN, RIVAL, 3]),
    sameness=st.sampled_from(Sameness),
    kind=st.sampled_from(["registration", "lead", "order"]),
    state=st.just("approved"),
    sequence_number=st.integers(1, 200).filter(lambda number: number != 100),
    starts_at=times,
    ends_at=times | around_now,
    project_id=st.sampled_from([None, 1, 2]),
    outlived=st.just(False),
    won_at=st.none() | times,
    registration_id=st.none() | st.integers(1, 9),
    received_at=st.none() | times | around_now,
)
any_claim = (
    claims
    | claims.map(lambda row: replace(row, state="pending", ends_at=None))
    | claims.map(lambda row: replace(row, state="ended", outlived=True))
    | claims.map(lambda row: replace(row, state="ended"))
)
any_facts = st.builds(
    facts,
    project_id=st.sampled_from([None, 1]),
    partner_active=st.booleans(),
    missing_certificate=st.sampled_from(["", "valve-basic"]),
    line_authorised=st.booleans(),
    region=st.sampled_from(Region),
    minimum_value=st.none() | st.decimals(1, 10000, places=2),
    missing_documents=st.sampled_from([(), ("quote",)]),
    claims=st.lists(any_claim, max_size=4).map(tuple),
    house=st.sampled_from([(), (HouseFact(1, 1, by_group=True),)]),
    other_projects=st.sampled_from([(), (2,)]),
    parted_projects=st.sampled_from([frozenset(), frozenset({2})]),
    tender_published_on=st.none() | st.dates(date(2026, 10, 1), date(2026, 12, 1)),
    received_on=st.just(date(2026, 11, 2)),
    open_registrations=st.integers(1, 60),
    idle_registrations=st.integers(0, 60),
    slots=st.none() | st.integers(1, 60),
    undisclosed=st.frozensets(st.sampled_from(CODES), max_size=4),
).map(
    lambda some: replace(some, idle_registrations=min(some.idle_registrations, some.open_registrations - 1))
)


@given(any_facts)
def test_counterfactuals_hold_when_they_come_true(some):
    verdict = judge(some)
    for change in verdict.counterfactuals:
        better = judge(apply_change(some, change)).class_
        assert better < verdict.class_
        assert better.name.lower() == change["class"]


@given(any_facts)
def test_each_change_comes_from_codes_that_hit(some):
    verdict = judge(some)
    for change in (*verdict.counterfactuals, *(verdict.told or ())):
        assert set(change["codes"]) <= verdict.codes


@given(any_facts)
def test_what_is_told_of_changes_comes_from_no_hidden_code(some):
    """A reader who never hears of a code is told the same changes whether it hit or not."""
    verdict = judge(some)
    for change in verdict.told or ():
        assert not set(change["codes"]) & some.undisclosed
    if verdict.told is not None:
        visible = [hit for hit in verdict.hits if hit.code not in some.undisclosed]
        after = [
            max(worst(hit for hit in hits(apply_change(some, change)) if hit.code not in some.undisclosed), 0)
            for change in verdict.told
        ]
        assert all(class_ < max(worst(visible), VerdictClass.REVIEW) for class_ in after)


@given(any_facts, any_claim)
def test_another_claim_never_makes_a_verdict_better(some, more):
    assert judge(replace(some, claims=(*some.claims, more))).class_ >= judge(some).class_


@given(any_facts, claims)
def test_a_later_filing_changes_nothing(some, later):
    """Whoever files after us cannot harm us: no pending claim of a later place has any effect but the notice."""
    late = replace(later, state="pending", ends_at=None, sequence_number=101, won_at=None)
    added = judge(replace(some, claims=(*some.claims, late)))
    assert {hit.code for hit in added.hits} - judge(some).codes <= {"R16"}


@given(any_facts, st.randoms())
def test_the_order_of_facts_does_not_matter(some, random):
    shuffled = list(some.claims)
    random.shuffle(shuffled)
    one, other = judge(some), judge(replace(some, claims=tuple(shuffled)))
    assert one.class_ == other.class_
    assert one.codes == other.codes


@given(any_facts)
def test_a_verdict_is_exact_json(some):
    from core.ledger.commitments import canonical

    canonical(judge(some).to_json())


@given(any_facts)
def test_the_same_facts_give_the_same_verdict(some):
    assert hits(some) == hits(some)
