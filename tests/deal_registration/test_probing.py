"""Signs of probing: an honest dealer shows none, each way of probing shows, and the score keeps its promises."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from deal_registration.prechecks.probing import POINTS, Asked, score

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
NAMES = ["mill", "brewery", "port", "dairy", "foundry", "airport", "refinery", "tower", "canal", "works"]


def questions(count: int, *, every: timedelta, names=None, **fields) -> list[Asked]:
    """Ask ``count`` questions, one after another."""
    names = names or [f"{NAMES[number % 10]} {number * 7919 % 97}" for number in range(count)]
    return [Asked(at=NOON + every * number, customer=names[number], **fields) for number in range(count)]


def codes(asked, *, at=NOON + WEEK) -> set[str]:
    return {reason.code for reason in score(asked, at=at).reasons}


def test_nobody_who_asked_nothing_is_suspected():
    assert score([], at=NOON).points == 0


def test_an_honest_week_shows_no_sign():
    honest = [
        Asked(NOON + timedelta(hours=7 * number), name, taken=number == 3, is_filed=number % 2 == 0)
        for number, name in enumerate(NAMES)
    ]
    assert score(honest, at=NOON + timedelta(days=4)).points == 0


def test_asking_for_what_is_taken_shows():
    assert codes(questions(8, every=timedelta(hours=9), taken=1)) == {"taken"}


def test_few_taken_answers_are_bad_luck():
    assert codes(questions(4, every=timedelta(hours=9), taken=1)) == set()


def test_many_customers_in_a_day_show():
    assert "breadth" in codes(questions(20, every=timedelta(minutes=30), is_filed=True))


def test_one_customer_asked_often_is_not_breadth():
    same = questions(20, every=timedelta(minutes=30), names=["mill"] * 20, is_filed=True)
    assert "breadth" not in codes(same)


def test_an_alphabet_shows_in_both_directions():
    names = [f"{chr(97 + number)}works" for number in range(10)]
    assert "sweep" in codes(questions(10, every=timedelta(hours=9), names=names, is_filed=True))
    assert "sweep" in codes(questions(10, every=timedelta(hours=9), names=names[::-1], is_filed=True))


def test_free_and_never_filed_shows_only_after_time_to_file():
    asked = questions(8, every=timedelta(hours=3))
    assert "unfiled" not in codes(asked, at=NOON + timedelta(days=2))
    assert "unfiled" in codes(asked, at=NOON + WEEK)


def test_speed_shows():
    assert "speed" in codes(questions(15, every=timedelta(seconds=20), names=["mill"] * 15, is_filed=True))


def test_a_sweep_through_the_customer_list_reaches_the_upper_threshold():
    names = [f"{chr(97 + number)}works" for number in range(20)]
    sweep = questions(20, every=timedelta(seconds=30), names=names, taken=1)
    assert score(sweep, at=NOON + WEEK).points >= 75


def test_own_customers_count_for_nothing():
    names = [f"{chr(97 + number)}works" for number in range(20)]
    assert (
        score(questions(20, every=timedelta(seconds=30), names=names, taken=1, is_own=True), at=NOON).points
        == 0
    )


@st.composite
def one_question(draw) -> Asked:
    lines = draw(st.integers(1, 4))
    return Asked(
        at=NOON + timedelta(minutes=draw(st.integers(0, 60 * 24 * 20))),
        customer=draw(st.sampled_from(NAMES)),
        lines=lines,
        taken=draw(st.integers(0, lines)),
        is_own=draw(st.booleans()),
        is_filed=draw(st.booleans()),
    )


LISTS = st.lists(one_question(), max_size=40)


@given(LISTS)
def test_the_score_is_between_nought_and_a_hundred_and_the_sum_of_its_reasons(asked):
    found = score(asked, at=NOON + WEEK)
    assert 0 <= found.points <= sum(POINTS.values()) == 100
    assert all(0 < reason.points <= POINTS[reason.code] for reason in found.reasons)
    assert all(reason.count >= 0 for reason in found.reasons)


@given(LISTS, st.randoms(use_true_random=False))
def test_the_order_in_which_questions_are_read_does_not_matter(asked, random: Random):
    shuffled = list(asked)
    random.shuffle(shuffled)
    assert score(shuffled, at=NOON + WEEK) == score(asked, at=NOON + WEEK)


@given(LISTS)
def test_own_customers_never_change_the_score(asked):
    others = [one for one in asked if not one.is_own]
    assert score(asked, at=NOON + WEEK) == score(others, at=NOON + WEEK)


@given(LISTS)
def test_filing_what_was_free_never_raises_the_score(asked):
    filed = [Asked(one.at, one.customer, one.lines, one.taken, one.is_own, True) for one in asked]
    assert score(filed, at=NOON + WEEK).points <= score(asked, at=NOON + WEEK).points


@given(LISTS)
def test_more_taken_lines_never_lower_the_sign_of_taken_answers(asked):
    def taken(rows) -> int:
        return next((row.points for row in score(rows, at=NOON + WEEK).reasons if row.code == "taken"), 0)

    worse = [Asked(one.at, one.customer, one.lines, one.lines, one.is_own, one.is_filed) for one in asked]
    assert taken(worse) >= taken(asked)


@given(LISTS, st.integers(1, 400))
def test_the_score_does_not_depend_on_the_day_of_the_year(asked, days):
    later = timedelta(days=days)
    moved = [
        Asked(one.at + later, one.customer, one.lines, one.taken, one.is_own, one.is_filed) for one in asked
    ]
    assert score(moved, at=NOON + WEEK + later) == score(asked, at=NOON + WEEK)
