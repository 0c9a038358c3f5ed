from django.utils.translation import gettext_lazy as _

from core import apps as house


class ProjectsConfig(house.HouseAppConfig):
    name = "crm.projects"
    label = "projects"
    verbose_name = _("Projects")
