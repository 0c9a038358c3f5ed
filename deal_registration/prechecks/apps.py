from django.utils.translation import gettext_lazy as _

from core import apps as house


class PrechecksConfig(house.HouseAppConfig):
    name = "deal_registration.prechecks"
    label = "prechecks"
    verbose_name = _("Pre-checks")

    def ready(self) -> None:
        """Declare what the mechanisms need to know, and how the states look."""
        super().ready()
        from core.ui.statuses import register

        register(
            answered=("success", "circle-check"),
            waiting=("info", "clock"),
            unanswered=("neutral", "circle-minus"),
            normal=("success", "circle-check"),
            slowed=("warning", "player-pause"),
            stopped=("danger", "ban"),
        )
