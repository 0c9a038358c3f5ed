"""How a cell's text becomes a value: django-import-export's widgets, with words for people when it does not.

A widget's ``clean`` gets text as it stood in the file, never empty, and raises ``ValidationError``.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from import_export import widgets

from core.ui.countries import country_choices
from core.ui.names import SUFFIXES

from .headings import letters


class TextWidget(widgets.Widget):
    """Text on one line, of at most ``longest`` characters."""

    def __init__(self, longest: int, *, check: Callable[[str, Mapping[str, str]], Any] | None = None):
        super().__init__()
        self.longest = longest
        self.check = check

    def clean(self, value: str, row: Mapping[str, str] | None = None, **kwargs) -> str:
        """Return the text with blanks made plain; refuse what is too long or cannot be shown."""
        text = " ".join(value.split())
        if any(unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn") for sign in text):
            raise ValidationError(_("This holds signs that cannot be shown."), code="signs")
        if len(text) > self.longest:
            raise ValidationError(
                _("This is too long: at most %(limit)s characters."),
                code="long",
                params={"limit": str(self.longest)},
            )
        if self.check and (problem := self.check(text, row or {})):
            raise ValidationError(problem, code="invalid")
        return text


class ChoiceWidget(widgets.Widget):
    """One of several choices: by its code, or by its words in any language of the portal."""

    def __init__(self, choices: Callable[[], Iterable[tuple[str, Any]]]):
        super().__init__()
        self.choices = choices
        self._codes: dict[str, str] | None = None

    def _by_words(self) -> dict[str, str]:
        if self._codes is None:
            found: dict[str, str] = {}
            for language in SUFFIXES:
                with translation.override(language):
                    for code, words in self.choices():
                        found.setdefault(letters(str(words)), str(code))
            for code, _words in self.choices():
                found[letters(str(code))] = str(code)
            self._codes = found
        return self._codes

    def clean(self, value: str, row: Mapping[str, str] | None = None, **kwargs) -> str:
        """Return the code; refuse what is none of the choices."""
        code = self._by_words().get(letters(value))
        if code is None:
            raise ValidationError(_("This is none of the choices."), code="choice")
        return code


class CountryWidget(ChoiceWidget):
    """A country: by its two-letter code, or by its name in any language of the portal."""

    def __init__(self):
        super().__init__(country_choices)

    def clean(self, value: str, row: Mapping[str, str] | None = None, **kwargs) -> str:
        """Return the two-letter code."""
        try:
            return super().clean(value, row)
        except ValidationError as error:
            raise ValidationError(
                _("This is no country that is known here. Write its name or two-letter code."), code="country"
            ) from error


class LookupWidget(widgets.Widget):
    """A row of reference data, by any of its keys. ``find`` is handed the text's letters and gives what fits."""

    def __init__(self, message: Any, *, ambiguous: Any = None):
        super().__init__()
        self.message = message
        self.ambiguous = ambiguous or _("This fits several. Write the code.")
        self.known: Mapping[str, list] = {}

    def learn(self, pairs: Iterable[tuple[Iterable[str], Any]]) -> None:
        """Say what there is: (keys, row) pairs; two rows with one key make that key ambiguous."""
        known: dict[str, list] = {}
        for keys, row in pairs:
            for key in {letters(key) for key in keys if key}:
                if row not in known.setdefault(key, []):
                    known[key].append(row)
        self.known = known

    def clean(self, value: str, row: Mapping[str, str] | None = None, **kwargs) -> Any:
        """Return the one row that has this key."""
        found = self.known.get(letters(value), [])
        if not found:
            raise ValidationError(self.message, code="unknown")
        if len(found) > 1:
            raise ValidationError(self.ambiguous, code="ambiguous")
        return found[0]
