from django.utils.translation import gettext_lazy as _

from core import apps as house


class ImportsConfig(house.HouseAppConfig):
    name = "core.imports"
    label = "imports"
    verbose_name = _("Imports")

    def ready(self) -> None:
        """Declare what the mechanisms need to know, and how the states look."""
        super().ready()
        from core.ui.statuses import register

        register(
            reading=("info", "loader-2"),
            unreadable=("danger", "file-off"),
            columns=("accent", "table-import"),
            checking=("info", "loader-2"),
            preview=("accent", "eye"),
            writing=("info", "loader-2"),
            written=("success", "circle-check"),
            undoing=("info", "loader-2"),
            undone=("neutral", "arrow-back-up"),
            cancelled=("neutral", "ban"),
            create=("success", "circle-plus"),
            update=("info", "pencil"),
            unchanged=("neutral", "minus"),
            twin=("warning", "users"),
            error=("danger", "alert-triangle"),
            created=("success", "circle-plus"),
            updated=("info", "pencil"),
            skipped=("neutral", "player-skip-forward"),
            kept=("warning", "lock"),
        )
