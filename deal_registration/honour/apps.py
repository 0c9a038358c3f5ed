from django.utils.translation import gettext_lazy as _

from core import apps as house


class HonourConfig(house.HouseAppConfig):
    name = "deal_registration.honour"
    label = "honour"
    verbose_name = _("Honour")
