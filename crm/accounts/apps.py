from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from core import apps as house


class AccountsConfig(house.HouseAppConfig):
    name = "crm.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        super().ready()
        post_migrate.connect(_after_migrate, sender=self)


def _after_migrate(sender, *, using: str, verbosity: int = 0, apps=None, **kwargs) -> None:
    """Put the accounts into the match index that have no entry there, once the tables stand.

    A migration that empties the index leaves it to this: without its entry a customer is known to nobody, and a
    filing for it would be new.
    """
    from .services.upgrading import rebuild_where_lacking

    rebuild_where_lacking(using, state=apps, say=print if verbosity else lambda text: None)
