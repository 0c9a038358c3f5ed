"""Two accounts that may be one, what was said of them, and merges with all that undoing them needs."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access.scopes import ScopedQuerySet
from core.ui.references import new_reference

from .accounts import Account


class PairState(models.TextChoices):
    """What became of two accounts that may be one."""

    OPEN = "open", _("Undecided")
    HELD = "held", _("Held for a ruling")
    DIFFERENT = "different", _("Not the same")
    MERGED = "merged", _("Merged")


class DuplicatePairQuerySet(ScopedQuerySet):
    """Pairs: who may merge and sees both accounts sees the pair."""

    def visible_to(self, actor):
        """Return the pairs of which ``actor`` may compare both sides."""
        if actor.sees_everything:
            return self
        comparable = Account.objects.comparable_by(actor).values("pk")
        return self.filter(low__in=comparable, high__in=comparable)


class DuplicatePair(models.Model):
    """Two accounts, the one with the lower id first, that may be the same organisation.

    ``evidence`` is a list of [code, of the lower, of the higher, what it counts]. ``level`` is empty where a person
    found the pair.
    """

    ref = models.CharField(max_length=20, unique=True, default=new_reference, editable=False)
    low = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(_("level"), max_length=2, blank=True)
    rank = models.PositiveSmallIntegerField(default=9)
    score = models.FloatField(_("score"), default=0)
    evidence = models.JSONField(default=list)
    state = models.CharField(_("status"), max_length=10, choices=PairState, default=PairState.OPEN)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    found_at = models.DateTimeField(_("found"), default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = DuplicatePairQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        ordering = ("rank", "-score", "pk")
        constraints = (
            models.UniqueConstraint(fields=("low", "high"), name="duplicate_pair_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="duplicate_pair_low_before_high"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True)
                | ~Q(state="open") & Q(decided_at__isnull=False),
                name="duplicate_pair_decided_has_a_time",
            ),
        )
        indexes = (models.Index(fields=("state", "rank", "-score", "id"), name="duplicate_pair_by_strength"),)

    def __str__(self) -> str:
        return f"{self.low_id} ~ {self.high_id}"


class MergeQuerySet(ScopedQuerySet):
    """Merges: who may merge and sees the account that stayed."""

    def visible_to(self, actor):
        """Return the merges into accounts that ``actor`` may see, also where such a one was merged itself."""
        if actor.sees_everything:
            return self
        if actor.is_dealer or not actor.may("accounts.merge"):
            return self.none()
        comparable = Account.objects.comparable_by(actor).values("pk")
        return self.filter(
            Q(survivor__in=comparable)
            | Q(survivor__merged_into__in=comparable)
            | Q(survivor__merged_into__merged_into__in=comparable)
        )

    def standing(self):
        """Return those not undone."""
        return self.filter(undone_at__isnull=True)


class Merge(models.Model):
    """One account merged into another: everything that was changed, so that it can be taken back until a day.

    ``changes`` is the journal (``crm.accounts.merging.journal``), ``marks`` the highest id of each kind of row at
    that time, ``left`` what undoing had to leave as it was.
    """

    ref = models.CharField(max_length=20, unique=True, default=new_reference, editable=False)
    survivor = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("account that stays")
    )
    loser = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("merged account")
    )
    merged_at = models.DateTimeField(_("merged at"))
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    undo_until = models.DateTimeField(_("can be undone until"))
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    moved = models.JSONField(default=dict)
    changes = models.JSONField(default=list)
    marks = models.JSONField(default=dict)
    left = models.JSONField(default=list)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge of accounts")
        verbose_name_plural = _("merges of accounts")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("loser",), condition=Q(undone_at__isnull=True), name="account_merged_once"
            ),
            models.CheckConstraint(condition=~Q(survivor=F("loser")), name="merge_of_two_accounts"),
        )
        indexes = (models.Index(fields=("survivor", "-id"), name="merge_by_survivor"),)

    def __str__(self) -> str:
        return f"{self.loser_id} → {self.survivor_id}"

    def get_absolute_url(self) -> str:
        """Return the merge's page."""
        return reverse("accounts:merge_detail", args=[self.ref])
