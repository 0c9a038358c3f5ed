from django.utils.translation import gettext_lazy as _

from core import apps as house


class TerritoriesConfig(house.HouseAppConfig):
    name = "crm.territories"
    label = "territories"
    verbose_name = _("Territories")
