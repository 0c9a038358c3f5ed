from django.utils.translation import gettext_lazy as _

from core import apps as house


class PartnersConfig(house.HouseAppConfig):
    name = "partners"
    label = "partners"
    verbose_name = _("Partners")
