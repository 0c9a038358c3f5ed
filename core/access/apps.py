from django.utils.translation import gettext_lazy as _

from core import apps as house


class AccessConfig(house.HouseAppConfig):
    name = "core.access"
    label = "access"
    verbose_name = _("Access")
