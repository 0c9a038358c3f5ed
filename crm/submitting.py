"""What every page of the CRM does with a POST: once only, and refusals in words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from core.access.exceptions import NotAllowed
from core.jobs.idempotency import KeyReused, fingerprint, once
from core.workflow import TransitionRefused

from .exceptions import CrmError

REFUSALS = (CrmError, TransitionRefused, KeyReused, NotAllowed)


def sent_once(request, form: forms.Form, create: Callable[[], str]) -> str | None:
    """Run ``create`` (returns a reference) unless this very form was received before; return the reference.

    None when it was refused: the errors stand in ``form`` then, and nothing was written.
    """
    body = {name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"}
    try:
        reference, _created = once(
            f"user:{request.actor.user_id}", form.cleaned_data["one_time_key"], fingerprint(body), create
        )
    except ValidationError as error:
        add_errors(form, error)
    except REFUSALS as error:
        form.add_error(None, str(error.message))
    else:
        return reference
    return None


def changed(form: forms.Form, change: Callable[[], object]) -> bool:
    """Run ``change``; where it is refused, put the errors into ``form`` and return False."""
    try:
        change()
    except ValidationError as error:
        add_errors(form, error)
    except REFUSALS as error:
        form.add_error(None, str(error.message))
    else:
        return True
    return False


def add_errors(form: forms.Form, error: ValidationError) -> None:
    """Put a service's errors at the form's fields; those of other fields stand on top."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    for field, errors in by_field.items():
        form.add_error(field if field in form.fields else None, errors)


@contextmanager
def refusals_as_messages(request) -> Iterator[None]:
    """Show what a service refuses within as a message. Access to absent rows passes through."""
    try:
        yield
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except REFUSALS as error:
        messages.error(request, str(error.message))
