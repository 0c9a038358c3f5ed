"""What editors cannot do by accident: delete the page the whole site stands on."""

from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.models import Page, Site


def _site_stands_on(pages) -> bool:
    """Tell whether a site's root page, in any language, is among ``pages`` or below one of them."""
    roots = Page.objects.filter(translation_key__in=Site.objects.values("root_page__translation_key"))
    return any(root.path.startswith(page.path) for root in roots for page in pages)


def _refuse(request, page):
    """Say why not, and lead back to the page."""
    messages.error(request, _("The site stands on this page. It can be edited, not deleted."))
    return redirect("wagtailadmin_explore", page.get_parent().pk if page.depth > 1 else page.pk)


@hooks.register("before_delete_page")
def keep_home(request, page):
    """Refuse to delete a home page."""
    return _refuse(request, page) if _site_stands_on([page]) else None


@hooks.register("before_bulk_action")
def keep_home_in_bulk(request, action, pages, action_class_instance):
    """Refuse to delete a home page among others."""
    doomed = [page for page in pages if isinstance(page, Page)]
    if action == "delete" and doomed and _site_stands_on(doomed):
        return _refuse(request, doomed[0])
    return None
