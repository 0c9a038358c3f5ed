"""The word lists of the normal form: legal forms, words of trade, short forms of Latin words, shared domains.

Read once from ``data/``.
"""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from rapidfuzz.distance import OSA

from core.search.folding import fold, joined_letters

DATA = Path(__file__).resolve().parent / "data"
SHORTEST_MENDED = 7


def sections_of(name: str) -> dict[str, list[str]]:
    """Return the lines of a data file by their ``[section]``."""
    sections: dict[str, list[str]] = {}
    current = ""
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            current = line[1:-1]
        else:
            sections.setdefault(current, []).append(line)
    return sections


def _by_length(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(words), key=lambda word: (-len(word), word)))


@lru_cache(maxsize=1)
def legal_forms() -> tuple[tuple[str, ...], frozenset[tuple[str, ...]], frozenset[str]]:
    """Return the legal forms: Chinese endings (longest first), Latin endings (words), Latin beginnings."""
    sections = sections_of("legal_forms.txt")
    latin = frozenset(tuple(joined_letters(fold(line).split())) for line in sections["latin"])
    return _by_length(sections["zh"]), latin, frozenset(sections["prefix"])


@lru_cache(maxsize=1)
def generic_words() -> tuple[frozenset[str], frozenset[str], dict[str, tuple[str, ...]]]:
    """Return words that tell the kind of company: Chinese, Latin (short), and from Latin (short) to Chinese."""
    sections = sections_of("generic_words.txt")
    pairs: dict[str, dict[str, None]] = {}
    for line in sections["pairs"]:
        for pair in line.split():
            latin, chinese = pair.split("=")
            pairs.setdefault(short_form(latin), {})[chinese] = None
    return (
        frozenset(word for line in sections["zh"] for word in line.split()),
        frozenset(short_form(word) for line in sections["latin"] for word in line.split()),
        {latin: tuple(words) for latin, words in pairs.items()},
    )


@lru_cache(maxsize=1)
def _short_forms() -> dict[str, str]:
    """Return the short form of each Latin word that has one."""
    lines = (line.split() for line in sections_of("latin_short.txt")[""])
    return {word: words[0] for words in lines for word in words}


@lru_cache(maxsize=1)
def _misspelt() -> dict[str, set[str]]:
    """Return the long words that have a short form by what is left of them when one letter is left out."""
    found: dict[str, set[str]] = {}
    for word in _short_forms():
        if len(word) >= SHORTEST_MENDED:
            for rest in {word, *_less_one(word)}:
                found.setdefault(rest, set()).add(word)
    return found


def _less_one(word: str) -> list[str]:
    return [word[:at] + word[at + 1 :] for at in range(len(word))]


@lru_cache(maxsize=50_000)
def short_form(token: str) -> str:
    """Return the form that stands for a Latin word, its plural, abbreviations and misspellings; itself for others."""
    short = _short_forms().get(token)
    if short is not None:
        return short
    if len(token) >= SHORTEST_MENDED - 1 and token.isascii():
        near = {word for rest in (token, *_less_one(token)) for word in _misspelt().get(rest, ())}
        meant = [
            word for word in sorted(near) if len(token) > 6 and OSA.distance(word, token, score_cutoff=1) <= 1
        ]
        if meant:
            return _short_forms()[meant[0]]
    if len(token) > 4 and token.endswith("s") and not token.endswith(("ss", "us", "is")):
        return token[:-1]
    return token


@lru_cache(maxsize=1)
def shared_domains() -> frozenset[str]:
    """Return the domains that say nothing about an organisation."""
    return frozenset(word for line in sections_of("shared_domains.txt")[""] for word in line.split())
