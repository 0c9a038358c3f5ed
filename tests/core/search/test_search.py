"""The search terms: what is found by which words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import search
from core.search.models import SearchTerm
from core.search.terms import asked_of, terms_of

KIND = "tests.thing"


@pytest.fixture
def things(db):
    search.index(KIND, 1, ["上海华星泵业有限公司", "Huaxing Pump Works", "7KQ2M9XRT4HD"])
    search.index(KIND, 2, ["北京远大轴承", "Yuanda Bearing"])
    search.index("tests.other", 1, ["上海华星泵业有限公司"])


def found(query, kind=KIND):
    return sorted({row["object_id"] for row in search.matching_ids(kind, query)})


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("华星", [1]),
        ("華星泵業", [1]),
        ("泵", [1]),
        ("司", [1]),
        ("星华", []),
        ("hua", [1]),
        ("HUAXING pum", [1]),
        ("pump huaxing", [1]),
        ("yuanda 轴承", [2]),
        ("uaxing", []),
        ("7KQ2-M9XR-T4HD", [1]),
        ("7kq2m9xr", [1]),
        ("7kq2 m9xr t4hd", [1]),
        ("", []),
        ("   !!", []),
        ("%", []),
        ("_ua", []),
        ("华星 轴承", []),
    ],
)
def test_query_finds_what_has_all_its_words(things, query, ids):
    assert found(query) == ids


def test_kinds_are_kept_apart(things):
    assert found("远大", "tests.other") == []
    assert found("华星", "tests.other") == [1]


def test_indexing_again_replaces_the_terms(things):
    search.index(KIND, 1, ["Something new"])
    assert found("华星") == []
    assert found("some new") == [1]


def test_unindexed_is_not_found(things):
    search.unindex(KIND, 1)
    assert found("华星") == []
    assert found("远大") == [2]


def test_index_many_writes_the_same_terms_as_one_by_one(things):
    one_by_one = set(SearchTerm.objects.filter(object_type=KIND).values_list("term", "object_id"))
    SearchTerm.objects.filter(object_type=KIND).delete()
    search.index_many(
        KIND,
        {
            1: ["上海华星泵业有限公司", "Huaxing Pump Works", "7KQ2M9XRT4HD"],
            2: ["北京远大轴承", "Yuanda Bearing"],
        },
    )
    assert set(SearchTerm.objects.filter(object_type=KIND).values_list("term", "object_id")) == one_by_one


def test_hostile_text_gives_few_terms(db):
    search.index(KIND, 1, ["华" * 100_000, "x" * 100_000, "\x00\u202e", "a b " * 50_000])
    assert SearchTerm.objects.count() <= 120
    assert found("华" * 5000) in ([], [1])


@given(st.text(max_size=60))
def test_text_is_found_by_itself(text):
    terms = terms_of([text])
    for term, as_beginning in asked_of(text):
        assert any(kept.startswith(term) if as_beginning else kept == term for kept in terms)
