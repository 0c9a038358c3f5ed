from django.utils.translation import gettext_lazy as _

from core import apps as house


class MessagesConfig(house.HouseAppConfig):
    name = "deal_registration.messages"
    label = "deal_messages"
    verbose_name = _("Messages on registrations")

    def ready(self) -> None:
        """Declare what the mechanisms need to know, and mark lists with what is unread."""
        super().ready()
        from . import marking  # noqa: F401 - registers itself
