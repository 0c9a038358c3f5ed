"""Events, their facts, seals and readers' positions.

Rows of Event, Seal and SealedEvent are only ever inserted: triggers refuse UPDATE and DELETE (``guards``).
FactSet rows may be deleted, to erase a person; the commitments on the event keep the chain valid.
"""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.access.scopes import ScopedQuerySet


class EventQuerySet(ScopedQuerySet):
    """Events by what they are about. Objects' pages ask for the object first, by its own scope."""

    def about(self, object_type: str, object_id: int):
        """Return one object's events, oldest first."""
        return self.filter(object_type=object_type, object_id=object_id).order_by("pk")


class Event(models.Model):
    """One change of business state: who, when, what, on which object, for which partner."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    type = models.CharField(_("what"), max_length=80)
    at = models.DateTimeField(_("when"))
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    object_ref = models.CharField(max_length=64, blank=True)
    partner_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)
    actor_system = models.CharField(max_length=60, blank=True)
    commitments = models.JSONField(default=dict)
    leaf_hash = models.BinaryField(max_length=32)
    era = models.PositiveSmallIntegerField(default=0)
    transaction_id = models.BigIntegerField(default=0)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("pk",)
        indexes = (
            models.Index(fields=("object_type", "object_id", "id"), name="event_by_object"),
            models.Index(fields=("era", "transaction_id", "id"), name="event_in_commit_order"),
            models.Index(fields=("partner_id", "id"), name="event_by_partner"),
            models.Index(
                fields=("object_ref",), name="event_by_reference", condition=~models.Q(object_ref="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.object_type} {self.object_ref}"


class FactSet(models.Model):
    """The facts of one event about one subject, with their salts; erasable.

    ``subject`` is "" for facts of the business, else the person they are about: ``user:12``, ``contact:7``.
    ``facts`` maps a fact's name to ``[value, salt as hex]``.
    """

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="fact_sets")
    subject = models.CharField(max_length=60, blank=True)
    facts = models.JSONField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("event", "subject"), name="fact_set_once_per_subject"),
        )
        indexes = (
            models.Index(fields=("subject",), name="fact_set_by_person", condition=~models.Q(subject="")),
        )

    def __str__(self) -> str:
        return f"{self.event_id} {self.subject}"


class Seal(models.Model):
    """A batch of events under one Merkle root, chained to the seal before and signed (Ed25519)."""

    number = models.PositiveBigIntegerField(unique=True)
    size = models.PositiveIntegerField()
    root = models.BinaryField(max_length=32)
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=64)
    key_id = models.CharField(max_length=32)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering = ("number",)

    def __str__(self) -> str:
        return f"#{self.number}"


class SealedEvent(models.Model):
    """The place of one event in the tree of one seal. A table of its own: sealed events are never updated."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="place")
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="places")
    index = models.PositiveIntegerField()
    leaf_hash = models.BinaryField(max_length=32)
    mark = models.BinaryField(max_length=16, help_text="Keyed hash: names the one forged among many.")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("seal", "index"), name="one_event_per_leaf"),)

    def __str__(self) -> str:
        return f"{self.seal_id}/{self.index}"


class Reader(models.Model):
    """How far one follower of the ledger has read: (era, transaction, id) of the last event handled."""

    name = models.CharField(max_length=60, unique=True)
    era = models.PositiveSmallIntegerField(default=0)
    transaction_id = models.BigIntegerField(default=0)
    event_id = models.BigIntegerField(default=0)
    read_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Era(models.Model):
    """Counts restores: after one, transaction ids start anew and (era, transaction) keeps order. One row."""

    number = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)
