"""Sharing one account with one colleague until a day."""

from crm.sharing import Sharing

from ..exceptions import AccountError
from ..models import Account, AccountShare

ACCOUNTS = Sharing(Account, AccountShare, "account", "accounts.edit", "account", AccountError)
share_account = ACCOUNTS.share
unshare_account = ACCOUNTS.unshare
