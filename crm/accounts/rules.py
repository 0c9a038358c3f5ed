"""Who may edit which account: its owner, staff whose scope covers its territory, and those it was shared with.

Giving it away takes more than a share.
"""

from django.db.models import Q
from django.utils import timezone

from core.access.guards import add_rule, allows
from crm.territories.scopes import covers, within_scopes

from .models import Account, AccountShare, Lifecycle


def may_edit(actor, account: Account) -> bool:
    """Tell whether ``actor`` may edit this account; a dealer never may, nobody a merged one."""
    if actor.is_dealer or account.lifecycle == Lifecycle.MERGED:
        return False
    if account.owner_id is not None and account.owner_id == actor.user_id:
        return True
    path = account.territory.path if account.territory_id else ""
    if covers(actor, "accounts.edit", territory_path=path):
        return True
    return AccountShare.objects.filter(
        account=account, user_id=actor.user_id, can_write=True, ends_on__gte=timezone.localdate()
    ).exists()


def may_transfer(actor, account: Account) -> bool:
    """Tell whether ``actor`` may give this account to another owner or territory: its owner, or who covers it."""
    if not allows(actor, "accounts.edit", account):
        return False
    if actor.sees_everything or (account.owner_id is not None and account.owner_id == actor.user_id):
        return True
    path = account.territory.path if account.territory_id else ""
    return covers(actor, "accounts.edit", territory_path=path)


def transferable_by(actor, accounts):
    """Return those of a queryset of accounts that ``actor`` may transfer; the same as the rule says of one."""
    if actor.sees_everything:
        return accounts
    if not allows(actor, "accounts.edit"):
        return accounts.none()
    return accounts.filter(
        within_scopes(actor, "accounts.edit", territory="territory__path", line=None)
        | Q(owner_id=actor.user_id)
    )


def may_merge(actor, account: Account) -> bool:
    """Tell whether ``actor`` may merge this account with another, or take a merge of it back."""
    if actor.is_dealer:
        return False
    if account.owner_id is not None and account.owner_id == actor.user_id:
        return True
    path = account.territory.path if account.territory_id else ""
    return covers(actor, "accounts.merge", territory_path=path)


add_rule("accounts.edit", may_edit)
add_rule("accounts.merge", may_merge)
