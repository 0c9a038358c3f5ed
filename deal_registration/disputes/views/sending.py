"""Forms that create are sent once; what a service refuses is said in words."""

from collections.abc import Callable, Iterable

from django import forms
from django.contrib import messages

from core.access.actor import Actor
from core.documents import UploadRefused
from core.jobs.idempotency import KeyReused, fingerprint, once
from core.retries import retry_on_collision
from core.workflow import TransitionRefused
from deal_registration.exceptions import RegistrationError

from .. import services

REFUSALS = (RegistrationError, TransitionRefused, KeyReused, UploadRefused)


def sent_once(request, form: forms.Form, create: Callable[[], object]) -> bool:
    """Run ``create`` unless this very form was received before; False where it was refused (said in ``form``)."""
    body = {name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"}

    @retry_on_collision
    def send() -> None:
        once(
            f"user:{request.actor.user_id}",
            form.cleaned_data["one_time_key"],
            fingerprint(body),
            lambda: str(create()),
        )

    try:
        send()
    except REFUSALS as error:
        form.add_error(None, str(error.message))
        return False
    return True


def done(request, act: Callable[[], object], words: str) -> bool:
    """Run ``act`` and say so; where it is refused, say why and return False."""
    try:
        act()
    except REFUSALS as error:
        messages.error(request, str(error.message))
        return False
    messages.success(request, words)
    return True


def attach_all(request, statement_pk: int | None, uploads: Iterable, actor: Actor, at) -> None:
    """Attach evidence to a statement just made; what cannot be kept is said."""
    for upload in uploads or () if statement_pk else ():
        try:
            services.attach(statement_pk, upload, actor=actor, at=at)
        except REFUSALS as error:
            messages.error(request, str(error.message))
