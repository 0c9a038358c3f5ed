"""From headings to fields, and from problems to words: pure functions."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from hypothesis import given
from hypothesis import strategies as st

from core.imports.headings import column_letters, guess, letters, unescape
from core.imports.judging import Problem
from core.ui.exports import escape

WORDS = {"name": ["name", "名称"], "number": ["number", "Customer number"], "city": ["city", "城市"]}


def test_a_heading_names_a_field_whatever_its_width_case_and_blanks():
    assert guess([" ＮＡＭＥ ", "customer-number", "城 市", "Note"], WORDS) == ["name", "number", "city", ""]


def test_what_stands_in_brackets_counts_second():
    assert guess(["Name (as registered)", "Name"], WORDS) == ["", "name"]
    assert guess(["名称（必填）"], WORDS) == ["name"]


def test_a_field_is_given_to_its_first_heading():
    assert guess(["Name", "name", ""], WORDS) == ["name", "", ""]


@given(st.lists(st.text(max_size=20), max_size=12))
def test_guesses_name_each_field_once(headings):
    guessed = guess(headings, WORDS)
    assert len(guessed) == len(headings)
    named = [field for field in guessed if field]
    assert len(named) == len(set(named)) and set(named) <= WORDS.keys()


@given(st.text(max_size=30))
def test_what_an_export_escaped_is_read_back_as_it_was(value):
    escaped = escape(value)
    assert unescape(escaped) == value or escaped == value


def test_letters_tell_codes_apart():
    assert letters("cn-east") == letters("CN East") != letters("cn-west")


def test_columns_are_lettered_as_in_a_sheet():
    assert [column_letters(index) for index in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"
    ]  # fmt: skip


def test_a_problem_is_worded_for_its_reader():
    problem = Problem.of(_("This cannot be done."), field="name", value="x" * 500)
    assert len(problem.value) == 200 and Problem(*problem.kept()) == problem
    with translation.override("zh-hans"):
        assert problem.words != "This cannot be done."
        assert Problem.of(_("This cannot be done.")).message == "This cannot be done."


def test_lists_in_a_problem_are_worded_too():
    problem = Problem.of(_("%(n)s: %(items)s"), n=3, items=[_("Accounts"), _("Contacts")])
    assert problem.words == "3: Accounts, Contacts"
    with translation.override("zh-hant"):
        assert "Accounts" not in problem.words and "、" in problem.words


def test_errors_of_forms_become_problems():
    error = ValidationError({"city": ValidationError(_("This cannot be done."))})
    assert Problem.from_error(error).field == "city"
    try:
        MaxLengthValidator(3)("long 100%")
    except ValidationError as too_long:
        assert "at most 3 characters" in Problem.from_error(too_long).words


def test_a_message_that_does_not_fit_its_places_is_shown_as_it_is():
    assert Problem("100% %(missing)s", {"n": "1"}).words == "100% %(missing)s"
