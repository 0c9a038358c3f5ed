from django.utils.translation import gettext_lazy as _

from core import apps as house


class DocumentsConfig(house.HouseAppConfig):
    name = "core.documents"
    label = "documents"
    verbose_name = _("Documents")
