from django.utils.translation import gettext_lazy as _

from core import apps as house


class SearchConfig(house.HouseAppConfig):
    name = "core.search"
    label = "search"
    verbose_name = _("Search")
