"""The pages marketing writes: home, standard, news, legal. Who may read one is decided when it is served."""

from django.db import models
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from .blocks import BodyBlock
from .enums import Audience


class BodyPage(Page):
    """A page with a body. Its slug is the same in every language: addresses carry no language."""

    body = StreamField(BodyBlock(), verbose_name=_("content"), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("body")]
    search_fields = [*Page.search_fields, index.SearchField("body")]
    override_translatable_fields = [SynchronizedField("slug", overridable=False)]
    show_in_menus_default = False

    class Meta:
        abstract = True

    @property
    def written_in(self) -> str:
        """The language of the words, for screen readers: an alias shows those of the page it stands for."""
        page = self.alias_of if self.alias_of_id else self
        return page.locale.language_code


class HomePage(BodyPage):
    """The page at the root of the site."""

    headline = models.CharField(_("headline"), max_length=150)
    introduction = models.CharField(_("introduction"), max_length=400, blank=True)
    picture = models.ForeignKey(
        "wagtailimages.Image",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )

    template = "content/home_page.html"
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["content.StandardPage", "content.NewsIndexPage", "content.LegalPage"]
    content_panels = [
        *Page.content_panels,
        MultiFieldPanel(
            [FieldPanel("headline"), FieldPanel("introduction"), FieldPanel("picture")],
            heading=_("Top of the page"),
        ),
        FieldPanel("body"),
    ]
    search_fields = [
        *BodyPage.search_fields,
        index.SearchField("headline"),
        index.SearchField("introduction"),
    ]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def get_context(self, request, *args, **kwargs):
        """Add the latest news the reader may see."""
        from .selectors import news_for

        context = super().get_context(request, *args, **kwargs)
        context["news"] = news_for(request.actor, limit=3)
        return context


class StandardPage(BodyPage):
    """A page of any matter."""

    introduction = models.CharField(_("introduction"), max_length=400, blank=True)

    template = "content/standard_page.html"
    parent_page_types = ["content.HomePage", "content.StandardPage"]
    subpage_types = ["content.StandardPage"]
    content_panels = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("body")]
    search_fields = [*BodyPage.search_fields, index.SearchField("introduction")]

    class Meta:
        verbose_name = _("standard page")
        verbose_name_plural = _("standard pages")


class LegalPage(BodyPage):
    """Terms, privacy and the like, linked at the foot of every page."""

    applies_from = models.DateField(_("applies from"), null=True, blank=True)

    template = "content/legal_page.html"
    parent_page_types = ["content.HomePage"]
    subpage_types = []
    content_panels = [*Page.content_panels, FieldPanel("applies_from"), FieldPanel("body")]

    class Meta:
        verbose_name = _("legal page")
        verbose_name_plural = _("legal pages")


class SignedInPage(BodyPage):
    """A page for people signed in: a visitor is sent to sign in."""

    class Meta:
        abstract = True

    def serve(self, request, *args, **kwargs):
        """Serve to people signed in who may read it."""
        if request.actor.is_anonymous:
            return redirect(f"{_sign_in_address()}?next={request.path}")
        return super().serve(request, *args, **kwargs)


def _sign_in_address() -> str:
    """Return the address of the sign-in page."""
    from django.conf import settings
    from django.shortcuts import resolve_url

    return resolve_url(settings.LOGIN_URL)


class NewsIndexPage(SignedInPage):
    """All news."""

    template = "content/news_index_page.html"
    parent_page_types = ["content.HomePage"]
    subpage_types = ["content.NewsPage"]

    class Meta:
        verbose_name = _("news list")
        verbose_name_plural = _("news lists")

    def get_context(self, request, *args, **kwargs):
        """Add one page of the news the reader may see."""
        from django.core.paginator import Paginator

        from .selectors import news_visible_to

        context = super().get_context(request, *args, **kwargs)
        context["news"] = Paginator(news_visible_to(request.actor), 10).get_page(request.GET.get("page"))
        return context


class NewsPage(SignedInPage):
    """A piece of news for an audience. It ends with Wagtail's own date of expiry."""

    date = models.DateField(_("date"), default=timezone.localdate)
    summary = models.CharField(_("summary"), max_length=300)
    audience = models.CharField(_("for"), max_length=10, choices=Audience, default=Audience.EVERYONE)
    picture = models.ForeignKey(
        "wagtailimages.Image",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )

    template = "content/news_page.html"
    parent_page_types = ["content.NewsIndexPage"]
    subpage_types = []
    content_panels = [
        *Page.content_panels,
        MultiFieldPanel([FieldPanel("date"), FieldPanel("audience")], heading=_("When and for whom")),
        FieldPanel("summary"),
        FieldPanel("picture"),
        FieldPanel("body"),
    ]
    search_fields = [*BodyPage.search_fields, index.SearchField("summary"), index.FilterField("audience")]

    class Meta:
        verbose_name = _("news")
        verbose_name_plural = _("news")
        indexes = (models.Index(fields=("-date",), name="news_by_date"),)

    def serve(self, request, *args, **kwargs):
        """Serve to its audience only; for others it does not exist."""
        from .selectors import is_for

        if not request.actor.is_anonymous and not is_for(self, request.actor):
            raise Http404
        return super().serve(request, *args, **kwargs)
