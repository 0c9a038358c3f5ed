"""Job rows, what became of each object of a job, leases of periodic work, and idempotency keys."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access.scopes import ScopedQuerySet


class JobState(models.TextChoices):
    """Where a job stands."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class JobQuerySet(ScopedQuerySet):
    """Jobs: those who manage jobs see all, a person the ones they started."""

    def visible_to(self, actor):
        """Return the jobs ``actor`` may see."""
        if actor.sees_everything or actor.may("jobs.manage"):
            return self
        return self.filter(started_by_id=actor.user_id) if actor.user_id else self.none()


class Job(models.Model):
    """One piece of work. The row is the work; the task queue only hints that it is there."""

    kind = models.CharField(_("kind"), max_length=80)
    key = models.CharField(_("key"), max_length=200, unique=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=8, choices=JobState, default=JobState.WAITING)
    run_at = models.DateTimeField(_("due at"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(_("error"), blank=True)
    progress = models.PositiveSmallIntegerField(_("progress in %"), default=0)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ("-pk",)
        indexes = (
            models.Index(
                fields=("run_at",), name="job_due", condition=models.Q(state__in=("waiting", "running"))
            ),
            models.Index(fields=("state", "-id"), name="job_by_state"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Outcome(models.TextChoices):
    """What became of one object that a job went through."""

    DONE = "done", _("Done")
    UNCHANGED = "unchanged", _("Nothing to change")
    REFUSED = "refused", _("Refused")


class JobOutcome(models.Model):
    """What became of one object of many: written with its change, so that a job begun anew goes on where it stood.

    ``code`` says why it was refused, for the app to word in the reader's language; ``data`` what it takes to undo it.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="outcomes")
    object_id = models.BigIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    code = models.CharField(max_length=40, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("job", "object_id"), name="job_outcome_once"),)
        indexes = (models.Index(fields=("job", "outcome", "id"), name="job_outcome_by_kind"),)

    def __str__(self) -> str:
        return f"{self.object_id}: {self.outcome}"


class Lease(models.Model):
    """The right to do one periodic thing until a time; two schedulers do no harm."""

    name = models.CharField(max_length=80, primary_key=True)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class IdempotencyKey(models.Model):
    """A key spent by the transaction that created something, and what it created."""

    owner = models.CharField(max_length=60)
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    result = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("owner", "key"), name="idempotency_key_once"),)
        indexes = (models.Index(fields=("created_at",), name="idempotency_key_age"),)

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"
