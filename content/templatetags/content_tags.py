"""Tags of the public pages: menu, links at the foot, cards of news."""

from django import template

from content import selectors

register = template.Library()


@register.simple_tag(takes_context=True)
def menu_pages(context) -> list:
    """Return the pages of the menu for the reader."""
    return selectors.menu_pages(context["request"].actor)


@register.simple_tag
def legal_pages() -> list:
    """Return the legal pages in the reader's language."""
    return selectors.legal_pages()


@register.simple_tag
def news_index():
    """Return the page that lists all news, or None."""
    return selectors.news_index()
