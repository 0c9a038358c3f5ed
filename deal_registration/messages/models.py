"""Messages of a registration, and who has read them. Nothing here is ever changed but by taking it back."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.access.scopes import ScopedQuerySet
from core.ui.references import new_reference

from ..models import Registration
from .enums import Side

LONGEST_TEXT = 4000


class MessageQuerySet(ScopedQuerySet):
    """Messages by scope."""

    def visible_to(self, actor):
        """Return the messages of the registrations that ``actor`` may see."""
        if actor.sees_everything:
            return self
        return self.filter(registration_id__in=Registration.objects.visible_to(actor).values("pk"))


class Message(models.Model):
    """One message. ``seal`` salts the hash that the ledger keeps; with the text it goes when it is taken back."""

    ref = models.CharField(max_length=20, unique=True, default=new_reference, editable=False)
    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="messages", verbose_name=_("registration")
    )
    side = models.CharField(_("side"), max_length=8, choices=Side)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    text = models.TextField(_("message"), max_length=LONGEST_TEXT, blank=True)
    seal = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(_("sent"))
    retracted_at = models.DateTimeField(_("taken back"), null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(retracted_at__isnull=True) | Q(text="", seal=""),
                name="message_taken_back_is_empty",
            ),
        )
        indexes = (models.Index(fields=("registration", "side", "id"), name="message_by_registration"),)

    def __str__(self) -> str:
        return self.ref


class MessageRead(models.Model):
    """Somebody of the other side has read a message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reads")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("message", "user"), name="message_read_once"),)

    def __str__(self) -> str:
        return f"{self.message_id} · {self.user_id}"
