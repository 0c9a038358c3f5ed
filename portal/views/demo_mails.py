"""The demo's mails, read in the browser: in demo mode and from this machine only, else 404."""

import ipaddress
from urllib.parse import urlsplit

import nh3
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.demo.mail import kept_mail, kept_mails

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
TAGS = nh3.ALLOWED_TAGS - {"img", "map", "area"}


def check_local(request: HttpRequest) -> None:
    """Raise ``Http404`` unless this is the demo, asked by this machine itself and not through a proxy.

    The Host is checked as well as the address, so that no page elsewhere can read the mails by naming itself
    127.0.0.1 (DNS rebinding).
    """
    try:
        from_here = ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        from_here = False
    host = urlsplit(f"//{request.get_host()}").hostname
    through_proxy = "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META
    if not (settings.DEMO and from_here and host in LOCAL_HOSTS and not through_proxy):
        raise Http404


@never_cache
@require_safe
def demo_mails(request: HttpRequest) -> HttpResponse:
    """List the kept mails, newest first; ``?to=`` keeps those to one address."""
    check_local(request)
    recipient = request.GET.get("to", "").strip()[:254]
    return render(
        request, "demo/mails.html", {"mails": kept_mails(recipient=recipient), "recipient": recipient}
    )


@never_cache
@require_safe
def demo_mail(request: HttpRequest, name: str) -> HttpResponse:
    """Show one kept mail; its HTML is cleaned of everything but text, tables and links."""
    check_local(request)
    mail = kept_mail(name)
    if mail is None:
        raise Http404
    cleaned = nh3.clean(
        mail.html,
        tags=TAGS,
        clean_content_tags={"script", "style", "title"},
        url_schemes={"http", "https", "mailto"},
    )
    return render(request, "demo/mail.html", {"mail": mail, "html": mark_safe(cleaned)})
