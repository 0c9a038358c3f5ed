"""Forms of views: keeping what a list shows, and changing a view's name and who may use it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor
from core.access.models import Role, Side
from core.ui.forms import OneTimeKeyMixin, Section, SectionFormMixin

from .asking import LONGEST
from .models import MANAGES_ROLE_VIEWS, Audience

LONGEST_NAME = 60


def audiences_for(actor: Actor) -> list[tuple[str, object]]:
    """Return with whom the actor may share a view: the own company, or a role for those who may."""
    audiences = [Audience.PRIVATE]
    if actor.is_dealer:
        audiences.append(Audience.ORGANISATION)
    elif actor.may(MANAGES_ROLE_VIEWS):
        audiences.append(Audience.ROLE)
    return [(row.value, row.label) for row in audiences]


class _ViewForm(SectionFormMixin, forms.Form):
    """A view's name, and who may use it."""

    name = forms.CharField(
        label=_("Name of the view"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    audience = forms.ChoiceField(
        label=_("Who may use it"),
        help_text=_(
            "Whoever opens it sees their own rows: a view never shows more than they may see anyway."
        ),
    )
    role = forms.ModelChoiceField(
        label=_("Role"), queryset=Role.objects.none(), required=False, empty_label=_("choose a role")
    )

    def __init__(self, *args, actor: Actor, **kwargs):
        super().__init__(*args, **kwargs)
        choices = audiences_for(actor)
        self.fields["audience"].choices = choices
        self.fields["audience"].initial = Audience.PRIVATE
        if len(choices) == 1:
            del self.fields["audience"]
        if Audience.ROLE in {value for value, _label in choices}:
            self.fields["role"].queryset = Role.objects.filter(side=Side.STAFF)
        else:
            del self.fields["role"]

    def clean_name(self):
        """Return the name without blanks around it and without control characters."""
        name = " ".join(self.cleaned_data["name"].split())
        if not name:
            raise forms.ValidationError(_("Give the view a name."))
        return name

    def clean(self):
        """A view shared with a role names the role."""
        data = super().clean()
        if data.get("audience") != Audience.ROLE:
            data["role"] = None
        elif not data.get("role") and "role" not in self.errors:
            self.add_error("role", _("Choose the role that may use it."))
        data.setdefault("audience", Audience.PRIVATE)
        return data


class NewViewForm(OneTimeKeyMixin, _ViewForm):
    """Keeps what a list shows as a new view."""

    opens_by_itself = forms.BooleanField(label=_("Open the list with this view"), required=False)
    query = forms.CharField(widget=forms.HiddenInput, max_length=LONGEST, required=False, empty_value="")
    columns = forms.CharField(widget=forms.HiddenInput, max_length=LONGEST, required=False, empty_value="")
    sections = (Section("", "", "name", "audience", "role", "opens_by_itself"),)


class ViewForm(_ViewForm):
    """Changes a view's name, and who may use it."""

    sections = (Section("", "", "name", "audience", "role"),)
