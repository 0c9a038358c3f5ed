"""The app."""

from django.utils.translation import gettext_lazy as _

from core import apps as house


class DisputesConfig(house.HouseAppConfig):
    name = "deal_registration.disputes"
    label = "disputes"
    verbose_name = _("Disputes and precedents")
