"""What the matching engine keeps: one record an organisation, its match keys, and confirmed aliases.

Organisations are opaque ids here (accounts lie above); the saving services keep both in one transaction.
"""

from django.db import models
from django.utils import timezone

from core.search.fields import ByteOrderedCharField


class MatchRecord(models.Model):
    """The normal form of one organisation, prospects included."""

    organisation_id = models.BigIntegerField(primary_key=True)
    group_id = models.BigIntegerField(db_index=True)
    name = models.CharField(max_length=300)
    normal_name = models.CharField(max_length=300)
    place = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2, blank=True)
    is_known = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class MatchKey(models.Model):
    """One key by which an organisation can be found. ``kind``: id, domain, phone, name, part …"""

    kind = models.CharField(max_length=8)
    value = ByteOrderedCharField(max_length=160)
    organisation_id = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kind", "value", "organisation_id"), name="match_key_once"),
        )
        indexes = (models.Index(fields=("organisation_id",), name="match_key_by_organisation"),)

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


class Alias(models.Model):
    """Another name a person confirmed for an organisation (brand, translation, former name)."""

    organisation_id = models.BigIntegerField(db_index=True)
    name = models.CharField(max_length=300)
    normal_name = models.CharField(max_length=300)
    source = models.CharField(max_length=60)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation_id", "normal_name"), name="alias_once"),)

    def __str__(self) -> str:
        return self.name
