"""What the shell around every page needs, asked for only where a page shows the shell."""

from django.conf import settings
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language

from core.access.actor import ANONYMOUS
from core.notifications.models import Notification
from core.people.models import Theme
from core.ui.wording import initials

from .navigation import BAR_PLACES, Place, address_of, places_for

THEME_COOKIE = "theme"
UNREAD_SHOWN = 99


class Shell:
    """Navigation, unread notices, partners to act for, appearance: each computed at first use."""

    def __init__(self, request):
        self._request = request
        self.actor = getattr(request, "actor", ANONYMOUS)

    @cached_property
    def user(self):
        """The signed-in person, or None."""
        user = getattr(self._request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @cached_property
    def theme(self) -> str:
        """``light``, ``dark`` or ``auto``: a person's own choice, a visitor's from the cookie."""
        chosen = self.user.theme if self.user else self._request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in Theme.values else Theme.AUTO.value

    @cached_property
    def navigation(self) -> list[tuple[str, list[Place]]]:
        """Headings with their places."""
        return places_for(self.actor, self._request.path)

    @cached_property
    def bar(self) -> list[Place]:
        """The places on the phone's bottom bar."""
        return [place for _heading, places in self.navigation for place in places if place.bar_label][
            :BAR_PLACES
        ]

    @cached_property
    def unread(self) -> int:
        """How many notices are unread, counted up to a hundred."""
        if self.user is None:
            return 0
        rows = Notification.objects.visible_to(self.actor).filter(read_at__isnull=True).order_by()
        return len(rows.values_list("pk")[: UNREAD_SHOWN + 1])

    @property
    def unread_label(self) -> str:
        """The number on the bell."""
        return f"{UNREAD_SHOWN}+" if self.unread > UNREAD_SHOWN else str(self.unread)

    @cached_property
    def partners(self) -> list:
        """The memberships the person may act under; asked for partner's people only."""
        if not self.actor.is_dealer or self.user is None:
            return []
        from partners.actors import memberships_of

        return list(memberships_of(self.user).select_related("partner__account", "role"))

    @cached_property
    def membership(self):
        """The membership acted under now, or None."""
        return next((row for row in self.partners if row.partner_id == self.actor.organisation_id), None)

    @property
    def initials(self) -> str:
        """One or two characters for the person."""
        return initials(self.actor.name)

    @property
    def languages(self) -> list[tuple[str, str, bool]]:
        """(code, own name, whether it is the one shown)."""
        return [(code, name, code == get_language()) for code, name in settings.LANGUAGES]

    @property
    def here(self) -> str:
        """The address of this page, to come back to."""
        return self._request.get_full_path() if self._request.method == "GET" else self._request.path

    @property
    def is_demo(self) -> bool:
        """Whether this is the demo."""
        return settings.DEMO

    @property
    def notifications_url(self) -> str:
        """Where notices are read."""
        return address_of("notifications:list")

    @property
    def search_url(self) -> str:
        """Where one searches everything."""
        return address_of("portal:search")

    @property
    def mails_url(self) -> str:
        """Where the demo's mails are read; empty outside the demo."""
        return address_of("portal:demo_mails") if self.is_demo else ""

    @property
    def login_url(self) -> str:
        """Where one signs in."""
        return reverse("account_login")


def shell(request) -> dict:
    """Return the context of every page: the actor and the shell."""
    return {"actor": getattr(request, "actor", ANONYMOUS), "shell": Shell(request)}
