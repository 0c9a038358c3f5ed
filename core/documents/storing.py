"""Keeping an upload, and finding what was kept."""

from datetime import datetime

from django.utils.translation import gettext as _

from core.access.actor import Actor

from .checking import UploadRefused, check
from .models import StoredFile, private_path


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
    try:
        stored.content.save(checked.name, upload, save=False)
    except OSError as error:  # disk full, share gone: what was written of it goes, too
        stored.content.storage.delete(private_path(stored, checked.name))
        raise UploadRefused(_("The file could not be kept just now. Please try again later.")) from error
    stored.save(force_insert=True)
    return stored


def files_of(obj):
    """Return the files of one object; the caller has asked for ``obj`` through ``visible_to``."""
    return StoredFile.objects.filter(object_type=obj._meta.label_lower, object_id=obj.pk)


def copy_files(source, target, *, actor: Actor, at: datetime) -> list[StoredFile]:
    """Keep a copy of each file of ``source`` for ``target``; return the copies. A file that is gone is left out.

    Copies are files of their own: taking one away takes nothing from the other. Called inside the transaction that
    makes ``target``; should that be rolled back, the copied contents are taken away again.
    """
    copies = []
    try:
        for stored in files_of(source).order_by("pk"):
            copied = StoredFile(
                object_type=target._meta.label_lower,
                object_id=target.pk,
                uploaded_at=at,
                uploaded_by_id=actor.user_id,
                **{
                    name: getattr(stored, name) for name in ("kind", "name", "content_type", "size", "sha256")
                },
            )
            try:
                with stored.content.open("rb") as content:
                    copied.content.save(stored.name, content, save=False)
            except FileNotFoundError:
                continue
            copies.append(copied)
            copied.save(force_insert=True)
    except Exception:
        for copied in copies:
            copied.content.storage.delete(copied.content.name)
        raise
    return copies
