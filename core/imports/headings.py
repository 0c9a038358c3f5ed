"""From the headings of a file to the fields of a resource: a guess, which a person confirms. Pure functions."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from core.ui.exports import ESCAPE, escape

_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")


def letters(text: str) -> str:
    """Return what is compared of a heading or code: letters and digits, of one width and case."""
    unified = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in unified if sign.isalnum() or sign in "@.+&")


def guess(headings: Sequence[str], words: Mapping[str, Sequence[str]]) -> list[str]:
    """Return for each heading the field it names, "" for none; a field is given to its first heading.

    ``words`` maps a field to all it may be called: its name, its label in each language, other names. What stands
    in brackets counts second.
    """
    known: dict[str, str] = {}
    for field, names in words.items():
        for name in names:
            known.setdefault(letters(name), field)
    known.pop("", None)
    guessed: list[str] = [""] * len(headings)
    taken: set[str] = set()
    for reading in (letters, lambda heading: letters(_BRACKETS.sub("", heading))):
        for at, heading in enumerate(headings):
            field = known.get(reading(heading), "")
            if field and not guessed[at] and field not in taken:
                guessed[at] = field
                taken.add(field)
    return guessed


def unescape(text: str) -> str:
    """Return a cell's text without the apostrophe that an export put before what looks like a formula."""
    if text.startswith(ESCAPE) and escape(text[1:]) == text:
        return text[1:]
    return text


def column_letters(index: int) -> str:
    """Return how a spreadsheet names the column with ``index`` from 0: A, B … Z, AA."""
    name, rest = "", index + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        name = chr(65 + letter) + name
    return name
