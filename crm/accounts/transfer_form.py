"""The form of a transfer: to whom, where to, what goes along, why."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.access.fields import field_access
from core.ui.forms import OneTimeKeyMixin, Row, Section, SectionFormMixin

from .models import Account
from .services.transfer import children_of, possible_owners, possible_territories
from .transferring import companions

NOBODY = "nobody"
ALONG = "along_"


class TransferForm(OneTimeKeyMixin, SectionFormMixin, forms.Form):
    """Where accounts go. What goes along is shown with its number, as it is now."""

    owner = forms.ChoiceField(label=_("New owner"), required=False)
    territory = forms.ChoiceField(label=_("New territory"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stands on the timeline; the new and the old owner read it."),
    )

    def __init__(self, *args, actor, accounts, **kwargs):
        super().__init__(*args, **kwargs)
        self.owners = {user.ref: user for user in possible_owners()}
        self.territories = {row.code: row for row in possible_territories(actor)}
        self.fields["owner"].choices = [
            ("", _("as it is")),
            (NOBODY, _("nobody")),
            *((ref, user.full_name or user.email) for ref, user in self.owners.items()),
        ]
        self.fields["territory"].choices = [
            ("", _("as it is")),
            *((code, f"{'— ' * (row.depth - 1)}{row.name}") for code, row in self.territories.items()),
        ]
        access = field_access(actor, Account)
        for name in ("owner", "territory"):
            if not access.writable(name):
                del self.fields[name]
        along = [self._offer(row.key, row.label, row.count(accounts, actor), row) for row in companions()]
        children = len(children_of(accounts, actor))
        along.append(
            self._offer(
                "children",
                _("Companies below them of the same owner and territory"),
                children,
                text=_("Each is an account of its own, with what goes along with it."),
                is_default=False,
            )
        )
        self.sections = (
            Section(
                _("To whom and where to"),
                _("At once. The territory decides which colleagues see an account; its owner always does."),
                Row("owner", "territory"),
                "reason",
            ),
            Section(_("What goes along"), "", *along),
        )

    def _offer(self, key: str, label, count: int, companion=None, *, text="", is_default=False) -> str:
        """Add the box of something that may go along, with its number; return the field's name."""
        name = f"{ALONG}{key}"
        self.fields[name] = forms.BooleanField(
            label=_("%(what)s: %(number)s") % {"what": label, "number": count},
            help_text=companion.text if companion else text,
            required=False,
            initial=bool(count) and (companion.is_default if companion else is_default),
            disabled=not count,
        )
        return name

    def clean(self):
        """Refuse a transfer that changes nothing."""
        cleaned = super().clean()
        if not cleaned.get("owner") and not cleaned.get("territory"):
            raise forms.ValidationError(_("Choose a new owner or a new territory."))
        return cleaned

    def to(self) -> dict:
        """Return the new owner and territory, by name; what stays is left out."""
        data, to = self.cleaned_data, {}
        if data.get("owner"):
            to["owner"] = None if data["owner"] == NOBODY else self.owners[data["owner"]]
        if data.get("territory"):
            to["territory"] = self.territories[data["territory"]]
        return to

    def along(self) -> list[str]:
        """Return what goes along of what the rooms bring."""
        return [row.key for row in companions() if self.cleaned_data.get(f"{ALONG}{row.key}")]

    @property
    def with_children(self) -> bool:
        """Whether the companies below go along."""
        return bool(self.cleaned_data.get(f"{ALONG}children"))
