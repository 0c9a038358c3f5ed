"""Trying a whole use case again when the database says that two collided, and for no other error."""

import random
import time
from collections.abc import Callable
from functools import wraps

from django.db import OperationalError, connection

ATTEMPTS = 3
COLLISIONS = frozenset({"40001", "40P01", "55P03"})  # serialisation failure, deadlock, lock not available


def is_collision(error: OperationalError) -> bool:
    """Tell whether PostgreSQL ended the transaction only because another stood in its way."""
    return getattr(error.__cause__, "sqlstate", None) in COLLISIONS


def retry_on_collision(use_case: Callable) -> Callable:
    """Run ``use_case`` again after a collision, at most three times in all; it owns its whole transaction.

    Inside a caller's transaction nothing is tried again: only the outermost can be.
    """

    @wraps(use_case)
    def tried(*args, **kwargs):
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return use_case(*args, **kwargs)
            except OperationalError as error:
                if attempt == ATTEMPTS or connection.in_atomic_block or not is_collision(error):
                    raise
                time.sleep(random.uniform(0.01, 0.05) * attempt)
        raise AssertionError("unreachable")

    return tried
