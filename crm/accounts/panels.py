"""On an account's page: accounts that may be the same, and what was merged into it."""

from django.utils import timezone

from core.access.guards import allows
from crm.panels import Panel, register

from .duplicate_presenting import merges_into, twins_of_account


def duplicates_of(account, request) -> dict | None:
    """Return the likely twins and the merges of an account, for who may merge it."""
    actor = request.actor
    if actor.is_dealer or not allows(actor, "accounts.merge", account):
        return None
    twins = twins_of_account(account, actor)
    merges = merges_into(account, actor, timezone.now())
    return {"account": account, "twins": twins, "merges": merges} if twins or merges else None


register(
    Panel("accounts.account", "duplicates", "accounts/_duplicates_panel.html", duplicates_of, "aside", 5)
)
