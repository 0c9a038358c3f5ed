"""A person's notices and which of them they want."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access.exceptions import ReadOnlyActor

from . import services
from .forms import PreferencesForm
from .models import Channel, Notification
from .preferences import choose
from .selectors import notices

PER_PAGE = 25


@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    """Show the person's notices, newest first; ``?show=unread`` leaves out those read."""
    only_unread = request.GET.get("show") == "unread"
    rows = Notification.objects.visible_to(request.actor)
    unread = rows.filter(read_at__isnull=True).count()
    if only_unread:
        rows = rows.filter(read_at__isnull=True)
    page = Paginator(rows.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "notices": notices(list(page), request.actor),
        "page": page,
        "unread": unread,
        "only_unread": only_unread,
    }
    return render(request, "notifications/notification_list.html", context)


@require_POST
def notification_open(request: HttpRequest, ref: str) -> HttpResponse:
    """Mark a notice as read and go to what it is about."""
    if request.actor.read_only:
        notice = Notification.objects.get_visible(request.actor, ref=ref)
    else:
        notice = services.mark_read(ref, actor=request.actor, at=timezone.now())
    if notice.url and url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None):
        return redirect(notice.url)
    return redirect("notifications:list")


@require_POST
def notification_read(request: HttpRequest, ref: str) -> HttpResponse:
    """Mark a notice as read and stay."""
    services.mark_read(ref, actor=request.actor, at=timezone.now())
    return redirect("notifications:list")


@require_POST
def notification_read_all(request: HttpRequest) -> HttpResponse:
    """Mark every notice as read."""
    services.mark_all_read(actor=request.actor, at=timezone.now())
    messages.success(request, _("All notifications are marked as read."))
    return redirect("notifications:list")


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Let the person choose which notices come by which way."""
    form = PreferencesForm(request.POST if request.method == "POST" else None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        if request.actor.read_only:
            raise ReadOnlyActor
        choose(request.actor, form.choices())
        messages.success(request, _("Your choice of notifications is saved."))
        return redirect("notifications:preferences")
    context = {"form": form, "channels": Channel.choices, "submit_label": _("Save")}
    return render(request, "notifications/preferences.html", context)
