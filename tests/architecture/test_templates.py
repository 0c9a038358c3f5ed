"""Templates: nothing inline that the content security policy refuses, and every word of them translated."""

import re
from html.parser import HTMLParser

import pytest

from .house import ROOT, templates

PAGES = [path for path in templates() if path.suffix == ".html"]
# Printed to PDF or sent by mail: no policy applies, styles stand in the page.
OFF_LINE = re.compile(r"(^|/)(pdf|mail|mails|email)(/|_)|receipt_pdf|_mail\.html$|\.pdf\.html$")
SPOKEN = ("title", "placeholder", "aria-label", "alt", "data-confirm", "aria-description")
# Names and signs that are the same in every language.
SAME_EVERYWHERE = re.compile(
    r"^(?:JSON|PDF|CSV|XLSX|QR|SHA-256|Ed25519|RFC 6962|Merkle|URL|Wagtail|L[1-5]|R\d\d|px|·|→|–|/)+$"
)
WORD = re.compile(r"[A-Za-z]{2,}|[\u4e00-\u9fff]")


def name(path) -> str:
    return str(path.relative_to(ROOT / "templates"))


def without_django(text: str) -> str:
    """Return the template with what is translated, computed or not shown taken out."""
    text = re.sub(r"\{#.*?#\}", "", text)
    text = re.sub(r"<(/?)\{\{.*?\}\}", r"<\1div", text)  # a tag named by a variable
    text = re.sub(r"\{% comment.*?%\}.*?\{% endcomment %\}", "", text, flags=re.S)
    text = re.sub(r"\{% blocktrans(?:late)?\b.*?%\}.*?\{% endblocktrans(?:late)? %\}", "", text, flags=re.S)
    text = re.sub(r"\{% verbatim %\}.*?\{% endverbatim %\}", "", text, flags=re.S)
    text = re.sub(r"\{% block (?:\w*class|\w*id)\b.*?\{% endblock.*?%\}", "", text, flags=re.S)
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.S)


class Reader(HTMLParser):
    """Collects the words, inline code and inline styles of a page."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.inline: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag in ("script", "style"):
            self._inside.append(tag)
            kind = given.get("type") or ""
            if tag == "style" or ("src" not in given and "json" not in kind):
                self.inline.append(f"<{tag}> in line {self.getpos()[0]}")
        for key, value in attributes:
            where = f"line {self.getpos()[0]}"
            if key == "style" or re.fullmatch(r"on[a-z]+", key) or (value or "").startswith("javascript:"):
                self.inline.append(f"{key} in {where}")
            if key in SPOKEN and self.is_speech(value or ""):
                self.words.append(f"{key}={value!r} in {where}")
            is_button = tag == "input" and given.get("type") in ("submit", "button")
            if key == "value" and is_button and self.is_speech(value or ""):
                self.words.append(f"{key}={value!r} in {where}")

    def handle_endtag(self, tag):
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data):
        if not self._inside and self.is_speech(data):
            self.words.append(f"{data.strip()!r} in line {self.getpos()[0]}")

    def is_speech(self, text: str) -> bool:
        """Tell whether the text has words that differ from language to language."""
        return any(
            WORD.search(part) and not SAME_EVERYWHERE.match(part) for part in text.replace("…", " ").split()
        )


def read(path) -> Reader:
    reader = Reader()
    reader.feed(without_django(path.read_text("utf-8")))
    return reader


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_nothing_stands_inline_that_the_policy_refuses(path):
    if OFF_LINE.search(name(path)):
        return
    assert read(path).inline == []


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_word_is_translated(path):
    assert read(path).words == []


def test_words_and_inline_code_are_noticed():
    reader = Reader()
    reader.feed(
        without_django(
            '<p style="x" onclick="y">Hello {{ name }}</p><script>1</script>{% translate "Fine" %}'
            '<img alt="A dog" src="x"><script src="z"></script><b>{{ total }} · PDF</b>'
        )
    )
    assert reader.inline == ["style in line 1", "onclick in line 1", "<script> in line 1"]
    assert reader.words == ["'Hello' in line 1", "alt='A dog' in line 1"]
