"""Folding: no shown figure, and no difference of shown figures, tells of a group that is too small. Medians."""

import itertools
import statistics

from hypothesis import given, settings
from hypothesis import strategies as st

from deal_registration.honour.folding import EVERYWHERE, Group, Least, fold, median, rounded, totals_of

PLACES = [
    "a", "aa", "ab", "ac", "aaa", "aab", "b", "ba", "bb", "bba", "c",
]  # fmt: skip
PARENTS = {place: place[:-1] for place in PLACES}

groups = st.builds(
    lambda partners, took: (
        Group(len(took), sum(second % 2 for second in took), frozenset(partners), tuple(took))
        if took
        else Group()
    ),
    st.lists(st.integers(1, 6), min_size=1, max_size=4),
    st.lists(st.integers(0, 50), max_size=9),
)
worlds = st.dictionaries(st.sampled_from(PLACES), groups)
leasts = st.builds(Least, st.integers(1, 8), st.integers(1, 4))


def remainders(own, folded):
    """Return what is left of each shown place once the shown ones below it are taken off: what can be computed."""
    totals = totals_of(own, PARENTS)
    shown = {place for place, outcome in folded.items() if outcome.group is not None}
    left = {}
    for place in shown:
        parts = [part for part in PLACES if part in shown and part != place and PARENTS[part] == place]
        cases = totals[place].cases - sum(totals[part].cases for part in parts)
        partners = set()
        for below, group in own.items():
            inside = below.startswith(place)
            if inside and not any(below.startswith(part) for part in parts):
                partners |= group.partners
        left[place] = (cases, len(partners))
    return left


@given(worlds, leasts)
def test_nothing_too_small_is_shown_or_can_be_computed(own, least):
    folded = fold(own, PARENTS, least)
    for place, (cases, partners) in remainders(own, folded).items():
        assert cases == 0 or (cases >= least.cases and partners >= least.partners), place


@given(worlds, leasts)
def test_no_sum_and_difference_of_shown_figures_is_a_small_group(own, least):
    """The attacker adds and takes off any shown figures: what comes out as a set of cases is never too small."""
    folded = fold(own, PARENTS, least)
    shown = {place: outcome.group.cases for place, outcome in folded.items() if outcome.group is not None}
    inside = {place: frozenset(below for below in own if below.startswith(place)) for place in shown}
    for one, other in itertools.permutations(shown, 2):
        if inside[other] <= inside[one]:
            left = shown[one] - shown[other]
            assert left == 0 or left >= least.cases


@given(worlds, leasts)
def test_what_is_hidden_is_counted_in_the_nearest_place_shown_above(own, least):
    folded = fold(own, PARENTS, least)
    assert set(folded) == {EVERYWHERE, *PLACES}
    for place in PLACES:
        outcome, above = folded[place], PARENTS[place]
        while folded[above].group is None and above != EVERYWHERE:
            above = PARENTS[above]
        if outcome.group is None:
            assert outcome.into == (above if folded[above].group is not None else None)
        else:
            assert folded[PARENTS[place]].group is not None  # a shown place stands in a shown one


@given(worlds, leasts)
def test_shown_figures_are_the_true_ones(own, least):
    folded, totals = fold(own, PARENTS, least), totals_of(own, PARENTS)
    assert totals[EVERYWHERE].cases == sum(group.cases for group in own.values())
    assert all(
        outcome.group == totals[place] for place, outcome in folded.items() if outcome.group is not None
    )


def test_the_guard_is_needed_showing_whatever_is_large_enough_gives_the_small_one_away():
    """The control: without folding a neighbour, "a" minus "aa" would be the two cases of "ab"."""
    large, small = Group(6, 0, frozenset({1, 2, 3})), Group(2, 1, frozenset({4}))
    own, least = {"aa": large, "ab": small}, Least(5, 3)
    assert least.is_enough(large) and not least.is_enough(small)
    assert large.cases + small.cases - large.cases < least.cases
    folded = fold(own, PARENTS, least)
    assert folded["a"].group.cases == 8
    assert folded["aa"].group is None and folded["ab"].group is None
    assert folded["aa"].into == folded["ab"].into == "a"


def test_many_cases_of_one_partner_are_too_few():
    own = {"a": Group(50, 0, frozenset({1})), "b": Group(9, 0, frozenset({2, 3, 4}))}
    folded = fold(own, PARENTS, Least(5, 3))
    assert folded["a"].group is None and folded["b"].group is None
    assert folded[EVERYWHERE].group.cases == 59


def test_of_several_neighbours_the_smallest_that_mends_it_is_folded():
    own = {
        "aa": Group(30, 0, frozenset({1, 2, 3})),
        "ab": Group(7, 0, frozenset({1, 2, 3})),
        "ac": Group(1, 0, frozenset({9})),
    }
    folded = fold(own, PARENTS, Least(5, 3))
    assert folded["aa"].group is not None and folded["ab"].group is None


@given(st.lists(st.integers(0, 10**7)))
@settings(max_examples=60)
def test_the_median_is_the_statisticians(values):
    assert median(values) == (statistics.median(values) if values else None)
    assert median(reversed(values)) == median(values)


@given(st.integers(0, 10**7))
def test_a_rounded_time_is_a_half_hour_near_by(seconds):
    near = rounded(seconds)
    assert near % 1800 == 0 and abs(near - seconds) <= 900
    assert rounded(None) is None
