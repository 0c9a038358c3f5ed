"""Turns what a service refuses into words on a page."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages

from core.documents import UploadRefused
from core.workflow import TransitionRefused

from ..exceptions import NotComplete, RegistrationError


@contextmanager
def refusals_as_messages(request) -> Iterator[None]:
    """Show a domain error raised within as a message. Errors of access, absent rows
    and missing details pass through: those belong elsewhere."""
    try:
        yield
    except NotComplete:
        raise  # belongs at the fields
    except (RegistrationError, TransitionRefused, UploadRefused) as error:
        messages.error(request, str(error.message))
