from django.utils.translation import gettext_lazy as _

from core import apps as house


class PeopleConfig(house.HouseAppConfig):
    name = "core.people"
    label = "people"
    verbose_name = _("People")
