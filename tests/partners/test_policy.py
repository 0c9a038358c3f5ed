"""Pure decisions about partners."""

from hypothesis import given
from hypothesis import strategies as st

from partners.policy import Bar, Standing, bars_to_filing, paths_overlap, steps

paths = st.text("AB", max_size=3).map(lambda letters: "".join(f"000{letter}" for letter in letters))


@given(paths, paths)
def test_overlap_knows_no_order(one, other):
    assert paths_overlap(one, other) == paths_overlap(other, one)


@given(paths)
def test_everything_above_overlaps(path):
    assert all(paths_overlap(path, above) for above in steps(path, 4))
    assert len(steps(path, 4)) == len(path) // 4


def test_siblings_do_not_overlap():
    assert not paths_overlap("000A000B", "000A000C")


def test_everything_that_bars_is_named():
    standing = Standing(state="suspended", has_agreement=False, has_authorisation=False)
    assert bars_to_filing(standing) == (Bar.SUSPENDED, Bar.NO_AGREEMENT, Bar.NO_AUTHORISATION)
    assert bars_to_filing(Standing("active", True, True)) == ()
