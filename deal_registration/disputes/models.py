"""Disputes with their parties, contested lines, statements, deciders and rulings; precedents; proposed changes.

Each party sees itself and its own side; what the others said reaches it only through a ruling's words.
"""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from core.access.scopes import ScopedQuerySet
from core.ui.references import new_reference
from crm.catalog.models import ProductLine
from crm.territories.models import Territory
from crm.territories.scopes import within_scopes
from deal_registration.models import Claim, Registration, RegistrationLine
from partners.models import Partner, Programme

from .enums import OVER, DisputeState, Outcome, ProposalState, Remedy

PERSON = settings.AUTH_USER_MODEL


class DisputeQuerySet(ScopedQuerySet):
    """Disputes by scope."""

    def visible_to(self, actor):
        """Return the disputes ``actor`` may see.

        Dealers: those their organisation (or a sub-dealer they see) is a party of. Staff: those of their territories
        and product lines, and those they were named a decider of.
        """
        if actor.sees_everything:
            return self
        if actor.is_dealer:
            parties = DisputeParty.objects.filter(partner_id__in=actor.organisation_ids)
            return self.filter(pk__in=parties.values("dispute_id"))
        if not actor.may("registrations.view"):
            return self.none()
        inside = ContestedLine.objects.filter(
            within_scopes(
                actor,
                "registrations.view",
                territory="party__dispute__territory__path",
                line="registration_line__line_id",
            )
        )
        named = Decider.objects.filter(user_id=actor.user_id)
        return self.filter(
            Q(pk__in=inside.values("party__dispute_id")) | Q(pk__in=named.values("dispute_id"))
        )

    def running(self):
        """Return those that are not over."""
        return self.exclude(state__in=OVER)

    def waiting_for(self, user_id: int | None):
        """Return those that ``user_id`` is to rule on now."""
        named = Decider.objects.filter(user_id=user_id, rung=OuterRef("rung"), dispute=OuterRef("pk"))
        return self.filter(
            Exists(named), state__in=(DisputeState.DELIBERATION, DisputeState.APPEALED), rung__isnull=False
        )


class Dispute(models.Model):
    """A partner disputes a decision on lines of a registration of theirs.

    ``rung`` None: nobody decides yet, or nobody is left who may; the ladder is then tried again.
    """

    ref = models.CharField(_("reference"), max_length=20, unique=True, default=new_reference, editable=False)
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="disputes")
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    territory = models.ForeignKey(
        Territory, on_delete=models.PROTECT, related_name="+", verbose_name=_("territory")
    )
    state = models.CharField(_("status"), max_length=14, choices=DisputeState, default=DisputeState.OPENED)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    statements_due_at = models.DateTimeField(_("statements until"), null=True)
    phase_began_at = models.DateTimeField(null=True)
    reminded = models.BooleanField(default=False)
    rung = models.PositiveSmallIntegerField(null=True)
    rung_due_at = models.DateTimeField(_("ruling until"), null=True)
    is_overdue = models.BooleanField(default=False)
    ruled_at = models.DateTimeField(_("ruled"), null=True)
    appeal_until = models.DateTimeField(_("appeal until"), null=True)
    closed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ("-opened_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=~Q(state__in=("ruled", "appealed")) | Q(ruled_at__isnull=False),
                name="dispute_ruled_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("closed", "withdrawn")) | Q(closed_at__isnull=False),
                name="dispute_over_has_a_time",
            ),
        )
        indexes = (
            models.Index(fields=("state", "statements_due_at"), name="dispute_by_state"),
            models.Index(fields=("-opened_at", "-id"), name="dispute_newest"),
        )

    def __str__(self) -> str:
        return self.ref


class DisputeParty(models.Model):
    """A partner organisation concerned, with the registration it stands there for."""

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="parties")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="+")
    is_opener = models.BooleanField(default=False)
    joined_at = models.DateTimeField()
    said_all_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    appealed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("dispute", "partner"), name="dispute_party_once"),
            models.UniqueConstraint(
                fields=("dispute",), condition=Q(is_opener=True), name="dispute_one_opener"
            ),
            models.UniqueConstraint(
                fields=("dispute",), condition=Q(appealed_at__isnull=False), name="dispute_one_appeal"
            ),
        )
        indexes = (models.Index(fields=("partner", "dispute"), name="dispute_party_by_partner"),)

    def __str__(self) -> str:
        return f"{self.dispute_id}: {self.partner_id}"


