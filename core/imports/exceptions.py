"""Errors about imports that a person can read."""

from django.utils.translation import gettext_lazy as _


class ImportRefused(Exception):
    """Something cannot be done with this import. ``message`` is for people."""

    message = _("This cannot be done with this import.")

    def __init__(self, message=None):
        self.message = message or self.message
        super().__init__(str(self.message))


class MappingRefused(ImportRefused):
    """The columns named do not make rows: one twice, or a needed one missing."""

    message = _("Some columns are not chosen rightly.")
