"""A person's own pages: profile, appearance."""

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from . import services
from .forms import ProfileForm
from .models import User

THEME_COOKIE, THEME_COOKIE_AGE = "theme", 365 * 24 * 3600


def came_from(request, default: str) -> str:
    """Return the address a form says to come back to, if it is one of ours."""
    address = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return address
    return default


def remember_theme(response, theme: str) -> None:
    """Keep the appearance for the sign-in page too, where the person is not known."""
    response.set_cookie(THEME_COOKIE, theme, max_age=THEME_COOKIE_AGE, samesite="Lax", httponly=True)


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request):
    """Show and change one's own profile."""
    user = User.objects.get_visible(request.actor, pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        saved = services.update_profile(actor=request.actor, data=form.cleaned_data)
        with translation.override(saved.language):
            messages.success(request, _("Your profile is saved."))
        response = redirect("people:profile")
        remember_theme(response, saved.theme)
        return response
    return render(request, "people/profile.html", {"form": form, "person": User.objects.get(pk=user.pk)})


@require_POST
def appearance(request):
    """Choose light, dark or like the device."""
    theme = request.POST.get("theme", "")
    if not services.set_theme(actor=request.actor, theme=theme):
        raise Http404
    response = HttpResponseRedirect(came_from(request, reverse("people:profile")))
    remember_theme(response, theme)
    return response
