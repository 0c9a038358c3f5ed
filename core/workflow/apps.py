from django.utils.translation import gettext_lazy as _

from core import apps as house


class WorkflowConfig(house.HouseAppConfig):
    name = "core.workflow"
    label = "workflow"
    verbose_name = _("Workflow")
