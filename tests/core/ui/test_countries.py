"""Countries: named and sorted as the reader's language has it."""

import pytest
from django.utils import translation

from core.ui.countries import country_choices, country_name

FIRST = 4


def order(language: str, *names: str) -> list[str]:
    with translation.override(language):
        listed = [name for _code, name in country_choices()][FIRST:]
    assert set(names) <= set(listed)
    return sorted(names, key=listed.index)


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Algeria", "Brazil", "Zimbabwe"]),
        ("zh-hans", ["阿根廷", "巴西", "法国", "美国", "日本", "越南"]),
        ("zh-hant", ["巴西", "美國", "法國", "日本", "越南"]),
    ],
)
def test_countries_stand_in_the_order_of_their_sounds(language, names):
    assert order(language, *names) == names


def test_accented_letters_stand_with_their_plain_ones():
    assert order("en", "Austria", "Åland Islands", "Zimbabwe") == ["Åland Islands", "Austria", "Zimbabwe"]


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_the_usual_ones_are_on_top_and_every_one_is_there_once(language):
    with translation.override(language):
        choices = country_choices()
        assert [code for code, _name in choices[:FIRST]] == ["CN", "TW", "DE", "NL"]
        assert all(name == country_name(code) for code, name in choices)
    codes = [code for code, _name in choices]
    assert len(codes) == len(set(codes)) > 200
    assert "EU" not in codes
