"""Evidence is visible to whoever may read the statement it hangs on: its own side, and the staff concerned."""

from core.documents import register

from .models import Statement

register(Statement._meta.label_lower, visible=Statement.objects.visible_to)
