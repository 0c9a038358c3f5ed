"""API keys: whose they are, what they may do, until when. The secret itself is kept nowhere."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access.scopes import ScopedQuerySet
from core.ui.references import new_reference


class ApiKeyQuerySet(ScopedQuerySet):
    """Keys by scope."""

    def visible_to(self, actor):
        """Return the keys ``actor`` manages: a dealer those of the own organisation, staff all."""
        if actor.sees_everything:
            return self
        if not actor.may("api.manage"):
            return self.none()
        return self.filter(organisation_id=actor.organisation_id) if actor.is_dealer else self

    def usable(self, at):
        """Return the keys that open something at ``at``: neither revoked nor expired."""
        return self.filter(models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=at), revoked_at=None)


class ApiKey(models.Model):
    """One key. It acts as ``user`` for ``organisation_id``, with ``permissions`` as far as that person holds them.

    ``prefix`` is shown to recognise it by, ``digest`` is the hash of the whole key.
    """

    ref = models.CharField(max_length=20, unique=True, default=new_reference, editable=False)
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("begins with"), max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("acts as")
    )
    organisation_id = models.BigIntegerField()
    permissions = models.JSONField(_("permissions"), default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ("-pk",)
        indexes = (models.Index(fields=("organisation_id", "-id"), name="api_key_by_organisation"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="api_key_revoked_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """``active``, ``expired`` or ``revoked``, as of now."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= timezone.now() else "active"


class KeyUse(models.Model):
    """When a key was last used, and how often in the minute that begins at ``window_at``. One row a key."""

    key = models.OneToOneField(ApiKey, on_delete=models.CASCADE, primary_key=True, related_name="use")
    last_used_at = models.DateTimeField(_("last used"), null=True)
    window_at = models.DateTimeField(null=True)
    window_count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key_id}: {self.window_count}"
