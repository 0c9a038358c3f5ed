"""What can be done with an import: one function per use case. What a job does is in its own module.

Each change of state passes the gate, under the import's lock, and leaves an event.
"""

from .deciding import decide, decide_many
from .starting import cancel, check_rows, read_again, start_import
from .undoing import undo_import
from .writing import confirm

__all__ = [
    "cancel",
    "check_rows",
    "confirm",
    "decide",
    "decide_many",
    "read_again",
    "start_import",
    "undo_import",
]
