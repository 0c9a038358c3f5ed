"""The catalogues hold every word of the source, translated and not in doubt. Needs no gettext."""

import ast
import re
from functools import cache
from io import BytesIO

import pytest
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from .house import ROOT, python_files, templates

LANGUAGES = ("zh_Hans", "zh_Hant")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
CONTEXTUAL = {"pgettext", "pgettext_lazy", "npgettext"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


def messages_of(code: bytes):
    """Yield (context, singular) of every message in Python source."""
    options = {"encoding": "utf-8"}
    for _line, function, message, _comments in extract_python(BytesIO(code), list(KEYWORDS), [], options):
        parts = list(message) if isinstance(message, tuple) else [message]
        context = parts.pop(0) if function in CONTEXTUAL else None
        if parts and parts[0]:
            yield context, parts[0]


@cache
def used() -> dict[tuple, str]:
    """Return every message of the source with the file it stands in."""
    found = {}
    for path in python_files(migrations=False):
        for key in messages_of(path.read_bytes()):
            found.setdefault(key, str(path.relative_to(ROOT)))
    for path in templates():
        plain = templatize(path.read_text("utf-8"), origin=str(path))
        for line in plain.splitlines():
            for key in messages_of(line.strip().encode()):
                found.setdefault(key, str(path.relative_to(ROOT)))
    return found


def catalogue(language: str) -> dict[tuple, object]:
    path = ROOT / "locale" / language / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return {}
    with path.open("rb") as source:
        read = read_po(source)
    return {
        (message.context, message.id[0] if isinstance(message.id, tuple) else message.id): message
        for message in read
        if message.id
    }


def strings(message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string]


def test_the_source_is_read():
    assert (None, "Rejected") in used()
    assert len(used()) > 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_is_complete(language):
    there = catalogue(language)
    missing = [f"{where}: {key[1]!r}" for key, where in used().items() if key not in there]
    empty = [key[1] for key in used() if key in there and not all(strings(there[key]))]
    assert (len(missing), missing[:20], len(empty), empty[:20]) == (0, [], 0, [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entry_is_in_doubt(language):
    assert [key[1] for key, message in catalogue(language).items() if message.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_what_is_filled_in(language):
    broken = []
    for key, message in catalogue(language).items():
        sources = message.id if isinstance(message.id, tuple) else (message.id,)
        wanted = {name for source in sources for name in PLACEHOLDER.findall(source)}
        for string in filter(None, strings(message)):
            if set(PLACEHOLDER.findall(string)) - wanted or (
                wanted - set(PLACEHOLDER.findall(string)) and not isinstance(message.id, tuple)
            ):
                broken.append((key[1], string))
    assert broken == []


def test_nothing_is_filled_in_before_translating():
    wrong = []
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) in KEYWORDS
                and node.args
                and not (isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str))
                and not isinstance(node.args[0], ast.Name | ast.Attribute)
            ):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert wrong == []
