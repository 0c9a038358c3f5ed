"""One table of search terms, written by the saving services; what to show is asked of the apps that registered.

Words are folded (width, case, accents, Chinese script). Chinese text is kept as pairs of characters and found by any
two that follow each other, or by one; other words are found by their beginning.
"""

from core.lazy import public_names

__getattr__ = public_names(
    __name__,
    {
        "fold": "folding",
        "terms_of": "terms",
        "index": "indexing",
        "index_many": "indexing",
        "unindex": "indexing",
        "matching_ids": "finding",
        "SearchSource": "registry",
        "Hit": "registry",
        "register": "registry",
        "sources": "registry",
        "search_everything": "registry",
    },
)
