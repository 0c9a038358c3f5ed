"""The site a new portal begins with: locales, page trees, groups, collections. Safe to run again."""

from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
)

from . import models
from .start_pages import HOME, UNDER_HOME, StartPage

EDITORS = "Marketing"
ADMINISTRATORS = "Administrators"
# A collection of documents for people signed in; what lies in "Root" is open to everybody.
SIGNED_IN_COLLECTION = "For people signed in"

_PAGE_PERMISSIONS = (
    "add_page",
    "change_page",
    "publish_page",
    "bulk_delete_page",
    "lock_page",
    "unlock_page",
)
_FILE_PERMISSIONS = tuple(
    f"{action}_{kind}" for kind in ("image", "document") for action in ("add", "change", "choose", "delete")
)
_APPS_WITH_PERMISSIONS = ("wagtailadmin", "wagtailcore", "wagtailimages", "wagtaildocs", "wagtail_localize")
_TRANSLATION_PERMISSIONS = ("submit_translation",)


def ensure_site() -> None:
    """Create what is missing of the site and touch nothing that is there."""
    locales = _ensure_locales()
    root = _ensure_root_page()
    if not models.HomePage.objects.exists():
        _create_pages(root, locales)
    _ensure_groups(root)
    _ensure_collections()


def _ensure_locales() -> dict[str, Locale]:
    """Create a locale for each language of the portal; return them by language code."""
    have = {locale.language_code: locale for locale in Locale.all_objects.all()}
    for code, _name in settings.LANGUAGES:
        if code not in have:
            have[code] = Locale.objects.create(language_code=code)
    return have


def _ensure_root_page() -> Page:
    """Return the root of the page tree; a flushed database has none."""
    root = Page.get_first_root_node()
    return root or Page.add_root(instance=Page(title="Root", slug="root"))


def _create_pages(root: Page, locales: dict[str, Locale]) -> None:
    """Create the first pages in every language; the site shows them instead of Wagtail's welcome page."""
    first = settings.LANGUAGE_CODE
    home = root.add_child(instance=_page(HOME, first, locales[first]))
    pages = [(plan, home.add_child(instance=_page(plan, first, locales[first]))) for plan in UNDER_HOME]
    for code, locale in locales.items():
        if code != first and code in HOME.fields:
            for plan, original in [(HOME, home), *pages]:
                _translate(plan, original, code, locale)
    _point_site_to(home)
    # Wagtail's own welcome page: a plain page, of no type of ours.
    for page in root.get_children().filter(slug="home", content_type__model="page"):
        page.delete()


def _page(plan: StartPage, code: str, locale: Locale) -> Page:
    """Return the unsaved page of ``plan`` in one language."""
    return getattr(models, plan.model)(
        slug=plan.slug,
        locale=locale,
        show_in_menus=plan.in_menu,
        body=plan.body.get(code, []),
        **plan.fields[code],
    )


def _translate(plan: StartPage, original: Page, code: str, locale: Locale) -> None:
    """Create the translation of ``original`` with the words of ``plan``."""
    copy = original.copy_for_translation(locale, copy_parents=True)
    for field, words in plan.fields[code].items():
        setattr(copy, field, words)
    copy.body = plan.body.get(code, [])
    copy.slug = original.slug if original.depth > 2 else f"{original.slug}-{code}"
    copy.draft_title = copy.title
    copy.save()
    copy.save_revision().publish()


def _point_site_to(home: Page) -> None:
    """Make ``home`` the root of the one site, under the portal's own address."""
    origin = urlsplit(settings.PORTAL_ORIGIN)
    port = origin.port or (443 if origin.scheme == "https" else 80)
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    site.hostname, site.port = origin.hostname, port
    site.site_name = settings.WAGTAIL_SITE_NAME
    site.root_page = home
    site.save()


def _ensure_groups(root: Page) -> None:
    """Create the two groups of the admin with what they may do there; existing ones keep what they have.

    Who is in them follows from roles, at the admin's door (``portal.cms.gate``).
    """
    wanted = [name for name in (EDITORS, ADMINISTRATORS) if not Group.objects.filter(name=name).exists()]
    if not wanted:
        return
    for label in _APPS_WITH_PERMISSIONS:
        create_permissions(apps.get_app_config(label), verbosity=0)
    for name in wanted:
        group = Group.objects.create(name=name)
        group.permissions.set(
            Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin")
        )
        if name == EDITORS:
            _let_edit(group, root)


def _let_edit(group: Group, root: Page) -> None:
    """Let ``group`` edit all pages, images and documents."""
    group.permissions.add(
        *Permission.objects.filter(
            content_type__app_label="wagtail_localize", codename__in=_TRANSLATION_PERMISSIONS
        )
    )
    for permission in Permission.objects.filter(
        content_type__app_label="wagtailcore", codename__in=_PAGE_PERMISSIONS
    ):
        GroupPagePermission.objects.create(group=group, page=root, permission=permission)
    collection = _root_collection()
    for permission in Permission.objects.filter(
        content_type__app_label__in=("wagtailimages", "wagtaildocs"), codename__in=_FILE_PERMISSIONS
    ):
        GroupCollectionPermission.objects.create(group=group, collection=collection, permission=permission)


def _root_collection() -> Collection:
    """Return the root of the collections; a flushed database has none."""
    return Collection.get_first_root_node() or Collection.add_root(name="Root")


def _ensure_collections() -> None:
    """Create the collection of documents for people signed in."""
    root = _root_collection()
    if (
        CollectionViewRestriction.objects.exists()
        or root.get_children().filter(name=SIGNED_IN_COLLECTION).exists()
    ):
        return
    collection = root.add_child(name=SIGNED_IN_COLLECTION)
    CollectionViewRestriction.objects.create(
        collection=collection, restriction_type=CollectionViewRestriction.LOGIN
    )
