"""What the sign-in page shows in the demo."""

from django import template
from django.conf import settings
from django.utils.translation import gettext

from core.ui.wording import initials

register = template.Library()


@register.simple_tag
def demo_logins() -> list[dict]:
    """Return the people one can sign in as in the demo; outside the demo nobody."""
    if not settings.DEMO:
        return []
    from portal.demo.logins import demo_logins as logins

    return [
        {
            "email": login.email,
            "password": login.password,
            "name": login.name,
            "description": gettext(login.role),
            "initials": initials(login.name),
        }
        for login in logins()
    ]
