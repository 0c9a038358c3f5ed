"""The cases counted, and the figures published of them.

Cases are read by the job alone. Figures hold nothing that may not be shown: what is too small to show was folded before
it is stored, so that no page, export or query can tell more.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.access.scopes import PublicQuerySet
from crm.territories.models import Territory

from .enums import Measure, Standing


class HonourCase(models.Model):
    """One registration or dispute under one measure; written anew whenever its events change what it says."""

    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    measure = models.CharField(max_length=12, choices=Measure)
    quarter = models.DateField()
    territory = models.ForeignKey(Territory, on_delete=models.CASCADE, related_name="+")
    partner_id = models.BigIntegerField()
    hit = models.BooleanField(default=False)
    seconds = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("object_type", "object_id", "measure"), name="honour_case_once"),
        )
        indexes = (models.Index(fields=("quarter", "measure"), name="honour_case_by_quarter"),)

    def __str__(self) -> str:
        return f"{self.measure} {self.quarter} {self.object_type} {self.object_id}"


class Figure(models.Model):
    """One published figure: a measure in one territory (None: everywhere) and quarter."""

    measure = models.CharField(_("figure"), max_length=12, choices=Measure)
    quarter = models.DateField(_("quarter"))
    territory = models.ForeignKey(
        Territory, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("territory")
    )
    standing = models.CharField(max_length=6, choices=Standing)
    cases = models.PositiveIntegerField(_("cases"), null=True)
    hits = models.PositiveIntegerField(null=True)
    median_seconds = models.PositiveIntegerField(null=True)
    # Where the cases of a group too small are counted; None with ``few``: everywhere, or nowhere at all.
    counted_in = models.ForeignKey(Territory, on_delete=models.CASCADE, null=True, related_name="+")

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        ordering = ("measure", "-quarter", "territory__path")
        constraints = (
            models.UniqueConstraint(fields=("measure", "quarter", "territory"), name="honour_figure_once"),
            models.UniqueConstraint(
                fields=("measure", "quarter"),
                condition=Q(territory__isnull=True),
                name="honour_figure_everywhere_once",
            ),
            models.CheckConstraint(
                condition=Q(standing="shown", cases__isnull=False)
                | ~Q(standing="shown")
                & Q(cases__isnull=True, hits__isnull=True, median_seconds__isnull=True),
                name="honour_figure_hidden_holds_nothing",
            ),
        )

    def __str__(self) -> str:
        return f"{self.measure} {self.quarter} {self.territory_id}"


class Restating(models.Model):
    """How far the figures are: when they were last stated, up to which registration was counted. One row."""

    as_of = models.DateTimeField(null=True)
    counted_up_to = models.BigIntegerField(default=0)
    is_counted = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.as_of}"
