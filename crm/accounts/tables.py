"""Tables of accounts: what staff see, and the little a dealer sees of their customers."""

from django.utils.translation import gettext_lazy as _

from core.ui import tables
from core.ui.countries import country_name

from .models import Account


class AccountTable(tables.Table):
    """Accounts as staff see them; fields hidden from a role leave the table and its export."""

    name = tables.TitleColumn(verbose_name=_("Name"), below="other_name")
    other_name = tables.Column(verbose_name=_("Name in another language"), card="subtitle", optional=True)
    kind = tables.Column(verbose_name=_("Kind"), optional=True)
    city = tables.Column(verbose_name=_("City"))
    territory = tables.NameColumn(verbose_name=_("Territory"), order_by=("territory__path",))
    country = tables.Column(verbose_name=_("Country"), optional=True)
    registry_id = tables.Column(verbose_name=_("Registry id"), optional=True)
    number = tables.Column(verbose_name=_("Customer number"), optional=True)
    industry = tables.Column(verbose_name=_("Industry"), optional=True)
    owner = tables.PersonColumn(verbose_name=_("Owner"), order_by=("owner__full_name",))
    last_activity_at = tables.WhenColumn(verbose_name=_("Last activity"))

    class Meta:
        model = Account
        fields = (
            "name",
            "other_name",
            "kind",
            "city",
            "country",
            "territory",
            "registry_id",
            "number",
            "industry",
            "owner",
            "last_activity_at",
        )

    def render_kind(self, record) -> str:
        """Return the kind in words."""
        return record.get_kind_display()

    def value_kind(self, record) -> str:
        """Return the same for an export."""
        return str(record.get_kind_display())

    def render_country(self, value) -> str:
        """Return the country's name."""
        return country_name(value)

    def value_country(self, value) -> str:
        """Return the same for an export."""
        return country_name(value)


class CustomerTable(tables.Table):
    """A dealer's own organisation and customers."""

    name = tables.TitleColumn(verbose_name=_("Name"), below="other_name")
    other_name = tables.Column(verbose_name=_("Name in another language"), card="subtitle", optional=True)
    city = tables.Column(verbose_name=_("City"))
    country = tables.Column(verbose_name=_("Country"))

    class Meta:
        model = Account
        fields = ("name", "other_name", "city", "country")

    def render_country(self, value) -> str:
        """Return the country's name."""
        return country_name(value)

    def value_country(self, value) -> str:
        """Return the same for an export."""
        return self.render_country(value)
