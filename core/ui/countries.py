"""Countries by name in the reader's language."""

import unicodedata
from collections.abc import Callable
from functools import lru_cache

from babel import Locale
from django.utils import translation
from pypinyin import Style, lazy_pinyin

LOCALES = {"zh-hans": "zh_Hans", "zh-hant": "zh_Hant"}


@lru_cache(maxsize=8)
def _territories(language: str) -> dict[str, str]:
    """Return the names of all territories in one language (Unicode's data, through Babel)."""
    return dict(Locale.parse(LOCALES.get(language, "en")).territories)


def _in_order(language: str) -> Callable[[str], object]:
    """Return the key by which names are sorted in a language: how they sound, where the script does not say.

    Simplified by pinyin, traditional by bopomofo, the order of Taiwan's dictionaries; its signs lie in Unicode in it.
    """
    style = {"zh-hans": Style.TONE3, "zh-hant": Style.BOPOMOFO}.get(language)
    if style is None:
        return lambda name: unicodedata.normalize("NFKD", name).encode("ascii", "ignore").lower()
    return lambda name: lazy_pinyin(name, style=style)


@lru_cache(maxsize=8)
def _sorted_countries(language: str) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of all countries by name, sorted once a language."""
    key = _in_order(language)
    countries = (
        (code, name)
        for code, name in _territories(language).items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    )
    return tuple(sorted(countries, key=lambda pair: key(pair[1])))


def country_name(code: str) -> str:
    """Return the name of the country with this two-letter code; an unknown code comes back as it is."""
    if not code:
        return ""
    return _territories((translation.get_language() or "en").lower()).get(str(code).upper(), str(code))


def country_choices(first: tuple[str, ...] = ("CN", "TW", "DE", "NL")) -> list[tuple[str, str]]:
    """Return (code, name) of all countries, those of ``first`` on top, the rest by name."""
    countries = _sorted_countries((translation.get_language() or "en").lower())
    names = dict(countries)
    return [(code, names[code]) for code in first] + [pair for pair in countries if pair[0] not in first]


_NO_COUNTRIES = frozenset(
    {"EU", "EZ", "UN", "QO", "XA", "XB", "XK", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}
)
