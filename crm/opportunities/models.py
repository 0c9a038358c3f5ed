"""Opportunities: what may be sold to whom by when."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from djmoney.models.fields import MoneyField

from core.access.scopes import PublicQuerySet, ScopedQuerySet
from core.ui.references import new_reference
from crm.accounts.models import Account
from crm.catalog.models import Named, ProductLine
from crm.projects.models import Project
from crm.territories.models import Territory
from crm.territories.scopes import within_scopes

from .enums import OpportunityState, OpportunityType


class Stage(Named):
    """A step of the funnel, for open opportunities."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    order = models.PositiveSmallIntegerField(_("order"))
    probability = models.PositiveSmallIntegerField(_("probability in %"))
    is_active = models.BooleanField(_("in use"), default=True)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ("order",)


class OpportunityQuerySet(ScopedQuerySet):
    """Opportunities by scope."""

    def visible_to(self, actor):
        """Return the opportunities ``actor`` may see: staff by territory and line, dealers their own."""
        if actor.sees_everything:
            return self
        if actor.is_dealer:
            return self.filter(partner_account_id__in=actor.organisation_ids)
        if not actor.may("opportunities.view"):
            return self.none()
        inside = self.model.objects.filter(
            within_scopes(actor, "opportunities.view", territory="territory__path", line="lines__line_id")
        )
        return self.filter(
            Q(pk__in=inside.values("pk"))
            | Q(owner_id=actor.user_id)
            | Q(
                pk__in=OpportunityShare.objects.filter(
                    user_id=actor.user_id, ends_on__gte=timezone.localdate()
                ).values("opportunity_id")
            )
        )

    def open(self):
        """Return those neither won nor lost."""
        return self.filter(state=OpportunityState.OPEN)

    def direct(self):
        """Return the manufacturer's own, without a partner."""
        return self.filter(partner_account__isnull=True)


class Opportunity(models.Model):
    """A chance to sell. One that came by a partner carries that partner's account and the end of protection."""

    ref = models.CharField(max_length=20, unique=True, default=new_reference, editable=False)
    name = models.CharField(_("name"), max_length=200)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="opportunities", verbose_name=_("account")
    )
    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name=_("project"),
    )
    type = models.CharField(_("type"), max_length=12, choices=OpportunityType, default=OpportunityType.NEW)
    state = models.CharField(
        _("state"), max_length=8, choices=OpportunityState, default=OpportunityState.OPEN
    )
    stage = models.ForeignKey(
        Stage, on_delete=models.PROTECT, related_name="opportunities", verbose_name=_("stage")
    )
    value = MoneyField(
        _("value"), max_digits=16, decimal_places=2, default_currency=settings.DEFAULT_CURRENCY
    )
    expected_close_on = models.DateField(_("expected close"), null=True, blank=True)
    territory = models.ForeignKey(
        Territory, on_delete=models.PROTECT, related_name="opportunities", verbose_name=_("territory")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name=_("owner"),
    )
    partner_account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="partner_opportunities",
        verbose_name=_("partner"),
    )
    protection_ends_at = models.DateTimeField(_("protected until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    last_activity_at = models.DateTimeField(_("last activity at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    close_reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | ~Q(state="open") & Q(closed_at__isnull=False),
                name="opportunity_closed_has_a_time",
            ),
        )
        indexes = (
            models.Index(fields=("account", "state"), name="opportunity_by_account"),
            models.Index(fields=("territory", "state"), name="opportunity_by_territory"),
            models.Index(fields=("-created_at", "-id"), name="opportunity_newest"),
            models.Index(fields=("source",), name="opportunity_by_source"),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the opportunity's page."""
        return reverse("opportunities:opportunity_detail", args=[self.ref])


class OpportunityLine(models.Model):
    """A product line that an opportunity is about."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(
        ProductLine, on_delete=models.PROTECT, related_name="+", verbose_name=_("product line")
    )

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("opportunity", "line"), name="opportunity_line_once"),)

    def __str__(self) -> str:
        return str(self.line)


class OpportunityShare(models.Model):
    """One opportunity shared with one user until a day."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="shares")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    can_write = models.BooleanField(_("may edit"), default=False)
    ends_on = models.DateField(_("ends on"))
    shared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("opportunity", "user"), name="opportunity_share_once"),
        )

    def __str__(self) -> str:
        return f"{self.opportunity} → {self.user}"
