"""What the matching engine keeps: one record an organisation, its match keys, and confirmed aliases.

Organisations are opaque ids here (accounts lie above); the saving services keep all three in one transaction.
"""

from django.db import models
from django.utils import timezone

from .fields import RowIdField


class MatchRecord(models.Model):
    """The normal form of one organisation, prospects included. ``line`` is a packed ``profiles.Profile``."""

    organisation_id = RowIdField(primary_key=True)
    group_id = models.BigIntegerField(db_index=True)
    is_known = models.BooleanField(default=False)
    line = models.TextField()

    def __str__(self) -> str:
        return self.line.split("\n")[-1].split("\t")[0]


class MatchKey(models.Model):
    """One key under which an organisation is found: hash and organisation id in one integer, see ``keys``."""

    entry = RowIdField(primary_key=True)

    def __str__(self) -> str:
        return f"{self.entry:016x}"


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
