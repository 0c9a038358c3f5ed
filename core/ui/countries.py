"""Countries by name in the reader's language."""

from functools import lru_cache

from babel import Locale
from django.utils import translation

LOCALES = {"zh-hans": "zh_Hans", "zh-hant": "zh_Hant"}


@lru_cache(maxsize=8)
def _territories(language: str) -> dict[str, str]:
    """Return the names of all territories in one language (Unicode's data, through Babel)."""
    return dict(Locale.parse(LOCALES.get(language, "en")).territories)


def country_name(code: str) -> str:
    """Return the name of the country with this two-letter code; an unknown code comes back as it is."""
    if not code:
        return ""
    return _territories((translation.get_language() or "en").lower()).get(str(code).upper(), str(code))


def country_choices(first: tuple[str, ...] = ("CN", "TW", "DE", "NL")) -> list[tuple[str, str]]:
    """Return (code, name) of all countries, those of ``first`` on top, the rest by name."""
    names = _territories((translation.get_language() or "en").lower())
    countries = [
        (code, name)
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    ]
    rest = sorted((pair for pair in countries if pair[0] not in first), key=lambda pair: pair[1])
    return [(code, names[code]) for code in first] + rest


_NO_COUNTRIES = frozenset(
    {"EU", "EZ", "UN", "QO", "XA", "XB", "XK", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}
)
