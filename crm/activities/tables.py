"""The table of activities."""

from django.utils.translation import gettext_lazy as _

from core.ui import tables

from .models import Activity


class ActivityTable(tables.Table):
    """Activities: what was done and what is to be done."""

    subject = tables.TitleColumn(verbose_name=_("Subject"))
    kind = tables.Column(verbose_name=_("Kind"), card="subtitle")
    account = tables.Column(verbose_name=_("Customer"), order_by=("account__name",))
    due_at = tables.WhenColumn(verbose_name=_("Due"))
    done_at = tables.WhenColumn(verbose_name=_("Done"))
    done_by = tables.PersonColumn(verbose_name=_("By"), order_by=("done_by__full_name",))

    class Meta:
        model = Activity
        fields = ("subject", "kind", "account", "due_at", "done_at", "done_by")

    def row_url(self, record) -> str:
        """Open what the activity is about."""
        return (record.opportunity or record.account).get_absolute_url()

    def render_kind(self, record) -> str:
        """Return the kind in words."""
        return record.get_kind_display()

    def value_kind(self, record) -> str:
        """Return the same for an export."""
        return str(record.get_kind_display())

    def value_account(self, record) -> str:
        """Return the customer's name."""
        return record.account.name
