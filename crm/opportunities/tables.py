"""Tables of opportunities: for staff, and for the dealer they came from."""

from django.utils.translation import gettext_lazy as _

from core.ui import tables
from core.ui.wording import listed

from .models import Opportunity


class CustomerOpportunityTable(tables.Table):
    """A dealer's own opportunities."""

    name = tables.TitleColumn(verbose_name=_("Name"))
    account = tables.Column(verbose_name=_("Customer"), order_by=("account__name",), card="subtitle")
    state = tables.StatusColumn(verbose_name=_("Status"))
    lines = tables.Column(verbose_name=_("Product lines"), orderable=False, empty_values=())
    value = tables.MoneyColumn(verbose_name=_("Value"))
    expected_close_on = tables.WhenColumn(verbose_name=_("Expected close"), style="date")
    protection_ends_at = tables.DaysLeftColumn(verbose_name=_("Protection"))

    class Meta:
        model = Opportunity
        fields = (
            "name",
            "account",
            "state",
            "lines",
            "value",
            "expected_close_on",
            "protection_ends_at",
        )

    def render_lines(self, record) -> str:
        """Name the product lines."""
        return listed(row.line.name for row in record.lines.all())

    def value_lines(self, record) -> str:
        """Return the same for an export."""
        return self.render_lines(record)

    def value_account(self, record) -> str:
        """Return the customer's name."""
        return record.account.name


class OpportunityTable(CustomerOpportunityTable):
    """Opportunities as staff see them."""

    stage = tables.NameColumn(verbose_name=_("Stage"), order_by=("stage__order",))
    partner_account = tables.Column(
        verbose_name=_("Partner"), order_by=("partner_account__name",), default=_("direct")
    )
    territory = tables.NameColumn(verbose_name=_("Territory"), order_by=("territory__path",), optional=True)
    owner = tables.PersonColumn(verbose_name=_("Owner"), order_by=("owner__full_name",), optional=True)
    last_activity_at = tables.WhenColumn(verbose_name=_("Last activity"), optional=True)
    created_at = tables.WhenColumn(verbose_name=_("Opened"), style="date", optional=True)
    lines = tables.Column(verbose_name=_("Product lines"), orderable=False, empty_values=(), optional=True)
    expected_close_on = tables.WhenColumn(verbose_name=_("Expected close"), style="date", optional=True)

    class Meta:
        model = Opportunity
        fields = (
            "name",
            "account",
            "state",
            "stage",
            "lines",
            "value",
            "expected_close_on",
            "partner_account",
            "protection_ends_at",
            "territory",
            "owner",
            "last_activity_at",
            "created_at",
        )

    def value_partner_account(self, record) -> str:
        """Return the partner's name."""
        return record.partner_account.name if record.partner_account else ""
