"""Names kept in three languages: which one to show."""

from django.utils import translation

SUFFIXES = {"en": "en", "zh-hans": "zh_hans", "zh-hant": "zh_hant"}


def local_name(row, language: str | None = None, field: str = "name") -> str:
    """Return ``row``'s name in ``language`` (default: the active one), else in English.

    ``row`` has ``name_en``, ``name_zh_hans`` and ``name_zh_hant``.
    """
    suffix = SUFFIXES.get((language or translation.get_language() or "en").lower(), "en")
    return getattr(row, f"{field}_{suffix}", "") or getattr(row, f"{field}_en")
