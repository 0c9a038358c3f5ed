"""The forms of the public pages: a file, or the text of one."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .published import LARGEST_LIST
from .receipts.reading import LARGEST_JSON, LARGEST_PDF


class _FileOrText(forms.Form):
    """A file, or its text pasted."""

    def content(self) -> bytes:
        """Return what was given; a file counts before text."""
        upload = self.cleaned_data.get("file")
        return upload.read() if upload else self.cleaned_data["text"].encode("utf-8", "surrogatepass")


class ReceiptForm(_FileOrText):
    """A receipt as JSON or PDF file, or pasted."""

    file = forms.FileField(
        label=_("Receipt as PDF or JSON"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".json,.pdf,application/json,application/pdf"}),
    )
    text = forms.CharField(
        label=_("Text of the JSON file"),
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "class": "receipt-text"}),
    )

    def clean_file(self):
        """Refuse what is too large to be a receipt."""
        upload = self.cleaned_data["file"]
        if upload and upload.size > LARGEST_PDF:
            raise forms.ValidationError(_("This file is too large to be a receipt."))
        return upload

    def clean_text(self) -> str:
        """Refuse what is too long to be a receipt."""
        text = self.cleaned_data["text"]
        if len(text) > LARGEST_JSON:
            raise forms.ValidationError(_("This text is too long to be a receipt."))
        return text

    def clean(self) -> dict:
        """Ask for one of the two."""
        data = super().clean()
        if not self.errors and not data.get("file") and not data.get("text"):
            raise forms.ValidationError(_("Choose the file of a receipt, or paste its text."))
        return data


class SealsForm(_FileOrText):
    """Seals that somebody kept: a list as JSON, a receipt, or lines of number and hash."""

    file = forms.FileField(
        label=_("The list of seals you kept (JSON), or a receipt (JSON or PDF)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".json,.pdf,.txt,application/json,application/pdf"}),
    )
    text = forms.CharField(
        label=_("Number and hash, one seal on a line"),
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "class": "receipt-text"}),
    )

    def clean_file(self):
        """Refuse what is too large to be a list of seals."""
        upload = self.cleaned_data["file"]
        if upload and upload.size > LARGEST_LIST:
            raise forms.ValidationError(_("This file is too large to be a list of seals."))
        return upload

    def clean_text(self) -> str:
        """Refuse what is too long to be a list of seals."""
        text = self.cleaned_data["text"]
        if len(text) > LARGEST_LIST:
            raise forms.ValidationError(_("This file is too large to be a list of seals."))
        return text

    def clean(self) -> dict:
        """Ask for one of the two."""
        data = super().clean()
        if not self.errors and not data.get("file") and not data.get("text"):
            raise forms.ValidationError(_("Choose the file you kept, or paste its lines."))
        return data
