from django.utils.translation import gettext_lazy as _

from core import apps as house


class NotificationsConfig(house.HouseAppConfig):
    name = "core.notifications"
    label = "notifications"
    verbose_name = _("Notifications")
