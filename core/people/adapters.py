"""How allauth behaves here: nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings


class AccountAdapter(DefaultAccountAdapter):
    """People are invited by staff or by their dealer manager."""

    def is_open_for_signup(self, request) -> bool:
        """Return False: there is no public sign-up."""
        return False

    def get_from_email(self) -> str:
        """Return the portal's sender."""
        return settings.DEFAULT_FROM_EMAIL
