"""Staged imports of CSV and XLSX: upload, columns, a preview of every row, writing in batches, undo.

A mechanism without business: what a row means, an app says with a resource (``core.imports.resources``), which it
registers at start-up.
"""

from core.lazy import public_names

__getattr__ = public_names(
    __name__,
    {
        "ImportResource": "resources",
        "Judged": "judging",
        "Problem": "judging",
        "RowRefused": "judging",
        "Twin": "judging",
        "Written": "judging",
        "register": "registry",
    },
)
