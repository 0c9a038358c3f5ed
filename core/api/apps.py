from django.utils.translation import gettext_lazy as _

from core import apps as house


class ApiConfig(house.HouseAppConfig):
    name = "core.api"
    label = "api"
    verbose_name = _("API")
