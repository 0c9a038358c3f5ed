"""From an address without a language to the page in the reader's language."""

from django.http import Http404
from django.utils import translation
from wagtail.coreutils import get_content_languages
from wagtail.models import Locale, Page, Site
from wagtail.url_routing import RouteResult


def route(request, path: str) -> RouteResult:
    """Return the page at ``path`` in the reader's language, else in the site's first, else in any.

    Raises ``Http404`` if no language has it.
    """
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    components = [component for component in path.split("/") if component]
    mine = (translation.get_language() or "").lower()
    for root in _roots(site, mine):
        try:
            result = root.specific.route(request, components)
        except Http404:
            continue
        page = _in_language(result.page, mine)
        return RouteResult(page, result.args, result.kwargs)
    raise Http404


def _roots(site: Site, mine: str) -> list[Page]:
    """Return the site's root pages that are published: the reader's language, the first, the others."""
    order = {code: place for place, code in enumerate(get_content_languages(), start=1)} | {mine: 0}
    roots = Page.objects.filter(translation_key=site.root_page.translation_key, live=True).select_related(
        "locale"
    )
    return sorted(roots, key=lambda root: order.get(root.locale.language_code, len(order)))


def _in_language(page, language: str):
    """Return the published translation of ``page`` into ``language``, or ``page`` itself."""
    if page.locale.language_code == language:
        return page
    locale = Locale.objects.filter(language_code=language).first()
    translated = page.get_translation_or_none(locale) if locale else None
    return translated if translated is not None and translated.live else page
