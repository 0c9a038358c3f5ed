"""Wagtail asks its groups who may edit pages; here they follow the roles, at every sign-in.

A change of roles ends the sessions of whoever holds them, so that what a session may do is never out of date; who
has lost every role with business in the admin does not pass its door (``portal.cms.gate``).
"""

from django.contrib.auth.models import Group

from content.defaults import ADMINISTRATORS, EDITORS
from core.access.actor import actor_for

from .gate import may_enter


def groups_of(actor) -> set[str]:
    """Return the names of the groups ``actor`` belongs in."""
    if not may_enter(actor):
        return set()
    return {ADMINISTRATORS} | ({EDITORS} if actor.may("content.edit") else set())


def follow_roles(user) -> None:
    """Put ``user`` into the groups that their roles say, and out of those that they do not."""
    wanted = groups_of(actor_for(user))
    held = set(user.groups.filter(name__in=(EDITORS, ADMINISTRATORS)).values_list("name", flat=True))
    if wanted - held:
        user.groups.add(*Group.objects.filter(name__in=wanted - held))
    if held - wanted:
        user.groups.remove(*Group.objects.filter(name__in=held - wanted))


def on_sign_in(sender, request, user, **kwargs) -> None:
    """Django says that somebody has signed in."""
    follow_roles(user)
