"""Errors about access that a person can read."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _


class ReadOnlyActor(PermissionDenied):
    """Someone views as another person and tried to change something."""

    message = _("You are viewing as somebody else: nothing can be changed.")


class NotAllowed(PermissionDenied):
    """The actor sees the row but may not do this to it."""

    message = _("You may not do this here.")

    def __init__(self, message=None):
        self.message = message or self.message
        super().__init__(self.message)
