"""The form of a project."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.ui.forms import Row, Section, SectionFormMixin
from crm.accounts.forms import TerritoryField, territories_for
from crm.territories.models import Territory

from .models import Project


class ProjectForm(SectionFormMixin, forms.ModelForm):
    """A project's name, tender number and place."""

    territory = TerritoryField(
        queryset=Territory.objects.none(), label=_("Territory"), required=False, empty_label=_("none")
    )
    sections = (
        Section(
            _("Project"),
            _("Two projects of a customer with the same name or tender number are one and the same."),
            "name",
            Row("tender_number", "tender_published_on"),
            Row("territory", widths=(6,)),
        ),
    )

    class Meta:
        model = Project
        fields = ("name", "tender_number", "tender_published_on", "territory")
        help_texts = {
            "tender_published_on": _("A registration received after this day is looked at by a person.")
        }
        widgets = {"tender_published_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["territory"].queryset = territories_for(
            actor, "accounts.edit", keep=self.instance.territory_id
        )
