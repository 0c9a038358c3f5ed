from django.utils.translation import gettext_lazy as _

from core import apps as house


class IdentityConfig(house.HouseAppConfig):
    name = "crm.identity"
    label = "identity"
    verbose_name = _("Identity")
