"""Which function does which kind of job: registered by the apps at start-up, from their ``jobs.py``."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Handler:
    """How one kind of job is done. ``lease_seconds``: how long a worker may be silent before another takes over."""

    kind: str
    run: Callable
    label: str | Promise
    lease_seconds: int
    max_attempts: int


_handlers: dict[str, Handler] = {}


def handler(kind: str, *, label: str | Promise = "", lease_seconds: int = 120, max_attempts: int = 8):
    """Register the decorated function ``run(job)`` for ``kind``. It may run more than once: check state again."""

    def register(function: Callable) -> Callable:
        _handlers[kind] = Handler(kind, function, label or kind, lease_seconds, max_attempts)
        return function

    return register


def handler_of(kind: str) -> Handler:
    """Return the handler; raises ``LookupError`` for a kind nobody registered."""
    try:
        return _handlers[kind]
    except KeyError:
        raise LookupError(f"nobody registered the job kind {kind!r}") from None


def kinds() -> dict[str, Handler]:
    """Return all handlers by kind."""
    return dict(_handlers)
