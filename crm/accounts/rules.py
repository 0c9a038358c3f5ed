"""Who may edit which account: its owner, staff whose scope covers its territory, and those it was shared with."""

from django.utils import timezone

from core.access.guards import add_rule
from crm.territories.scopes import covers

from .models import Account, AccountShare


def may_edit(actor, account: Account) -> bool:
    """Tell whether ``actor`` may edit this account; a dealer never may."""
    if actor.is_dealer:
        return False
    if account.owner_id is not None and account.owner_id == actor.user_id:
        return True
    path = account.territory.path if account.territory_id else ""
    if covers(actor, "accounts.edit", territory_path=path):
        return True
    return AccountShare.objects.filter(
        account=account, user_id=actor.user_id, can_write=True, ends_on__gte=timezone.localdate()
    ).exists()


add_rule("accounts.edit", may_edit)
