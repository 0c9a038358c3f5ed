"""An import and its rows. The rows of the file are kept as text; what they mean is the resource's to say."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.access.scopes import ScopedQuerySet
from core.ui.references import new_reference

from .enums import AT_WORK, Action, Choice, ImportState, Outcome, Undo
from .judging import Problem, Twin


class ImportQuerySet(ScopedQuerySet):
    """Imports: one's own, for the organisation one acts for, as long as one may import."""

    def visible_to(self, actor):
        """Return the imports ``actor`` may see."""
        if actor.sees_everything:
            return self
        if actor.user_id is None or not actor.may("imports.run"):
            return self.none()
        return self.filter(started_by_id=actor.user_id, organisation_id=actor.organisation_id)


class Import(models.Model):
    """One file on its way in. ``round`` counts how often it was read or checked: a job of an earlier round rests."""

    ref = models.CharField(max_length=20, unique=True, default=new_reference, editable=False)
    resource = models.CharField(_("what"), max_length=60)
    state = models.CharField(_("status"), max_length=10, choices=ImportState, default=ImportState.READING)
    round = models.PositiveIntegerField(default=1)
    file_name = models.CharField(_("file name"), max_length=200)
    format = models.CharField(max_length=4)
    encoding = models.CharField(max_length=20, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    sheet = models.CharField(max_length=100, blank=True)
    offers = models.JSONField(default=dict)
    heading_row = models.PositiveIntegerField(default=1)
    headings = models.JSONField(default=list)
    mapping = models.JSONField(default=list)
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    done_count = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    problem = models.JSONField(default=list)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("started by")
    )
    organisation_id = models.BigIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(_("started at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("data", "import")
        verbose_name_plural = pgettext_lazy("data", "imports")
        ordering = ("-pk",)
        indexes = (models.Index(fields=("started_by", "-id"), name="import_by_person"),)

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        """Return the import's page, which shows its step."""
        return reverse("imports:import_detail", args=[self.ref])

    @property
    def is_at_work(self) -> bool:
        """Whether a job works on it."""
        return self.state in AT_WORK

    def job_key(self, kind: str) -> str:
        """Return the key of the job of this round."""
        return f"{kind}:{self.pk}:{self.round}"


class ImportRow(models.Model):
    """One row of the file. ``number`` is the row's number in the sheet, ``place`` its turn in writing.

    ``judgement`` holds problems, twins and changes, ``result`` what is needed to take the row back.
    """

    source = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    place = models.PositiveIntegerField(default=0)
    cells = models.JSONField(default=list)
    flags = models.JSONField(default=dict)
    action = models.CharField(max_length=9, choices=Action, blank=True)
    is_sure = models.BooleanField(default=False)
    judgement = models.JSONField(default=dict)
    target_id = models.BigIntegerField(null=True)
    choice = models.CharField(max_length=6, choices=Choice, blank=True)
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)
    result = models.JSONField(default=dict)
    undo = models.CharField(max_length=6, choices=Undo, blank=True)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("source", "number"), name="import_row_once"),)
        indexes = (
            models.Index(fields=("source", "action", "number"), name="import_row_by_action"),
            models.Index(fields=("source", "outcome", "place"), name="import_row_by_outcome"),
        )

    def __str__(self) -> str:
        return f"{self.source_id}:{self.number}"

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with the row."""
        return [Problem(*kept) for kept in self.judgement.get("problems", ())]

    @property
    def twins(self) -> list[Twin]:
        """The known objects it may mean."""
        return [Twin(pk, level, tuple(reasons)) for pk, level, reasons in self.judgement.get("twins", ())]

    @property
    def same_as_row(self) -> int | None:
        """The number of the earlier row of the file that looks the same."""
        return self.judgement.get("same_as_row")

    @property
    def result_problem(self) -> Problem | None:
        """Why it was not written, or not taken back."""
        kept = self.result.get("undo_problem") or self.result.get("problem")
        return Problem(*kept) if kept else None
