"""Is this the same customer? Normal forms, match keys, ``find_matches``.

Organisations are opaque ids here: accounts lie above and keep the index in step, in the same transaction.
"""

from core.lazy import public_names

__getattr__ = public_names(
    __name__,
    {
        "Candidate": "candidates",
        "Match": "candidates",
        "Evidence": "comparison",
        "find_matches": "matching",
        "index": "indexing",
        "index_many": "indexing",
        "prepared_rows": "indexing",
        "analyse": "indexing",
        "unindex": "indexing",
        "add_alias": "indexing",
        "set_group": "indexing",
    },
)
