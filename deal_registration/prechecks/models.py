"""Questions asked before filing, with what was answered line by line, and how freely each partner is answered.

A question keeps only what its asker typed and was told: never which known organisation was found.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access.scopes import ScopedQuerySet
from core.ui.references import new_reference
from crm.accounts.models import Account
from crm.catalog.models import ProductLine
from crm.territories.models import Territory
from crm.territories.scopes import within_scopes
from partners.models import Partner

from ..models import Registration
from .enums import Level, QuestionState

MANAGE_TEAM = "team.manage"


class PrecheckQuerySet(ScopedQuerySet):
    """Questions by scope."""

    def visible_to(self, actor):
        """Return what ``actor`` may see.

        Dealers: their own questions; who leads the team, all of their company's. Staff: those whose territory and at
        least one line lie in a scope of theirs.
        """
        if actor.sees_everything:
            return self
        if not actor.may("registrations.view"):
            return self.none()
        if actor.is_dealer:
            own = self.filter(partner_id=actor.organisation_id)
            return own if actor.may(MANAGE_TEAM) else own.filter(asked_by_id=actor.user_id)
        inside = PrecheckLine.objects.filter(
            within_scopes(actor, "registrations.view", territory="precheck__territory__path", line="line_id")
        )
        return self.filter(pk__in=inside.values("precheck_id"))


class Precheck(models.Model):
    """One question: who asked what, when, and what became of it. Nothing of it is ever changed but by an answer.

    ``question_key`` is the same for the same question of one partner, ``customer_key`` for one spelling of a
    customer. ``is_counted``: it took one from the budget. ``repeats``: the earlier question whose answer was given
    again. ``is_own``: about a customer on whom the partner holds protection.
    """

    ref = models.CharField(_("reference"), max_length=20, unique=True, default=new_reference, editable=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="prechecks", verbose_name=_("partner")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    state = models.CharField(
        _("status"), max_length=12, choices=QuestionState, default=QuestionState.ANSWERED
    )

    customer_account = models.ForeignKey(
        Account,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("known customer"),
    )
    customer_name = models.CharField(_("end customer"), max_length=300)
    customer_registry_id = models.CharField(_("registry id"), max_length=40, blank=True)
    customer_country = models.CharField(_("country"), max_length=2, blank=True)
    customer_city = models.CharField(_("city"), max_length=120, blank=True)
    customer_address = models.CharField(_("address"), max_length=300, blank=True)
    customer_website = models.CharField(_("website or e-mail domain"), max_length=200, blank=True)
    customer_phone = models.CharField(_("phone"), max_length=40, blank=True)
    project_name = models.CharField(_("project or site"), max_length=200, blank=True)
    tender_number = models.CharField(_("tender number"), max_length=80, blank=True)
    territory = models.ForeignKey(
        Territory, on_delete=models.PROTECT, related_name="+", verbose_name=_("territory of the site")
    )

    question_key = models.CharField(max_length=64)
    customer_key = models.CharField(max_length=300)
    is_counted = models.BooleanField(default=True)
    is_own = models.BooleanField(default=False)
    repeats = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="+")
    registration = models.ForeignKey(
        Registration, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("registration")
    )
    answered_at = models.DateTimeField(_("answered"), null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    message = models.CharField(_("message"), max_length=600, blank=True)

    objects = PrecheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("pre-check")
        verbose_name_plural = _("pre-checks")
        ordering = ("-asked_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(answered_at__isnull=False), name="precheck_done_has_a_time"
            ),
            models.CheckConstraint(
                condition=Q(repeats__isnull=True) | Q(is_counted=False), name="precheck_repeated_is_free"
            ),
        )
        indexes = (
            models.Index(fields=("partner", "-asked_at", "-id"), name="precheck_by_partner"),
            models.Index(fields=("-asked_at", "-id"), name="precheck_newest"),
            models.Index(fields=("partner", "question_key", "-asked_at"), name="precheck_same_question"),
            models.Index(fields=("territory", "state"), name="precheck_by_territory"),
        )

    def __str__(self) -> str:
        return self.customer_name


class PrecheckLine(models.Model):
    """One product line of a question, and what was told of it.

    ``class_told`` is empty until it is answered; ``told`` is the part of the verdict that the asker was told;
    ``is_taken``: they were told that a rival's claim stands.
    """

    precheck = models.ForeignKey(Precheck, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(
        ProductLine, on_delete=models.PROTECT, related_name="+", verbose_name=_("product line")
    )
    class_told = models.CharField(_("answer"), max_length=8, blank=True)
    told = models.JSONField(null=True)
    release_at = models.DateTimeField(_("free at the earliest"), null=True)
    is_taken = models.BooleanField(default=False)

    is_waiting_for_release = False  # a question waits for nothing: only a filing can

    class Meta:
        ordering = ("line__family__order", "line__order", "pk")
        constraints = (
            models.UniqueConstraint(fields=("precheck", "line"), name="precheck_line_once"),
            models.CheckConstraint(
                condition=Q(class_told="") | Q(told__isnull=False), name="precheck_line_told_what"
            ),
        )

    def __str__(self) -> str:
        return f"{self.precheck_id} · {self.line_id}"


class StandingQuerySet(ScopedQuerySet):
    """Standings by scope."""

    def visible_to(self, actor):
        """Return what ``actor`` may see: dealers their company's, deciders those of partners at home in a scope."""
        if actor.sees_everything:
            return self
        if actor.is_dealer:
            if not actor.may("registrations.file"):
                return self.none()
            return self.filter(partner_id=actor.organisation_id)
        return self.filter(
            within_scopes(
                actor, "registrations.decide", territory="partner__account__territory__path", line=None
            )
        )


class Standing(models.Model):
    """How freely one partner's questions are answered; its row is the lock under which the budget is spent.

    ``score`` and ``reasons`` are what the last question brought (see ``probing``); questions before ``counted_from``
    count no more, because a person looked at them.
    """

    ref = models.CharField(max_length=20, unique=True, default=new_reference, editable=False)
    partner = models.OneToOneField(
        Partner, on_delete=models.CASCADE, related_name="precheck_standing", verbose_name=_("partner")
    )
    level = models.CharField(_("status"), max_length=8, choices=Level, default=Level.NORMAL)
    level_since = models.DateTimeField(_("since"), null=True)
    score = models.PositiveSmallIntegerField(_("signs of probing"), default=0)
    reasons = models.JSONField(default=list)
    scored_at = models.DateTimeField(null=True)
    counted_from = models.DateTimeField(null=True)

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = _("pre-checks of a partner")
        verbose_name_plural = _("pre-checks of partners")
        ordering = ("-score", "pk")

    def __str__(self) -> str:
        return f"{self.partner_id}: {self.level}"

    @property
    def territory(self) -> Territory | None:
        """Where the partner is at home: who decides there lifts a pause."""
        return self.partner.account.territory
