from django.utils.translation import gettext_lazy as _

from core import apps as house


class ListViewsConfig(house.HouseAppConfig):
    name = "core.list_views"
    label = "list_views"
    verbose_name = _("Saved views of lists")
