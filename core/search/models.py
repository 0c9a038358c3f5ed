"""Search terms of every searchable object: normalised words and pairs of Chinese characters."""

from django.db import models

from .fields import ByteOrderedCharField


class SearchTerm(models.Model):
    """One term of one object. Written by the service that saves the object, in the same transaction."""

    term = ByteOrderedCharField(max_length=40)
    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("object_type", "term", "object_id"), name="search_term_once"),
        )
        indexes = (models.Index(fields=("object_type", "object_id"), name="search_term_by_object"),)

    def __str__(self) -> str:
        return f"{self.term} → {self.object_type} {self.object_id}"
