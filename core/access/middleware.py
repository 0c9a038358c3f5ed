"""Puts the actor on the request and keeps visitors out of everything not public."""

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware as DjangoLoginRequiredMiddleware
from django.utils.functional import SimpleLazyObject

from .actor import actor_for


class ActorMiddleware:
    """``request.actor``: built at first use, the same for the whole request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.actor = SimpleLazyObject(lambda: actor_for(request.user, request.session))
        return self.get_response(request)


class LoginRequiredMiddleware(DjangoLoginRequiredMiddleware):
    """Everything needs a sign-in but what is public by name (settings.PUBLIC_VIEWS) or by decorator."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        match = request.resolver_match
        if match is not None and match.view_name in settings.PUBLIC_VIEWS:
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)
