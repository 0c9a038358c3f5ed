"""In Chinese no English word is left on any page, but for what people typed and what is called so everywhere."""

import re
from html.parser import HTMLParser

import pytest
from django.db import models

from tests.architecture.house import our_models
from tests.cast import client_for
from tests.pages import pages_for, rows_of_every_kind

pytestmark = pytest.mark.django_db

WORD = re.compile(r"(?<![\w@./:%-])[A-Za-z]{3,}(?![\w@/:%-]|\.[a-z])")
SPOKEN = ("title", "placeholder", "aria-label", "alt", "aria-description")
SAME_EVERYWHERE = frozenset(
    {
        *("Alt", "App", "English", "Enter", "Excel", "Merkle", "Office", "Python", "cryptography"),
        *("API", "GET", "ISO", "OpenAPI", "POST", "RFC", "problem"),  # problem JSON is a format
        *("CNY", "EUR", "GBP", "HKD", "TWD", "USD"),
        *("CST", "CSV", "DUNS", "ERP", "GBK", "JSON", "PDF", "QR", "SHA", "TOTP", "UTC", "VAT", "XLSX"),
    }
)
# Who between them may open every page.
LOOKING = ("dealer_manager", "channel_manager", "sales_rep", "administrator")


class Page(HTMLParser):
    """Collects what is read on a page: text, and attributes that are spoken."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.read: list[str] = []
        self.silent = 0
        self.is_zone = False
        self.english: tuple[str, int] | None = (
            None  # inside an element that says it is English: its tag, how deep
        )

    def handle_starttag(self, tag, attributes):
        if self.english is not None:
            if tag == self.english[0]:
                self.english = (tag, self.english[1] + 1)
        elif tag not in ("html", "button") and dict(attributes).get("lang") == "en":
            self.english = (tag, 1)
        if tag in ("script", "style", "template", "kbd", "code", "pre"):
            self.silent += 1
        if tag == "option":  # time zones are named as their database names them
            self.is_zone = "/" in (dict(attributes).get("value") or "")
        self.read += [value for key, value in attributes if key in SPOKEN and value]

    def handle_endtag(self, tag):
        if self.english is not None and tag == self.english[0]:
            self.english = (tag, self.english[1] - 1) if self.english[1] > 1 else None
        if tag in ("script", "style", "template", "kbd", "code", "pre"):
            self.silent -= 1
        if tag in ("option", "select"):
            self.is_zone = False

    def handle_data(self, data):
        if not self.silent and not self.is_zone and self.english is None:
            self.read.append(data)


def words_of_the_data() -> set[str]:
    """Return every Latin word that stands in a text column: typed by people, or a name of reference data."""
    words = set()
    for model in our_models():
        columns = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField) and not field.choices
        ]
        if not columns:
            continue
        for row in model._default_manager.all()[:500].values_list(*columns):
            for value in row:
                words |= set(re.findall(r"[A-Za-z]{3,}", str(value or "")))
    return words


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant"])
def test_no_english_word_is_left_on_a_chinese_page(language, making, stage):
    rows = rows_of_every_kind(making)
    left = {}
    for person in LOOKING:
        user = getattr(making, person)
        user.language = language
        user.save(update_fields=["language"])
    known = words_of_the_data() | SAME_EVERYWHERE
    for person in LOOKING:
        client = client_for(getattr(making, person))
        for name, url in pages_for(person, rows):
            answer = client.get(url, follow=True)
            if answer.status_code != 200 or b"</html>" not in answer.content:
                continue
            page = Page()
            page.feed(answer.content.decode())
            for word in set(WORD.findall("\n".join(page.read))) - known:
                left.setdefault(word, f"{name} as {person}")
    if left:
        pytest.fail("\n".join(f"{word}: {where}" for word, where in sorted(left.items())), pytrace=False)
