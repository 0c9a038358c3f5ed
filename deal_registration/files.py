"""The documents of a registration are visible to whoever sees the registration."""

from core.documents import register

from .models import Registration

register(Registration._meta.label_lower, visible=Registration.objects.visible_to)
