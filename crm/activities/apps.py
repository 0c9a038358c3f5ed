from django.utils.translation import gettext_lazy as _

from core import apps as house


class ActivitiesConfig(house.HouseAppConfig):
    name = "crm.activities"
    label = "activities"
    verbose_name = _("Activities")
