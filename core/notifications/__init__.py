"""Notices in the portal and by mail, read from the ledger."""

from core.lazy import public_names

__getattr__ = public_names(
    __name__,
    {
        "Kind": "registry",
        "register": "registry",
        "kinds": "registry",
        "unread_count": "selectors",
    },
)
