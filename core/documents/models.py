"""Files that people upload. Whoever may see the object a file hangs on may see the file."""

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access.scopes import ScopedQuerySet
from core.ui.references import new_reference


def private_storage():
    """Return the storage of what people upload; never served by its own address."""
    return storages["private"]


def private_path(instance: "StoredFile", filename: str) -> str:
    """Return a path that tells nothing of name, owner or time."""
    return f"{instance.ref[:2].lower()}/{instance.ref.lower()}"


class StoredFileQuerySet(ScopedQuerySet):
    """Files: scope is asked of the object they hang on (``core.documents.registry``)."""

    def visible_to(self, actor):
        """Return the files of objects visible to ``actor``."""
        from .registry import visible_files

        return visible_files(self, actor)


class StoredFile(models.Model):
    """One uploaded file with its checked type, size and hash."""

    ref = models.CharField(max_length=20, unique=True, default=new_reference, editable=False)
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    name = models.CharField(_("file name"), max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    content = models.FileField(storage=private_storage, upload_to=private_path, max_length=200)
    uploaded_at = models.DateTimeField(default=timezone.now)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ("pk",)
        indexes = (models.Index(fields=("object_type", "object_id"), name="file_by_object"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the download."""
        return reverse("documents:file_download", args=[self.ref])
