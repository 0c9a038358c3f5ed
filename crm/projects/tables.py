"""The table of projects."""

from django.utils.translation import gettext_lazy as _

from core.ui import tables

from .models import Project


class ProjectTable(tables.Table):
    """Projects as staff see them."""

    name = tables.TitleColumn(verbose_name=_("Name"))
    account = tables.Column(verbose_name=_("Customer"), order_by=("account__name",), card="subtitle")
    tender_number = tables.Column(verbose_name=_("Tender number"))
    territory = tables.NameColumn(verbose_name=_("Territory"), order_by=("territory__path",))
    created_at = tables.WhenColumn(verbose_name=_("Added"), style="date")

    class Meta:
        model = Project
        fields = ("name", "account", "tender_number", "territory", "created_at")

    def value_account(self, record) -> str:
        """Return the customer's name."""
        return record.account.name
