"""Errors a person can read."""

from django.utils.translation import gettext_lazy as _


class RegistrationError(Exception):
    """Something about a registration cannot be done; ``message`` says what and what to do."""

    message = _("This cannot be done.")

    def __init__(self, message=None):
        self.message = message or self.message
        super().__init__(str(self.message))


class NotComplete(RegistrationError):
    """Required fields are missing; ``errors`` maps a field's name to a message."""

    message = _("Some details are missing.")

    def __init__(self, errors: dict):
        self.errors = errors
        super().__init__()


class PartnerMayNotFile(RegistrationError):
    """The partner is not active or no agreement is in force."""

    message = _("Your company cannot register deals at the moment.")


class StillBlocked(RegistrationError):
    """Approval is refused while another partner's claim stands on the scope."""

    message = _("Another partner's claim still stands on this customer and product line.")


class MayNotDecide(RegistrationError):
    """The decider owns the opportunity or account that the check hit."""

    message = _("You own the opportunity or account this check found, so somebody else has to decide.")


class InDispute(RegistrationError):
    """A line is contested: a ruling decides it, no review."""

    message = _("This is in dispute. The ruling decides it.")


class NothingChosen(RegistrationError):
    """No line was named that this can be done to."""

    message = _("Choose at least one product line.")
