"""Forms of disputes: opening, stating, appealing, ruling, publishing, deciding a proposal."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from core.documents.forms import UploadField
from core.ui.forms import OneTimeKeyMixin
from deal_registration.forms.endings import LinesForm
from deal_registration.wording import CODE_WORDS

from .enums import Outcome, ProposalState, Remedy
from .plans import Plan
from .services.appealing import LEAST_WORDS
from .services.ruling import Reasons
from .services.stating import LONGEST, MOST_FILES


def _words(label, *, rows: int = 6, most: int = LONGEST, **options) -> forms.CharField:
    """Return a field for some paragraphs."""
    return forms.CharField(
        label=label,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": rows, "maxlength": most}),
        **options,
    )


class EvidenceMixin(forms.Form):
    """A statement with the files that bear it out."""

    text = _words(
        _("What speaks for you"),
        help_text=_(
            "Only your company and who decides read this. Say what happened when, and what shows it."
        ),
        error_messages={"required": _("Say what speaks for you.")},
    )
    documents = UploadField(
        label=_("Evidence"),
        required=False,
        multiple=True,
        help_text=_("Letters, drawings, orders: PDF, Office files or pictures, up to 20 MB each."),
    )

    def clean_documents(self):
        """Refuse more files than are taken."""
        uploads = self.cleaned_data["documents"] or []
        if len(uploads) > MOST_FILES:
            raise forms.ValidationError(_("Attach at most %(most)s files.") % {"most": MOST_FILES})
        return uploads


class OpenForm(LinesForm, EvidenceMixin):
    """Dispute the decision on some lines or all."""

    field_order = ("line_ids", "text", "documents")


class StatementForm(OneTimeKeyMixin, EvidenceMixin):
    """Say something in a dispute."""


class AppealForm(OneTimeKeyMixin, EvidenceMixin):
    """Appeal once, with what is new."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("What is new")
        self.fields["text"].help_text = _(
            "An appeal needs evidence that was not there before. A higher rung decides it, once and for all."
        )

    def clean_text(self):
        """Refuse an appeal that says nothing new."""
        text = self.cleaned_data["text"].strip()
        if len(text) < LEAST_WORDS:
            raise forms.ValidationError(_("Say what is new and what shows it, in a sentence or two."))
        return text


class RulingForm(OneTimeKeyMixin, forms.Form):
    """A ruling: who holds what afterwards, why, and what the losing side gets.

    ``sides`` are the parties with their lines, ``codes`` what the check found on the disputed lines.
    """

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the ruling says.")},
    )
    text = _words(
        _("Reasons"),
        help_text=_("Every party reads this: name no company and no person. Quote what has to be quoted."),
        error_messages={"required": _("Give the reasons; every party reads them.")},
    )
    codes = forms.MultipleChoiceField(
        label=_("What it turns on"), required=False, widget=forms.CheckboxSelectMultiple
    )
    rule_text = forms.CharField(
        label=_("The rule in one sentence"),
        max_length=300,
        required=False,
        help_text=_("What to do in the next case like this."),
    )
    remedy = forms.ChoiceField(label=_("Remedy for the losing side"), choices=Remedy.choices)
    remedy_text = forms.CharField(label=_("What exactly"), max_length=600, required=False)
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args, sides, codes, **kwargs):
        super().__init__(*args, **kwargs)
        self.sides = sides
        self.fields["codes"].choices = [(code, CODE_WORDS[code]) for code in CODE_WORDS]
        self.initial.setdefault("codes", [code for code in codes if code in CODE_WORDS])
        self.line_names = {}
        for side in sides:
            for row in side.lines:
                self.line_names.setdefault(row.line_id, row.line.name)
        for line_id, name in self.line_names.items():
            self.fields[f"holders_{line_id}"] = forms.TypedMultipleChoiceField(
                label=_("Who holds %(line)s") % {"line": name},
                coerce=int,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                choices=[
                    (side.party.pk, side.party.partner.account.name)
                    for side in sides
                    if any(row.line_id == line_id for row in side.lines)
                ],
            )
        for side in sides:
            self.fields[f"share_{side.party.pk}"] = forms.DecimalField(
                label=_("Share of %(partner)s in per cent") % {"partner": side.party.partner.account.name},
                required=False,
                min_value=Decimal(0),
                max_value=Decimal(100),
                max_digits=5,
                decimal_places=2,
            )

    @property
    def holder_fields(self):
        """Return the fields that say who holds which line."""
        return [self[f"holders_{line_id}"] for line_id in self.line_names]

    @property
    def share_fields(self):
        """Return the fields of the shares."""
        return [self[f"share_{side.party.pk}"] for side in self.sides]

    def plan(self) -> Plan:
        """Return what was ruled; only what the outcome asks for counts."""
        data, outcome = self.cleaned_data, self.cleaned_data["outcome"]
        gives = outcome in (Outcome.AWARD, Outcome.SPLIT, Outcome.SHARED)
        holders = {
            line_id: frozenset(data.get(f"holders_{line_id}") or ())
            for line_id in self.line_names
            if gives and data.get(f"holders_{line_id}")
        }
        shares = {
            side.party.pk: data[f"share_{side.party.pk}"]
            for side in self.sides
            if outcome == Outcome.SHARED and data.get(f"share_{side.party.pk}")
        }
        return Plan(outcome, holders, shares)

    def reasons(self) -> Reasons:
        """Return what the ruling says."""
        data = self.cleaned_data
        return Reasons(
            data["text"], frozenset(data["codes"]), data["rule_text"], data["remedy"], data["remedy_text"]
        )


class PrecedentForm(OneTimeKeyMixin, forms.Form):
    """A ruling told without names."""

    title = forms.CharField(
        label=_("Title"), max_length=160, error_messages={"required": _("Give it a title to find it by.")}
    )
    summary = _words(
        _("Summary without names"),
        rows=12,
        help_text=_("Partners read this. No company, customer, project or person; what counted, and why."),
    )


class ProposalForm(forms.Form):
    """Take a proposed change up, or dismiss it."""

    state = forms.ChoiceField(
        label=_("What becomes of it"),
        choices=[(row.value, row.label) for row in (ProposalState.TAKEN_UP, ProposalState.DISMISSED)],
        widget=forms.RadioSelect,
    )
    note = _words(
        _("Why, and what follows"),
        rows=3,
        most=600,
        error_messages={"required": _("Say why, and what follows.")},
    )
