"""The organisations and questions that ``make bench`` measures the match index with."""

from collections import Counter
from itertools import islice

import pytest
from stdnum.cn import uscc

from benchmarks.identity import failures
from benchmarks.identity_run import WARM_UP, ask, build
from benchmarks.organisations import WAYS_CHINESE, WAYS_LATIN, Sample, organisations

SIZE, QUESTIONS = 500, 130


@pytest.fixture(scope="module")
def read():
    sample = Sample(SIZE, QUESTIONS, seed=1)
    kept = list(sample.organisations())
    return kept, sample.questions()


def test_the_same_seed_makes_the_same_and_another_seed_others(read):
    kept, questions = read
    again = Sample(SIZE, QUESTIONS, seed=1)
    assert list(again.organisations()) == kept
    assert again.questions() == questions
    assert list(islice(organisations(2), SIZE)) != kept


def test_a_smaller_sample_is_the_beginning_of_a_larger_one(read):
    assert list(Sample(100, 10, seed=1).organisations()) == read[0][:100]


def test_no_two_are_the_same(read):
    kept, _questions = read
    assert len({one.parts[:-1] for one in kept}) == SIZE
    ids = [one.registry_id for one in kept if one.registry_id]
    assert len(set(ids)) == len(ids) > SIZE / 2
    assert all(uscc.is_valid(one) for one in ids)


def test_each_question_names_its_origin_and_is_written_otherwise(read):
    kept, questions = read
    kinds = Counter(question.kind for question in questions)
    assert kinds["new"] == QUESTIONS * 0.2
    assert set(kinds) == {"new", *WAYS_CHINESE, *WAYS_LATIN}
    names = {one.name for one in kept}
    origins = [question.origin for question in questions if question.kind != "new"]
    assert len(set(origins)) == len(origins)
    for question in questions:
        if question.kind == "new":
            assert question.origin == 0
            assert question.asked.name not in names
            continue
        origin = kept[question.origin - 1]
        if question.kind == "one slip":
            assert question.asked.name != origin.name
        if question.kind == "registry id only":
            assert (question.asked.registry_id, question.asked.name) == (origin.registry_id, "")
        else:
            assert question.asked.registry_id == ""
            assert question.asked.country == origin.country


def test_questions_before_the_organisations_were_read_are_refused():
    with pytest.raises(RuntimeError):
        Sample(SIZE, QUESTIONS, seed=1).questions()


def test_a_run_that_shows_too_few_fails():
    good = {"shown": {"one slip": [90, 100], "pinyin": [10, 10]}}
    bad = {"shown": {"one slip": [80, 100], "pinyin": [10, 10]}}
    assert failures({("SQLite", 500): good}) == []
    (line,) = failures({("SQLite", 500): good, ("PostgreSQL", 500): bad})
    assert "PostgreSQL, 500: 90 of 110" in line


@pytest.mark.django_db
def test_the_engine_finds_them(read):
    sample = Sample(SIZE, QUESTIONS, seed=1)
    built = build(sample)
    found = ask(sample.questions())
    right = sum(count for count, _of in found["shown"].values())
    of = sum(count for _right, count in found["shown"].values())
    assert built["bytes"] > 0
    assert found["matches"]["count"] == QUESTIONS - WARM_UP
    assert right > 0.9 * of
