"""Registrations with their lines, the sequence of each product line, and claims.

"At most one approved registration on a scope" is enforced by the database on ``Claim``: an exclusion constraint
on PostgreSQL, triggers on SQLite, both installed after every migrate (``deal_registration.guards``).
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Least
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from djmoney.models.fields import MoneyField
from djmoney.models.validators import MinMoneyValidator

from core.access.scopes import ScopedQuerySet
from core.ui.references import new_reference
from crm.accounts.models import Account
from crm.catalog.models import ProductLine
from crm.opportunities.enums import OpportunityType
from crm.opportunities.models import Opportunity
from crm.projects.models import Project
from crm.territories.models import Territory
from crm.territories.scopes import covers_everything, limits_lines, within_scopes
from partners.models import Partner, Programme

from .enums import (
    WAITING_FOR_DECISION,
    ClaimKind,
    ClaimState,
    ExtensionState,
    LossReason,
    MatchVerdict,
    RejectionReason,
    RevocationReason,
    State,
)


class LineSequence(models.Model):
    """One row per product line: lock, gapless counter and clock in one."""

    line = models.OneToOneField(ProductLine, on_delete=models.PROTECT, primary_key=True, related_name="+")
    last_number = models.PositiveBigIntegerField(default=0)
    last_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.line_id}: {self.last_number}"


class RegistrationQuerySet(ScopedQuerySet):
    """Registrations by scope."""

    def visible_to(self, actor):
        """Return what ``actor`` may see.

        Dealers: their organisation's, drafts included, and the filed ones of sub-dealers they see. Staff: those whose
        territory and at least one line lie in a scope of theirs; never drafts.
        """
        if actor.sees_everything:
            return self
        if actor.is_dealer:
            if actor.organisation_ids <= {actor.organisation_id}:
                return self.filter(partner_id=actor.organisation_id)
            others = ~Q(partner_id=actor.organisation_id)
            return self.filter(partner_id__in=actor.organisation_ids | {actor.organisation_id}).exclude(
                others & Q(state=State.DRAFT)
            )
        if not actor.may("registrations.view"):
            return self.none()
        return self.exclude(state=State.DRAFT)._in_scopes(actor)

    def _in_scopes(self, actor):
        """Return those in the actor's staff scopes, asking as little of the database as the scopes allow.

        Every filed registration has a line: where no scope is limited to lines the territory alone decides, and
        where one covers everything nothing is asked.
        """
        if covers_everything(actor, "registrations.view"):
            return self
        if not limits_lines(actor, "registrations.view"):
            return self.filter(
                within_scopes(actor, "registrations.view", territory="territory__path", line=None)
            )
        inside = RegistrationLine.objects.filter(
            within_scopes(
                actor, "registrations.view", territory="registration__territory__path", line="line_id"
            )
        )
        return self.filter(pk__in=inside.values("registration_id"))

    def waiting_for_decision(self):
        """Return those of which a line waits for a person's decision."""
        waiting = RegistrationLine.objects.filter(state__in=WAITING_FOR_DECISION)
        return self.filter(
            pk__in=waiting.exclude(state=State.CONFLICT_HOLD, waits_for_release=True).values(
                "registration_id"
            )
        )