class ContestedLine(models.Model):
    """A registration line that the dispute is about.

    ``is_subject``: the decision on it is what is disputed (of the opener); else a claim that stood in its way.
    ``prolonged_by``: how much later its protection ends while the dispute lasts, to be taken back afterwards.
    """

    party = models.ForeignKey(DisputeParty, on_delete=models.CASCADE, related_name="lines")
    registration_line = models.ForeignKey(RegistrationLine, on_delete=models.PROTECT, related_name="+")
    is_subject = models.BooleanField(default=False)
    is_void = models.BooleanField(
        default=False, help_text="The dispute was withdrawn: it may be opened anew."
    )
    prolonged_by = models.DurationField(null=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("party", "registration_line"), name="contested_line_once"),
            models.UniqueConstraint(
                fields=("registration_line",),
                condition=Q(is_subject=True, is_void=False),
                name="decision_disputed_once",
                violation_error_message=_("This decision was disputed already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.party_id}: {self.registration_line_id}"


class StatementQuerySet(ScopedQuerySet):
    """Statements: a party sees its own; staff those of disputes they see."""

    def visible_to(self, actor):
        """Return the statements ``actor`` may read; files follow them.

        Whoever is a party sees no other party's, not even that of a sub-dealer.
        """
        if actor.sees_everything:
            return self
        if actor.is_dealer:
            own_party = DisputeParty.objects.filter(
                dispute_id=OuterRef("party__dispute_id"), partner_id=actor.organisation_id
            )
            return self.filter(
                Q(party__partner_id=actor.organisation_id)
                | Q(party__partner_id__in=actor.organisation_ids) & ~Exists(own_party)
            )
        return self.filter(party__dispute__in=Dispute.objects.visible_to(actor))


class Statement(models.Model):
    """What one party says; its evidence are the files that hang on it."""

    party = models.ForeignKey(DisputeParty, on_delete=models.CASCADE, related_name="statements")
    text = models.TextField(_("statement"), max_length=6000)
    is_appeal = models.BooleanField(default=False)
    written_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.text[:60]


class Decider(models.Model):
    """Somebody named to decide on one rung of the ladder."""

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="deciders")
    user = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    rung = models.PositiveSmallIntegerField()
    named_at = models.DateTimeField()

    class Meta:
        ordering = ("rung", "pk")
        constraints = (
            models.UniqueConstraint(fields=("dispute", "rung", "user"), name="decider_once_on_a_rung"),
        )
        indexes = (models.Index(fields=("user", "dispute"), name="decider_by_user"),)

    def __str__(self) -> str:
        return f"{self.dispute_id}: {self.user_id} ({self.rung})"


class Ruling(models.Model):
    """What was decided, first (1) or on appeal (2). ``text`` is read by every party."""

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="rulings")
    number = models.PositiveSmallIntegerField()
    rung = models.PositiveSmallIntegerField()
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    overturns = models.BooleanField(_("overturns the decision"), default=False)
    text = models.TextField(_("reasons"), max_length=6000)
    rule_text = models.CharField(_("the rule it turns on"), max_length=300, blank=True)
    remedy = models.CharField(_("remedy"), max_length=10, choices=Remedy, default=Remedy.NONE)
    remedy_text = models.CharField(_("what exactly"), max_length=600, blank=True)
    decided_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("ruled"))

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("dispute", "number"), name="ruling_number_once"),
            models.CheckConstraint(condition=Q(number__in=(1, 2)), name="ruling_and_one_appeal"),
        )

    def __str__(self) -> str:
        return f"{self.dispute_id}: {self.outcome}"


class RulingCode(models.Model):
    """A code of the conflict check that a ruling turns on."""

    ruling = models.ForeignKey(Ruling, on_delete=models.CASCADE, related_name="codes")
    code = models.CharField(max_length=4)

    class Meta:
        ordering = ("code",)
        constraints = (models.UniqueConstraint(fields=("ruling", "code"), name="ruling_code_once"),)
        indexes = (models.Index(fields=("code", "ruling"), name="ruling_by_code"),)

    def __str__(self) -> str:
        return self.code


