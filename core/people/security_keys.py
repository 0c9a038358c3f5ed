"""allauth's forms of security keys, with a label in the reader's language."""

from allauth.mfa.webauthn import forms
from django.utils.translation import pgettext_lazy

NAME = pgettext_lazy("security key", "Name")


class AddKeyForm(forms.AddWebAuthnForm):
    """Adds a key."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = NAME


class RenameKeyForm(forms.EditWebAuthnForm):
    """Gives a key another name."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = NAME
