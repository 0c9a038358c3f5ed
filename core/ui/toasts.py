"""Notices after an action that can be taken back at once."""

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse

UNDO = "undo:"


def undoable(request: HttpRequest, text: str, view_name: str, *args) -> None:
    """Say ``text`` with a button beside it that posts to ``view_name``."""
    messages.success(request, text, extra_tags=f"{UNDO}{reverse(view_name, args=args)}")


def undo_address(message) -> str:
    """Return where the button of a notice posts to; "" for a notice without one."""
    tags = (message.extra_tags or "").split()
    return next((tag.removeprefix(UNDO) for tag in tags if tag.startswith(f"{UNDO}/")), "")
