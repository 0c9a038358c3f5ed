"""The base of what the CRM refuses: errors that a person can read."""

from django.utils.translation import gettext_lazy as _


class CrmError(Exception):
    """Something cannot be done. ``message`` is for people."""

    message = _("This cannot be done.")

    def __init__(self, message=None):
        self.message = message or self.message
        super().__init__(str(self.message))
