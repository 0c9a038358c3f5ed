"""The table of a person's imports."""

from django.utils.translation import gettext_lazy as _

from core.ui import tables

from .models import Import


class ImportTable(tables.Table):
    """What one imported, newest first."""

    file_name = tables.TitleColumn(verbose_name=_("File"))
    state = tables.StatusColumn(verbose_name=_("Status"))
    row_count = tables.NumberColumn(verbose_name=_("Rows"))
    created_at = tables.WhenColumn(verbose_name=_("Started"))
    finished_at = tables.WhenColumn(verbose_name=_("Finished"), optional=True)

    class Meta:
        model = Import
        fields = ("file_name", "state", "row_count", "created_at", "finished_at")
