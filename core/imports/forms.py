"""The forms of an import: the file, how it is read, which column holds what, what is said of rows."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.documents import UploadRefused
from core.documents.forms import UploadField
from core.ui.forms import OneTimeKeyMixin, Section, SectionFormMixin

from .headings import column_letters
from .models import Import
from .reading.child import DELIMITERS, ENCODINGS
from .resources import ImportResource
from .services.starting import format_of
from .wording import DELIMITER_NAMES, ENCODING_NAMES

SAMPLES = 3


class TableField(UploadField):
    """An upload that is a table."""

    def clean(self, data, initial=None):
        """Return the checked upload; refuse a file of another kind."""
        upload = super().clean(data, initial)
        if upload:
            try:
                format_of(upload)
            except UploadRefused as refusal:
                raise forms.ValidationError(refusal.message) from refusal
        return upload


class StartForm(OneTimeKeyMixin, SectionFormMixin, forms.Form):
    """The file to import."""

    sections = (
        Section(
            _("Your file"),
            _(
                "An Excel file (.xlsx) or a CSV file. The first row holds the headings. Nothing is written yet."
            ),
            "file",
        ),
    )
    file = TableField(label=_("File"), widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}))


class ReadingForm(forms.Form):
    """In which encoding, parted by what, which sheet."""

    encoding = forms.ChoiceField(label=_("Encoding"), required=False)
    delimiter = forms.ChoiceField(label=_("Cells separated by"), required=False)
    sheet = forms.ChoiceField(label=_("Sheet"), required=False)

    def __init__(self, *args, source: Import, **kwargs):
        initial = {"encoding": source.encoding, "delimiter": source.delimiter, "sheet": source.sheet}
        super().__init__(*args, initial=initial, **kwargs)
        if source.format == "csv":
            del self.fields["sheet"]
            samples = dict(source.offers.get("encodings", ()))
            order = [*samples, *(name for name in ENCODINGS if name not in samples)]
            self.fields["encoding"].choices = [
                (
                    name,
                    f"{ENCODING_NAMES[name]} — {samples[name]}"
                    if samples.get(name)
                    else ENCODING_NAMES[name],
                )
                for name in order
            ]
            self.fields["delimiter"].choices = [(sign, DELIMITER_NAMES[sign]) for sign in DELIMITERS]
        else:
            del self.fields["encoding"], self.fields["delimiter"]
            self.fields["sheet"].choices = [(name, name) for name in source.offers.get("sheets", ())]


class MappingForm(forms.Form):
    """One choice a column of the file: which field it holds, or none."""

    def __init__(self, *args, source: Import, resource: ImportResource, rows, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [("", _("leave out")), *((column.field, column.label) for column in resource.columns)]
        self.columns = []
        for at, heading in enumerate(source.headings):
            name = f"column-{at}"
            mapped = source.mapping[at] if at < len(source.mapping) else ""
            letter = column_letters(at)
            self.fields[name] = forms.ChoiceField(
                label=heading or letter, choices=choices, required=False, initial=mapped
            )
            samples = [row.cells[at] for row in rows if at < len(row.cells) and row.cells[at].strip()]
            self.columns.append(
                {"field": self[name], "letter": letter, "heading": heading, "samples": samples[:SAMPLES]}
            )

    def mapping(self) -> list[str]:
        """Return the field of each column, "" for none."""
        return [self.cleaned_data[f"column-{at}"] for at in range(len(self.columns))]


class DecisionForm(forms.Form):
    """What is said of one row, or of many: ``create``, ``skip``, ``same``, or ``same:2`` for the third one offered."""

    choice = forms.RegexField(r"^(create|skip|same(:\d)?)$")
    row = forms.IntegerField(required=False, min_value=0)
    scope = forms.ChoiceField(choices=[("ticked", ""), ("sure", ""), ("all", "")], required=False)

    def clean(self):
        """Part the choice from the place of the one chosen, and read the rows ticked."""
        cleaned = super().clean()
        choice, _colon, at = cleaned.get("choice", "").partition(":")
        cleaned["choice"], cleaned["twin"] = choice, int(at) if at else None
        cleaned["rows"] = [int(number) for number in self.data.getlist("rows") if is_row_number(number)]
        return cleaned


def is_row_number(text: str) -> bool:
    """Tell whether ``text`` could be the number of a row."""
    return text.isascii() and text.isdecimal() and len(text) < 9


class ConfirmForm(OneTimeKeyMixin, forms.Form):
    """The word to write, given once."""
