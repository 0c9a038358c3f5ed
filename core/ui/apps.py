from django.utils.translation import gettext_lazy as _

from core import apps as house


class UiConfig(house.HouseAppConfig):
    name = "core.ui"
    label = "ui"
    verbose_name = _("Interface")
