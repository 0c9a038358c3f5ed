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


class CannotExtend(RegistrationError):
    """No line can be given more time now. ``asked``: because one waits already; ``opens_at``: from when it can."""

    message = _("The protection has ended, so it cannot be extended. Register the deal again.")

    def __init__(self, message=None, *, asked: bool = False, opens_at=None):
        self.asked = asked
        self.opens_at = opens_at
        super().__init__(message)


class ActivityMissing(RegistrationError):
    """Nothing was logged lately, and the dealer did not say what happened."""

    message = _("Nothing was noted on this deal lately. Say in a sentence what happened.")


class NeedsNewFiling(RegistrationError):
    """A protected line's customer or project cannot be changed: that is another deal."""

    message = _(
        "A product line of this registration is protected, so its customer and project stay as they are."
        " Register the other deal by itself."
    )


class NewPlaceNotAccepted(RegistrationError):
    """The change gives up the place in the sequence, and the dealer has not said yes to that."""

    message = _("This change takes a new place behind everybody who has filed meanwhile. Confirm it below.")


class CannotRevert(RegistrationError):
    """The decision cannot be taken back; the message says what stands against it."""

    message = _("This cannot be taken back.")
