"""Tables of partners and their people."""

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.ui import tables

from .models import Partner, Tier


class PartnerTable(tables.Table):
    """Partners as staff see them."""

    name = tables.TitleColumn(
        verbose_name=_("Name"), accessor="account__name", order_by=("account__name",), below="other_name"
    )
    other_name = tables.Column(
        verbose_name=_("Name in another language"),
        accessor="account__other_name",
        order_by=("account__other_name",),
        card="subtitle",
        optional=True,
    )
    state = tables.StatusColumn(verbose_name=_("Status"))
    tier = tables.Column(verbose_name=_("Tier"), accessor="held_tier_id", order_by=("tier_rank",))
    type = tables.Column(verbose_name=_("Type"))
    territory = tables.NameColumn(
        verbose_name=_("Territory"), accessor="account__territory", order_by=("account__territory__path",)
    )
    parent = tables.Column(
        verbose_name=_("Distributor above"),
        accessor="parent__account__name",
        order_by=("parent__account__name",),
        optional=True,
    )
    city = tables.Column(
        verbose_name=_("City"), accessor="account__city", order_by=("account__city",), optional=True
    )
    agreement_until = tables.WhenColumn(verbose_name=_("Agreement until"), orderable=False)

    class Meta:
        model = Partner
        fields = (
            "name",
            "other_name",
            "state",
            "tier",
            "type",
            "territory",
            "city",
            "parent",
            "agreement_until",
        )

    @cached_property
    def tier_names(self) -> dict[int, str]:
        """Return the names of all tiers, by id."""
        return {tier.pk: tier.name for tier in Tier.objects.all()}

    def row_url(self, record) -> str:
        """Return the address of the partner's page."""
        return record.get_absolute_url()

    def render_tier(self, value) -> str:
        """Return the tier's name."""
        return self.tier_names.get(value, "")

    def value_tier(self, value) -> str:
        """Return the same for an export."""
        return self.tier_names.get(value, "")

    def render_type(self, record) -> str:
        """Return the type in words."""
        return record.get_type_display()

    def value_type(self, record) -> str:
        """Return the same for an export."""
        return str(record.get_type_display())