class Award(models.Model):
    """After the ruling, a party holds a product line."""

    ruling = models.ForeignKey(Ruling, on_delete=models.CASCADE, related_name="awards")
    line = models.ForeignKey(ProductLine, on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey(DisputeParty, on_delete=models.CASCADE, related_name="awards")

    class Meta:
        ordering = ("line__order", "pk")
        constraints = (models.UniqueConstraint(fields=("ruling", "line", "party"), name="award_once"),)

    def __str__(self) -> str:
        return f"{self.line_id} → {self.party_id}"


class ClaimShare(models.Model):
    """A party's share, in per cent, of the one claim that holds a shared scope."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="shares")
    ruling = models.ForeignKey(Ruling, on_delete=models.CASCADE, related_name="shares")
    party = models.ForeignKey(DisputeParty, on_delete=models.CASCADE, related_name="shares")
    percent = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        ordering = ("-percent", "pk")
        constraints = (
            models.UniqueConstraint(fields=("ruling", "claim", "party"), name="claim_share_once"),
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=Decimal(100)), name="claim_share_is_a_part"
            ),
        )

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.percent} %"


class PrecedentQuerySet(ScopedQuerySet):
    """Precedents: anonymised, for everybody who works with registrations."""

    def visible_to(self, actor):
        """Return the precedents for whoever sees registrations at all."""
        return self if actor.sees_everything or actor.may("registrations.view") else self.none()

    def in_force(self):
        """Return those that no appeal has overturned."""
        return self.filter(is_current=True)


class Precedent(models.Model):
    """A ruling told without names, for others to learn from and later verdicts to cite."""

    ref = models.CharField(_("reference"), max_length=20, unique=True, default=new_reference, editable=False)
    ruling = models.OneToOneField(Ruling, on_delete=models.PROTECT, related_name="precedent")
    title = models.CharField(_("title"), max_length=160)
    summary = models.TextField(_("summary"), max_length=6000)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    overturns = models.BooleanField(_("overturned the decision"), default=False)
    lines = models.ManyToManyField(ProductLine, related_name="+", verbose_name=_("product lines"))
    is_current = models.BooleanField(default=True)
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    objects = PrecedentQuerySet.as_manager()

    class Meta:
        verbose_name = _("precedent")
        verbose_name_plural = _("precedents")
        ordering = ("-published_at", "-pk")
        indexes = (models.Index(fields=("is_current", "-published_at"), name="precedent_newest"),)

    def __str__(self) -> str:
        return self.title


class RuleProposalQuerySet(ScopedQuerySet):
    """Proposals: for administrators, and for those who decide everywhere."""

    def visible_to(self, actor):
        """Return the proposals for who keeps the settings or heads the channel."""
        return self if actor.sees_everything or heads_the_channel(actor) else self.none()


def heads_the_channel(actor) -> bool:
    """Tell whether ``actor`` keeps the settings, or decides on registrations everywhere on all lines."""
    return not actor.is_dealer and (
        actor.may("settings.manage")
        or any(
            "registrations.decide" in scope.permissions
            and not scope.territory_path
            and scope.line_ids is None
            for scope in actor.scopes
        )
    )


class RuleProposal(models.Model):
    """Rulings overturn one code so often that its rule should be looked at."""

    ref = models.CharField(_("reference"), max_length=20, unique=True, default=new_reference, editable=False)
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="+", verbose_name=_("programme")
    )
    code = models.CharField(_("rule"), max_length=4)
    state = models.CharField(_("status"), max_length=10, choices=ProposalState, default=ProposalState.OPEN)
    overturned = models.PositiveIntegerField(_("overturned"))
    considered = models.PositiveIntegerField(_("rulings looked at"))
    rulings = models.ManyToManyField(Ruling, related_name="+")
    opened_at = models.DateTimeField(_("proposed"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("what was decided"), max_length=600, blank=True)

    objects = RuleProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed change of a rule")
        verbose_name_plural = _("proposed changes of rules")
        ordering = ("-opened_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("programme", "code"), condition=Q(state="open"), name="one_open_proposal_per_code"
            ),
        )

    def __str__(self) -> str:
        return f"{self.programme_id}: {self.code}"
