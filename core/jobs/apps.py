from django.utils.translation import gettext_lazy as _

from core import apps as house


class JobsConfig(house.HouseAppConfig):
    name = "core.jobs"
    label = "jobs"
    verbose_name = _("Jobs")
