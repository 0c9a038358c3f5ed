from django.utils.translation import gettext_lazy as _

from core import apps as house


class IntakeConfig(house.HouseAppConfig):
    name = "deal_registration.intake"
    label = "intake"
    verbose_name = _("Filing from sheets")
