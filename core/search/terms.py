"""From text to terms, and from a query to what to look for. Pure functions."""

from collections.abc import Iterable

from .folding import is_chinese, tokens_of, unify

LONGEST_TERM = 40
MOST_TERMS = 120
MOST_ASKED = 8


def terms_of(texts: Iterable[str]) -> set[str]:
    """Return the terms under which an object with these texts is found; at most 120, each of at most 40 signs."""
    terms: dict[str, None] = {}
    for text in texts:
        for token in tokens_of(unify(text or "")):
            if is_chinese(token):
                terms.update(dict.fromkeys(_pairs(token)))
                terms[token[-1]] = None
            else:
                terms[token[:LONGEST_TERM]] = None
    return set(list(terms)[:MOST_TERMS])


def _pairs(token: str) -> list[str]:
    """Return each two characters that follow each other."""
    return [token[at : at + 2] for at in range(len(token) - 1)]


def asked_of(query: str) -> list[tuple[str, bool]]:
    """Return what a query asks for: (term, whether its beginning is enough), the most telling first.

    All must be found. A single Chinese character is enough as the beginning of a pair.
    """
    asked: dict[tuple[str, bool], None] = {}
    for token in tokens_of(unify(query)):
        if not is_chinese(token):
            asked[(token[:LONGEST_TERM], True)] = None
        elif len(token) == 1:
            asked[(token, True)] = None
        else:
            asked.update(dict.fromkeys((pair, False) for pair in _pairs(token)))
    ordered = sorted(asked, key=lambda item: (item[1], -len(item[0])))
    return ordered[:MOST_ASKED]


def joined(query: str) -> str:
    """Return a query with hyphens or spaces as one word, as a reference is kept; empty where that says no more."""
    tokens = tokens_of(unify(query))
    if not 2 <= len(tokens) <= 5 or any(is_chinese(token) for token in tokens):
        return ""
    return "".join(tokens)[:LONGEST_TERM]
