from django.utils.translation import gettext_lazy as _

from core import apps as house


class OpportunitiesConfig(house.HouseAppConfig):
    name = "crm.opportunities"
    label = "opportunities"
    verbose_name = _("Opportunities")
