"""The territory tree."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import TitleColumn

from crm.territories import services
from crm.territories.models import Territory

from .base import ServiceForm, ServiceViewSet
from .fields import TerritoryField


class TerritoryForm(ServiceForm):
    """A territory and the one above it; another one above moves it with all below."""

    parent = TerritoryField(label=_("Lies in"), required=False, empty_label=_("At the top"))

    class Meta:
        model = Territory
        fields = ("code", "name_en", "name_zh_hans", "name_zh_hant", "country", "calendar", "is_active")
        widgets = {"country": forms.TextInput(attrs={"maxlength": 2})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields(["parent"])
        if self.instance.pk:
            above = self.instance.get_parent()
            self.initial.setdefault("parent", above.pk if above else None)
            self.fields["parent"].queryset = self.fields["parent"].queryset.exclude(
                path__startswith=self.instance.path
            )

    def clean_country(self) -> str:
        """Return the code in capitals."""
        return self.cleaned_data["country"].upper()

    def save_by(self, *, actor, at):
        """Save, and move where another territory above was chosen."""
        parent = self.cleaned_data["parent"]
        is_new = self.instance.pk is None
        territory = services.save_territory(self.row(), parent=parent, actor=actor, at=at)
        if not is_new:
            territory = services.move_territory(
                territory.pk, parent_pk=parent.pk if parent else None, actor=actor, at=at
            )
        return territory


class IndentedColumn(TitleColumn):
    """The name, indented by depth."""

    def get_value(self, instance) -> str:
        """Return the name behind as many dashes as there are territories above."""
        return f"{'— ' * (instance.depth - 1)}{instance.name}"


class TerritoryViewSet(ServiceViewSet):
    """Territories, in the order of the tree."""

    model = Territory
    name = "territories"
    icon = "site"
    form = TerritoryForm
    remove = staticmethod(services.delete_territory)
    related = ("calendar",)
    ordering = "path"
    list_display = ("name", "code", "country", "calendar", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code", "name_en", "name_zh_hans", "name_zh_hant")
    list_per_page = 200

    class _Index(ServiceViewSet.index_view_class):
        """The tree as an indented list."""

        def _get_title_column(self, field_name, column_class=IndentedColumn, **kwargs):
            return super()._get_title_column(field_name, column_class, **kwargs)

    index_view_class = _Index
