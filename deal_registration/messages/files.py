"""Who sees what is attached to a message sees the message, as long as it was not taken back."""

from core.documents import register

from .models import Message

register(
    Message._meta.label_lower,
    visible=lambda actor: Message.objects.visible_to(actor).filter(retracted_at__isnull=True),
)
