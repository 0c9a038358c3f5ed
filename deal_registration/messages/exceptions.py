"""Errors a person can read."""

from django.utils.translation import gettext_lazy as _

from ..exceptions import RegistrationError


class NothingToSend(RegistrationError):
    """Neither words nor a file."""

    message = _("Write something, or attach a file.")


class TooLong(RegistrationError):
    """More than a message holds."""

    message = _("That is too long for one message. Shorten it, or send it in parts.")


class TooManyFiles(RegistrationError):
    """More files than one message carries."""

    message = _("That is too many files for one message. Send it in parts.")


class TooLate(RegistrationError):
    """The time to take a message back is over, or it was taken back already."""

    message = _("This message can no longer be taken back.")
