"""Template tags about people and their sessions."""

from django import template

from core.people import browsers

register = template.Library()


@register.simple_tag
def browser_name(user_agent: str) -> str:
    """Return what a browser is, in words."""
    return browsers.browser_name(user_agent or "")
