"""What administrators do with people: create and invite, change, disable. Roles and teams lie above this app."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor
from core.access.guards import require
from core.jobs import enqueue
from core.ledger import record

from .models import User

KEPT_BY_ADMINISTRATORS = ("full_name", "email", "phone", "language", "time_zone")


class PeopleError(Exception):
    """What was asked for cannot be done to this person. ``message`` is for people, ``field`` where it belongs."""

    def __init__(self, message, *, field: str = ""):
        self.message = message
        self.field = field
        super().__init__(str(message))


def create_user(
    *,
    email: str,
    full_name: str,
    is_staff: bool,
    language: str = "en",
    time_zone: str = "UTC",
    phone: str = "",
    actor: Actor,
    at: datetime,
) -> User:
    """Create a person without a password and invite them by mail to set one; return the user.

    Raises ``NotAllowed``, or ``PeopleError`` if the address is in use.
    """
    require(actor, "people.manage")
    with transaction.atomic():
        _refuse_taken(email)
        user = User.objects.create_user(
            email,
            None,
            full_name=full_name,
            is_staff=is_staff,
            language=language,
            time_zone=time_zone,
            phone=phone,
            date_joined=at,
        )
        record(
            "user.created",
            user,
            actor=actor,
            at=at,
            facts={"is_staff": is_staff},
            personal={f"user:{user.pk}": {"person": full_name, "email": user.email}},
        )
        _invite(user, actor, at)
    return user


def change_user(user_pk: int, *, actor: Actor, at: datetime, **values) -> User:
    """Change what administrators keep of a person (``KEPT_BY_ADMINISTRATORS``). Another address ends the sessions."""
    require(actor, "people.manage")
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_pk)
        changed = [
            name for name in KEPT_BY_ADMINISTRATORS if name in values and getattr(user, name) != values[name]
        ]
        if not changed:
            return user
        if "email" in changed:
            _refuse_taken(values["email"], but=user.pk)
        for name in changed:
            setattr(user, name, values[name])
        user.clean()
        user.save(update_fields=changed)
        record(
            "user.changed",
            user,
            actor=actor,
            at=at,
            facts={"changed": changed},
            personal={f"user:{user.pk}": {"person": user.full_name, "email": user.email}},
        )
        if "email" in changed:
            user.end_sessions()
    return user


def invite_again(user_pk: int, *, actor: Actor, at: datetime) -> None:
    """Send the mail with the link to set a password once more."""
    require(actor, "people.manage")
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_pk)
        if not user.is_active:
            raise PeopleError(_("This person is disabled. Enable them first."))
        _invite(user, actor, at)


def disable_user(user_pk: int, *, actor: Actor, at: datetime) -> None:
    """Keep a person from signing in; their sessions end at once. Nobody disables themselves."""
    require(actor, "people.manage")
    if user_pk == actor.user_id:
        raise PeopleError(_("You cannot disable yourself."))
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_pk)
        if not user.is_active:
            return
        user.is_active = False
        user.save(update_fields=["is_active"])
        user.end_sessions()
        record("user.disabled", user, actor=actor, at=at)


def enable_user(user_pk: int, *, actor: Actor, at: datetime) -> None:
    """Let a disabled person sign in again."""
    require(actor, "people.manage")
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_pk)
        if user.is_active:
            return
        user.is_active = True
        user.save(update_fields=["is_active"])
        record("user.enabled", user, actor=actor, at=at)


def _invite(user: User, actor: Actor, at: datetime) -> None:
    """Note the invitation and have the mail sent."""
    record("user.invited", user, actor=actor, at=at)
    enqueue("people.invite", f"people.invite:{user.pk}:{at.isoformat()}", {"user_id": user.pk})


def _refuse_taken(email: str, *, but: int | None = None) -> None:
    """Raise ``PeopleError`` if somebody else has this address."""
    if User.objects.filter(email__iexact=email.strip()).exclude(pk=but).exists():
        raise PeopleError(_("Somebody has this address already."), field="email")
