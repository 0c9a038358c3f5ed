"""The original of an import is visible to whoever sees the import."""

from core.documents import register

from .models import Import

register(Import._meta.label_lower, visible=Import.objects.visible_to)
