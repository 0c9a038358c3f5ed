"""Work that must not be lost: job rows, leases, idempotency keys."""

from core.lazy import public_names

__getattr__ = public_names(
    __name__,
    {
        "enqueue": "services",
        "enqueue_new": "services",
        "run_due": "services",
        "report": "services",
        "hold_lease": "services",
        "release_lease": "services",
        "handler": "registry",
    },
)
