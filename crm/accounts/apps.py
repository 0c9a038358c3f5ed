from django.utils.translation import gettext_lazy as _

from core import apps as house


class AccountsConfig(house.HouseAppConfig):
    name = "crm.accounts"
    label = "accounts"
    verbose_name = _("Accounts")
