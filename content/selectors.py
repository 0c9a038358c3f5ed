"""Which pages a reader sees: news by audience and language, the pages linked at the foot."""

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone, translation
from wagtail.coreutils import get_content_languages
from wagtail.models import Locale, Page

from .enums import Audience
from .models import LegalPage, NewsIndexPage, NewsPage

MENU_DEPTH = 3  # root, home, then these


def audiences_of(actor) -> tuple[str, ...]:
    """Return the audiences ``actor`` belongs to; none for a visitor."""
    if actor.is_anonymous:
        return ()
    if actor.is_dealer:
        return (Audience.EVERYONE, Audience.PARTNERS)
    if actor.is_staff:
        return (Audience.EVERYONE, Audience.PARTNERS, Audience.STAFF)
    return (Audience.EVERYONE,)


def is_for(news: NewsPage, actor) -> bool:
    """Tell whether ``actor`` may read ``news`` now."""
    if news.expire_at is not None and news.expire_at <= timezone.now():
        return False
    return news.audience in audiences_of(actor)


def news_visible_to(actor):
    """Return the news ``actor`` may read, newest first, each once: in their language if it is translated.

    What is not translated shows in the site's first language.
    """
    return (
        in_readers_language(NewsPage.objects.live())
        .filter(audience__in=audiences_of(actor))
        .filter(Q(expire_at__isnull=True) | Q(expire_at__gt=timezone.now()))
        .select_related("locale", "alias_of__locale", "picture")
        .order_by("-date", "-pk")
    )


def news_for(actor, limit: int = 5) -> list[NewsPage]:
    """Return the latest ``limit`` news for a dashboard or the home page."""
    if actor.is_anonymous:
        return []
    return list(news_visible_to(actor)[:limit])


def news_index() -> NewsIndexPage | None:
    """Return the page that lists all news, in the reader's language."""
    return in_readers_language(NewsIndexPage.objects.live()).order_by("pk").first()


def legal_pages() -> list[LegalPage]:
    """Return the legal pages in the reader's language, in the order of the page tree."""
    return list(in_readers_language(LegalPage.objects.live()).order_by("path"))


def menu_pages(actor) -> list[Page]:
    """Return the pages right below the home page that go into its menu; news for people signed in only."""
    pages = Page.objects.live().in_menu().filter(depth=MENU_DEPTH).order_by("path")
    if actor.is_anonymous:
        pages = pages.not_type(NewsIndexPage)
    return list(in_readers_language(pages))


def in_readers_language(pages):
    """Return of ``pages`` each once: the reader's language if it is there, else the site's first."""
    mine, first = _locales()
    if mine == first:
        return pages.filter(locale_id=first)
    translated = pages.model.objects.live().filter(
        translation_key=OuterRef("translation_key"), locale_id=mine
    )
    return pages.filter(Q(locale_id=mine) | (Q(locale_id=first) & ~Exists(translated)))


def _locales() -> tuple[int | None, int | None]:
    """Return the ids of the reader's locale and of the site's first, which stands in for a missing one."""
    first = next(iter(get_content_languages()))
    mine = (translation.get_language() or first).lower()
    ids = dict(Locale.objects.filter(language_code__in={mine, first}).values_list("language_code", "id"))
    return ids.get(mine, ids.get(first)), ids.get(first)
