"""Tables of accounts: what staff see, and the little a dealer sees of their customers."""

from django.utils.translation import gettext_lazy as _

from core.ui import tables

from .models import Account


class AccountTable(tables.Table):
    """Accounts as staff see them; fields hidden from a role leave the table and its export."""

    name = tables.TitleColumn(verbose_name=_("Name"))
    other_name = tables.Column(verbose_name=_("Name in another language"), card="subtitle")
    kind = tables.Column(verbose_name=_("Kind"), card="hide")
    city = tables.Column(verbose_name=_("City"))
    territory = tables.NameColumn(verbose_name=_("Territory"), order_by=("territory__path",))
    registry_id = tables.Column(verbose_name=_("Registry id"), card="hide")
    number = tables.Column(verbose_name=_("Customer number"), card="hide")
    industry = tables.Column(verbose_name=_("Industry"), card="hide")
    owner = tables.PersonColumn(verbose_name=_("Owner"), order_by=("owner__full_name",))
    last_activity_at = tables.WhenColumn(verbose_name=_("Last activity"))

    class Meta:
        model = Account
        fields = (
            "name",
            "other_name",
            "kind",
            "city",
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


class CustomerTable(tables.Table):
    """A dealer's own organisation and customers."""

    name = tables.TitleColumn(verbose_name=_("Name"))
    other_name = tables.Column(verbose_name=_("Name in another language"), card="subtitle")
    city = tables.Column(verbose_name=_("City"))
    country = tables.Column(verbose_name=_("Country"))

    class Meta:
        model = Account
        fields = ("name", "other_name", "city", "country")

    def render_country(self, value) -> str:
        """Return the country's name."""
        from core.ui.countries import country_name

        return country_name(value)

    def value_country(self, value) -> str:
        """Return the same for an export."""
        return self.render_country(value)
