"""Notices for people, and by which way each wants which kind."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access.scopes import ScopedQuerySet
from core.ui.references import new_reference


class NotificationQuerySet(ScopedQuerySet):
    """Notices: one's own, about what one may still see."""

    def visible_to(self, actor):
        """Return the actor's own notices of kinds in use, whose object is still visible to the actor."""
        from .scope import still_visible

        return still_visible(self.filter(user_id=actor.user_id), actor) if actor.user_id else self.none()


class Notification(models.Model):
    """One notice to one person. Its words are rendered from the kind's template in the reader's language."""

    ref = models.CharField(max_length=20, unique=True, default=new_reference, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=60)
    event_id = models.BigIntegerField(null=True)
    object_id = models.BigIntegerField(null=True)
    context = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("user", "kind", "event_id"),
                name="notification_once_per_event",
                condition=models.Q(event_id__isnull=False),
            ),
        )
        indexes = (
            models.Index(fields=("user", "-id"), name="notification_by_user"),
            models.Index(
                fields=("user",), name="notification_unread", condition=models.Q(read_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} → {self.user_id}"


class Channel(models.TextChoices):
    """By which way a notice comes."""

    PORTAL = "portal", _("In the portal")
    MAIL = "mail", _("By e-mail")


class Preference(models.Model):
    """Whether one person wants one kind of notice by one way; without a row, the kind's default."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_preferences"
    )
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=8, choices=Channel)
    wanted = models.BooleanField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "kind", "channel"), name="preference_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.channel}"