class Registration(models.Model):
    """A deal as its dealer typed it. Each product line is decided by itself (``RegistrationLine``)."""

    ref = models.CharField(_("reference"), max_length=20, unique=True, default=new_reference, editable=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="registrations", verbose_name=_("partner")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="registrations",
        verbose_name=_("filed by"),
    )
    state = models.CharField(_("status"), max_length=16, choices=State, default=State.DRAFT)
    own_reference = models.CharField(_("your own reference"), max_length=60, blank=True)

    customer_account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("known customer"),
    )
    customer_name = models.CharField(_("end customer"), max_length=300, blank=True)
    customer_registry_id = models.CharField(_("registry id"), max_length=40, blank=True)
    customer_country = models.CharField(_("country"), max_length=2, blank=True)
    customer_city = models.CharField(_("city"), max_length=120, blank=True)
    customer_address = models.CharField(_("address"), max_length=300, blank=True)
    customer_website = models.CharField(_("website or e-mail domain"), max_length=200, blank=True)
    customer_phone = models.CharField(_("phone"), max_length=40, blank=True)
    purchasing_name = models.CharField(_("purchasing customer"), max_length=300, blank=True)
    specifying_name = models.CharField(_("specifying party (designer)"), max_length=300, blank=True)

    project_name = models.CharField(_("project or site"), max_length=200, blank=True)
    tender_number = models.CharField(_("tender number"), max_length=80, blank=True)
    tender_published_on = models.DateField(_("tender published on"), null=True, blank=True)
    opportunity_type = models.CharField(
        _("type of business"), max_length=12, choices=OpportunityType, default=OpportunityType.NEW
    )
    territory = models.ForeignKey(
        Territory,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="registrations",
        verbose_name=_("territory of the site"),
    )
    value = MoneyField(
        _("expected value"),
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
        default_currency=settings.DEFAULT_CURRENCY,
        validators=[MinMoneyValidator(0)],
    )
    expected_close_on = models.DateField(_("expected close"), null=True, blank=True)
    description = models.TextField(_("what is needed"), max_length=4000, blank=True)

    # Resolved by screening; never shown to the dealer.
    customer = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="registrations"
    )
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, blank=True, related_name="registrations"
    )
    opportunity = models.ForeignKey(
        Opportunity, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )  # the one the partner was in when it filed: its terms count, whatever happens to the partner later
    last_activity_at = models.DateTimeField(_("last activity at"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)  # when its last live line ended
    review_started_at = models.DateTimeField(null=True, blank=True)
    review_due_at = models.DateTimeField(_("decision promised by"), null=True, blank=True)
    review_ceiling_at = models.DateTimeField(_("to be decided at the latest by"), null=True, blank=True)
    review_left_seconds = models.PositiveIntegerField(null=True, blank=True)
    review_noticed_percent = models.PositiveSmallIntegerField(default=0)
    extension_due_at = models.DateTimeField(null=True, blank=True)  # the earliest of an undecided extension
    # The nearer of the two promises, kept by the database, so that the queue is read off an index.
    due_at = models.GeneratedField(
        expression=Coalesce(Least("review_due_at", "extension_due_at"), "review_due_at", "extension_due_at"),
        output_field=models.DateTimeField(),
        db_persist=True,
        verbose_name=_("decision promised by"),
    )
    predecessor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="successors",
        verbose_name=_("follows"),
        help_text=_("The registration that this one replaces, or files again."),
    )
    value_won = MoneyField(
        _("value won"),
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
        default_currency=settings.DEFAULT_CURRENCY,
        validators=[MinMoneyValidator(0)],
    )

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ("-received_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(state="draft") | Q(received_at__isnull=False),
                name="registration_filed_has_a_time",
                violation_error_message=_("A filed registration has the time it was received."),
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | ~Q(customer_name="") & Q(territory__isnull=False),
                name="registration_filed_is_complete",
                violation_error_message=_("A filed registration names its customer and territory."),
            ),
        )
        indexes = (
            models.Index(fields=("partner", "-received_at", "-id"), name="registration_by_partner"),
            models.Index(fields=("-received_at", "-id"), name="registration_newest"),
            models.Index(
                fields=("review_due_at",),
                name="registration_review_due",
                condition=Q(review_due_at__isnull=False),
            ),
            models.Index(fields=("territory", "state"), name="registration_by_territory"),
            models.Index(
                fields=("partner", "received_at"),
                name="registration_open",
                condition=Q(
                    state__in=("screening", "in_review", "action_required", "conflict_hold", "approved")
                ),
            ),
            models.Index(
                fields=("partner", "closed_at"),
                name="registration_closed",
                condition=Q(state__in=("won", "lost", "expired")),
            ),
            models.Index(fields=("-value", "-id"), name="registration_by_value"),
            models.Index(fields=("partner", "-value", "-id"), name="registration_partner_by_value"),
            models.Index(fields=("state", "-received_at", "-id"), name="registration_by_state"),
            models.Index(
                fields=("partner", "state", "-received_at", "-id"), name="registration_partner_state"
            ),
            models.Index(fields=("customer_name", "-id"), name="registration_by_name"),
            models.Index(
                fields=("due_at", "received_at", "id"),
                name="registration_promised",
                condition=Q(due_at__isnull=False),
            ),
            models.Index(
                fields=("extension_due_at",),
                name="registration_extension_due",
                condition=Q(extension_due_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.customer_name or self.ref


class RegistrationLine(models.Model):
    """One product line of a registration: has its own place in the sequence, verdict, decision and protection."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(
        ProductLine,
        on_delete=models.PROTECT,
        related_name="registration_lines",
        verbose_name=_("product line"),
    )
    state = models.CharField(_("status"), max_length=16, choices=State, default=State.DRAFT)
    sequence_number = models.PositiveBigIntegerField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    screened_at = models.DateTimeField(null=True, blank=True)
    verdict = models.JSONField(null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=16, choices=RejectionReason, blank=True)
    reason_text = models.CharField(_("explanation"), max_length=600, blank=True)
    loss_reason = models.CharField(_("reason"), max_length=12, choices=LossReason, blank=True)
    revocation_reason = models.CharField(_("reason"), max_length=16, choices=RevocationReason, blank=True)
    order_number = models.CharField(_("order number"), max_length=80, blank=True)
    protected_until = models.DateTimeField(_("protected until"), null=True, blank=True)
    reminded_days = models.PositiveSmallIntegerField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    waits_for_release = models.BooleanField(
        default=False
    )  # on hold until another's protection ends (wait-list)

    class Meta:
        verbose_name = _("registration line")
        verbose_name_plural = _("registration lines")
        ordering = ("line__family__order", "line__order", "pk")
        constraints = (
            models.UniqueConstraint(fields=("registration", "line"), name="registration_line_once"),
            models.UniqueConstraint(
                fields=("line", "sequence_number"), name="line_sequence_gapless_place_once"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(sequence_number__isnull=False, received_at__isnull=False),
                name="registration_line_filed_has_a_place",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(protected_until__isnull=False),
                name="registration_line_approved_is_protected",
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(reason=""),
                name="registration_line_rejected_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="revoked") | ~Q(revocation_reason=""),
                name="registration_line_revoked_has_a_reason",
            ),
        )
        indexes = (
            models.Index(fields=("state", "line"), name="registration_line_by_state"),
            models.Index(
                fields=("line", "sequence_number"),
                name="registration_line_unscreened",
                condition=Q(state="screening"),
            ),
            models.Index(
                fields=("protected_until",), name="registration_line_protected", condition=Q(state="approved")
            ),
        )

    def __str__(self) -> str:
        return f"{self.registration_id} · {self.line_id}"

    @property
    def is_waiting_for_release(self) -> bool:
        """Whether it stands on the wait-list: on hold until another's protection ends."""
        return self.waits_for_release and self.state == State.CONFLICT_HOLD


class RegistrationContact(models.Model):
    """A person at the customer, as the dealer typed it."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(pgettext_lazy("person", "name"), max_length=120)
    job_title = models.CharField(_("job title"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name


class Claim(models.Model):
    """Partner × scope × kind × place in the line's sequence × window. The conflict check reads these.

    Scope: customer × project (None: the whole customer) × product line. The window is [starts_at, ends_at);
    a pending claim's is open-ended. A claim protects by its window; ``state`` follows.
    """

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="claims")
    customer = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="claims")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, related_name="claims")
    line = models.ForeignKey(ProductLine, on_delete=models.PROTECT, related_name="claims")
    kind = models.CharField(max_length=12, choices=ClaimKind)
    state = models.CharField(max_length=8, choices=ClaimState)
    sequence_number = models.PositiveBigIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    registration_line = models.OneToOneField(
        RegistrationLine, on_delete=models.PROTECT, null=True, related_name="claim"
    )
    won_at = models.DateTimeField(null=True, help_text="When the deal was won; remembered by R10.")

    class Meta:
        ordering = ("line", "sequence_number")
        constraints = (
            models.CheckConstraint(
                condition=Q(state="pending") | Q(ends_at__isnull=False), name="claim_decided_has_an_end"
            ),
            models.CheckConstraint(
                condition=~Q(kind="registration") | Q(registration_line__isnull=False),
                name="claim_of_registration_names_its_line",
            ),
        )
        indexes = (
            models.Index(fields=("customer", "line", "state"), name="claim_by_scope"),
            models.Index(fields=("line", "ends_at"), name="claim_lapsing", condition=Q(state="approved")),
        )

    def __str__(self) -> str:
        return f"{self.partner_id} {self.customer_id}/{self.project_id}/{self.line_id} {self.state}"


class MatchDecision(models.Model):
    """A person said of a doubtful customer, or project, that it is the same or another."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="match_decisions")
    customer = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(max_length=8, choices=MatchVerdict)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(customer__isnull=False, project__isnull=True)
                | Q(customer__isnull=True, project__isnull=False),
                name="match_decision_about_one_thing",
            ),
            models.UniqueConstraint(
                fields=("registration", "customer"),
                name="match_decision_customer_once",
                condition=Q(customer__isnull=False),
            ),
            models.UniqueConstraint(
                fields=("registration", "project"),
                name="match_decision_project_once",
                condition=Q(project__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.registration_id}: {self.verdict}"


class InformationRequest(models.Model):
    """A reviewer asked the dealer to mend named fields by a time."""

    registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, related_name="information_requests"
    )
    fields = models.JSONField(_("fields to mend"))
    message = models.TextField(_("what is needed"), max_length=2000)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("registration",),
                condition=Q(answered_at__isnull=True),
                name="one_open_information_request",
            ),
        )
        indexes = (
            models.Index(
                fields=("due_at",), name="information_request_due", condition=Q(answered_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.registration_id}: {self.fields}"


class ExtensionRequest(models.Model):
    """A dealer asked for more time on one protected line.

    While it is ``asked`` the line and its claim already run to ``ends_after``, so that nobody else gets the scope
    meanwhile; declined, they go back to ``ends_before``, or to the present where that is over.
    """

    registration_line = models.ForeignKey(
        RegistrationLine, on_delete=models.CASCADE, related_name="extensions"
    )
    state = models.CharField(_("status"), max_length=8, choices=ExtensionState, default=ExtensionState.ASKED)
    ends_before = models.DateTimeField()
    ends_after = models.DateTimeField()
    note = models.CharField(_("what happened lately"), max_length=600, blank=True)
    last_activity_at = models.DateTimeField(_("last activity at"), null=True, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    due_at = models.DateTimeField(_("decision promised by"))
    noticed_percent = models.PositiveSmallIntegerField(default=0)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=600, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("registration_line",),
                condition=Q(state="asked"),
                name="one_undecided_extension_per_line",
            ),
            models.CheckConstraint(
                condition=Q(state="asked") | Q(decided_at__isnull=False), name="extension_decided_has_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ends_after__gt=models.F("ends_before")), name="extension_makes_it_longer"
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(reason=""), name="extension_declined_has_a_reason"
            ),
        )
        indexes = (models.Index(fields=("due_at",), name="extension_due", condition=Q(state="asked")),)

    def __str__(self) -> str:
        return f"{self.registration_line_id}: {self.state}"


class InternalNote(models.Model):
    """A note of the staff on a registration; never shown to the dealer."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="internal_notes")
    text = models.TextField(_("note"), max_length=4000)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.text[:60]
