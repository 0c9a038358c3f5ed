"""The user. Roles, organisation and scope are not here: they make up the actor (``core.access``)."""

import secrets
import zoneinfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.access.scopes import ScopedQuerySet
from core.ui.references import new_reference

TIME_ZONES = sorted(
    zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/")
)


class UserQuerySet(ScopedQuerySet):
    """Users, scoped: oneself, one's own team, and for staff who manage people, all."""

    def visible_to(self, actor):
        """Return the users that ``actor`` may see."""
        if actor.sees_everything or actor.may("people.manage"):
            return self
        if actor.user_id is None:
            return self.none()
        return self.filter(pk=actor.user_id)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Creates users with a normalised (lower-case) address."""

    def _create(self, email: str, password: str | None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_user(self, email: str, password: str | None = None, **fields):
        """Create a user; without a password they cannot sign in until they set one."""
        return self._create(email, password, **fields)

    def create_superuser(self, email: str, password: str | None = None, **fields):
        """Create a user who may do everything in the Wagtail admin."""
        return self._create(email, password, **fields, is_superuser=True, is_staff=True)

    def get_by_natural_key(self, email: str):
        """Find by address, whatever its case."""
        return self.get(email=email.lower())


class Theme(models.TextChoices):
    """How the portal is coloured for one person."""

    AUTO = "auto", _("Like my device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in."""

    ref = models.CharField(max_length=20, unique=True, default=new_reference, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    full_name = models.CharField(pgettext_lazy("person", "name"), max_length=150)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    theme = models.CharField(_("appearance"), max_length=8, choices=Theme, default=Theme.AUTO)
    is_staff = models.BooleanField(_("manufacturer's staff"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    session_salt = models.CharField(max_length=16, default="", blank=True, editable=False)
    date_joined = models.DateTimeField(_("joined at"), default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ("full_name",)

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ("full_name", "pk")
        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_its_case"),)

    def __str__(self) -> str:
        return self.full_name or self.email

    def clean(self) -> None:
        super().clean()
        self.email = type(self).objects.normalize_email(self.email).lower()

    def get_full_name(self) -> str:
        """Return the name as written by its owner."""
        return self.full_name

    def get_short_name(self) -> str:
        """Return what one calls this person in a greeting."""
        return self.full_name

    def get_session_auth_hash(self) -> str:
        """Return what a session must carry to stay valid: it changes with password, roles and partner status."""
        return salted_hmac(
            "core.people.User.get_session_auth_hash",
            f"{self.password}:{self.session_salt}",
            algorithm="sha256",
        ).hexdigest()

    def _get_session_auth_hash(self, secret=None) -> str:
        """Return the hash under one key, for Django's key rotation."""
        return salted_hmac(
            "core.people.User.get_session_auth_hash",
            f"{self.password}:{self.session_salt}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    def get_session_auth_fallback_hash(self):
        """Yield the hashes under retired keys."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._get_session_auth_hash(secret=secret)

    def end_sessions(self) -> None:
        """End every session of this person at its next request (role or partner status changed)."""
        self.session_salt = secrets.token_hex(8)
        self.save(update_fields=["session_salt"])
