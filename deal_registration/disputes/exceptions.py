"""Errors a person can read."""

from django.utils.translation import gettext_lazy as _

from deal_registration.exceptions import RegistrationError


class DisputeError(RegistrationError):
    """Something about a dispute cannot be done; ``message`` says what and what to do."""


class NotDisputable(DisputeError):
    """No decision stands on the line that could be disputed, or it is too old, or it was disputed already."""

    message = _("This decision can no longer be disputed.")


class TooLate(DisputeError):
    """The time for it has passed."""

    message = _("The time for this has passed.")


class TooMuch(DisputeError):
    """A party has said or attached as much as is taken."""

    message = _("No more can be added. Bring it to the point in what is there, or withdraw and open it anew.")


class NothingSaid(DisputeError):
    """A statement without words."""

    message = _("Say what speaks for you.")


class NotTheDecider(DisputeError):
    """Somebody else decides on this rung."""

    message = _("Somebody else decides this dispute now.")


class RulingRefused(DisputeError):
    """What was ruled cannot be carried out."""


class NewcomerFirst(RulingRefused):
    """A partner who is no party yet holds or claims the scope: they are heard first."""

    message = _("Another partner claims this by now. They have become a party and are heard first.")


class NamesSomebody(DisputeError):
    """A text that others will read names somebody of the case; ``names`` are those found."""

    message = _("The text still names somebody of this case: %(names)s")

    def __init__(self, names):
        self.names = tuple(names)
        super().__init__(self.message % {"names": ", ".join(self.names)})
