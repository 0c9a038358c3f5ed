from django.utils.translation import gettext_lazy as _

from core import apps as house


class LedgerConfig(house.HouseAppConfig):
    name = "core.ledger"
    label = "ledger"
    verbose_name = _("Ledger")
