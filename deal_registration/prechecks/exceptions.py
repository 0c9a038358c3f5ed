"""Errors a person can read."""

from django.utils.translation import gettext_lazy as _

from ..exceptions import RegistrationError


class NotOffered(RegistrationError):
    """The partner's programme answers no questions before filing."""

    message = _(
        "Your programme answers no questions before filing. Register the deal: it is checked at once."
    )


class Paused(RegistrationError):
    """The partner's questions were stopped until a person has looked at them."""

    message = _("Pre-checks of your company are paused until your channel manager has looked at them.")


class BudgetSpent(RegistrationError):
    """No question is left for today, or for the thirty days; ``budget`` says when it renews."""

    message = _("All questions of your company are used up for now.")

    def __init__(self, budget):
        self.budget = budget
        super().__init__()
