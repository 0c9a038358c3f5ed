from django.utils.translation import gettext_lazy as _

from core import apps as house


class ContentConfig(house.HouseAppConfig):
    name = "content"
    label = "content"
    verbose_name = _("Content")
