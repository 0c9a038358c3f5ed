"""Keeping an upload, and finding what was kept."""

from datetime import datetime

from core.access.actor import Actor

from .checking import check
from .models import StoredFile


def store(upload, *, obj, kind: str = "", actor: Actor, at: datetime) -> StoredFile:
    """Check ``upload`` and keep it as a file of ``obj``; return it. Raises ``UploadRefused``.

    The caller has locked ``obj`` or owns it, and writes the event of the change.
    """
    checked = check(upload)
    stored = StoredFile(
        object_type=obj._meta.label_lower,
        object_id=obj.pk,
        kind=kind,
        name=checked.name,
        content_type=checked.content_type,
        size=checked.size,
        sha256=checked.sha256,
        uploaded_at=at,
        uploaded_by_id=actor.user_id,
    )
    stored.content.save(checked.name, upload, save=False)
    stored.save(force_insert=True)
    return stored


def files_of(obj):
    """Return the files of one object; the caller has asked for ``obj`` through ``visible_to``."""
    return StoredFile.objects.filter(object_type=obj._meta.label_lower, object_id=obj.pk)
