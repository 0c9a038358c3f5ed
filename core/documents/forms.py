"""The form field for uploads: what cannot be kept is refused at the field."""

from django import forms

from .checking import ACCEPT, UploadRefused, check


class UploadInput(forms.ClearableFileInput):
    """A file input that offers only the accepted kinds."""

    allow_multiple_selected = True

    def __init__(self, attrs=None, *, multiple: bool = False):
        super().__init__({"accept": ACCEPT, **({"multiple": True} if multiple else {}), **(attrs or {})})


class UploadField(forms.FileField):
    """One upload or several, checked by content and size. The value is a file; with ``multiple`` a list."""

    def __init__(self, *, multiple: bool = False, **options):
        self.multiple = multiple
        options.setdefault("widget", UploadInput(multiple=multiple))
        super().__init__(**options)

    def clean(self, data, initial=None):
        """Return the checked upload or uploads under their cleaned names."""
        uploads = data if isinstance(data, list | tuple) else [data]
        cleaned, errors = [], []
        for upload in uploads or [None]:
            try:
                value = super().clean(upload, initial)
                if value:
                    value.name = check(value).name
                    cleaned.append(value)
            except UploadRefused as refusal:
                errors.append(refusal.message)
            except forms.ValidationError as error:
                errors.extend(error.messages)
        if errors:
            raise forms.ValidationError(errors)
        return cleaned if self.multiple else next(iter(cleaned), None)
