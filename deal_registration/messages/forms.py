"""The form by which a message is written."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.documents.forms import UploadField
from core.ui.forms import OneTimeKeyMixin, SectionFormMixin

from .models import LONGEST_TEXT


class MessageForm(OneTimeKeyMixin, SectionFormMixin, forms.Form):
    """Words, files, or both. Its fields have ids of their own: it stands on pages with other forms."""

    text = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_TEXT}),
    )
    files = UploadField(label=_("Attach files"), required=False, multiple=True)

    use_required_attribute = False

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("auto_id", "message_%s")
        super().__init__(*args, **kwargs)
