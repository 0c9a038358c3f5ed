"""What was done with a customer: calls, visits, quotes, samples, notes; and what is to be done."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.access.scopes import ScopedQuerySet
from core.ui.references import new_reference
from crm.accounts.models import Account
from crm.opportunities.models import Opportunity


class ActivityKind(models.TextChoices):
    """What was done."""

    CALL = "call", _("Call")
    VISIT = "visit", _("Visit")
    MEETING = "meeting", _("Meeting")
    EMAIL = "email", _("E-mail")
    QUOTE = "quote", pgettext_lazy("activity", "Quote")
    SAMPLE = "sample", _("Sample")
    NOTE = "note", _("Note")
    TASK = "task", _("Task")


class ActivityQuerySet(ScopedQuerySet):
    """Activities: one's own, and those on accounts or opportunities one sees; a dealer's, of their own people."""

    def visible_to(self, actor):
        """Return the activities ``actor`` may see."""
        if actor.sees_everything:
            return self
        if actor.is_anonymous:
            return self.none()
        if actor.is_dealer:
            return self.filter(organisation_id__in=actor.organisation_ids)
        return self.filter(
            Q(done_by_id=actor.user_id)
            | Q(opportunity__in=Opportunity.objects.visible_to(actor))
            | Q(opportunity__isnull=True, account__in=Account.objects.visible_to(actor))
        )


class Activity(models.Model):
    """One activity. ``due_at`` without ``done_at`` is something to do, a reminder."""

    ref = models.CharField(max_length=20, unique=True, default=new_reference, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=ActivityKind)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="activities", verbose_name=_("account")
    )
    opportunity = models.ForeignKey(
        Opportunity,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="activities",
        verbose_name=_("opportunity"),
    )
    organisation = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("partner"),
        help_text=_("Set where a partner's person logged it."),
    )
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("notes"), blank=True, max_length=4000)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="activities", verbose_name=_("by")
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(due_at__isnull=False) | Q(done_at__isnull=False),
                name="activity_is_due_or_done",
                violation_error_message=_("Say when it is due or that it is done."),
            ),
        )
        indexes = (
            models.Index(fields=("account", "-created_at"), name="activity_by_account"),
            models.Index(fields=("opportunity", "-created_at"), name="activity_by_opportunity"),
            models.Index(
                fields=("done_by", "due_at"), name="activity_due", condition=Q(done_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return self.subject
