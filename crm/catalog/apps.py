from django.utils.translation import gettext_lazy as _

from core import apps as house


class CatalogConfig(house.HouseAppConfig):
    name = "crm.catalog"
    label = "catalog"
    verbose_name = _("Catalogue")
