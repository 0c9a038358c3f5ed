from django.utils.translation import gettext_lazy as _

from core import apps as house


class DealRegistrationConfig(house.HouseAppConfig):
    name = "deal_registration"
    label = "deal_registration"
    verbose_name = _("Deal registration")
