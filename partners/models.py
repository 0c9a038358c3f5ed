"""Programmes and their versions, partner organisations, membership, authorisations, agreements, tiers."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access.models import Role
from core.access.scopes import PublicQuerySet, ScopedQuerySet
from core.calendars.models import BusinessCalendar
from core.ui.references import new_reference
from crm.accounts.models import Account
from crm.catalog.models import Named, ProductLine
from crm.territories.models import Territory
from crm.territories.scopes import within_scopes

from .enums import Exclusivity, PartnerState, PartnerType


class EffectiveQuerySet(ScopedQuerySet):
    """Rows valid from an instant until another (None: open)."""

    def in_force(self, at):
        """Return the rows in force at the instant ``at``."""
        return self.filter(Q(valid_from__lte=at), Q(valid_until__isnull=True) | Q(valid_until__gt=at))


def ends_after_it_begins(name: str) -> models.CheckConstraint:
    """Return the constraint that an effective-dated row ends after it begins."""
    return models.CheckConstraint(
        condition=Q(valid_until__isnull=True) | Q(valid_until__gt=models.F("valid_from")),
        name=name,
        violation_error_message=_("The end must be later than the beginning."),
    )


class Programme(Named):
    """A partner programme. A partner is in one at a time."""

    code = models.SlugField(_("code"), max_length=40, unique=True)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ("code",)


class ProgrammeVersion(models.Model):
    """The settings of a programme from a day on. ``settings`` holds ``partners.terms.ProgrammeTerms``."""

    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="versions", verbose_name=_("programme")
    )
    number = models.PositiveIntegerField(_("version"))
    valid_from = models.DateTimeField(_("in force from"))
    settings = models.JSONField(_("settings"), default=dict)
    note = models.CharField(_("what changed"), max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme version")
        verbose_name_plural = _("programme versions")
        ordering = ("programme", "-number")
        constraints = (
            models.UniqueConstraint(fields=("programme", "number"), name="programme_version_number_once"),
            models.UniqueConstraint(fields=("programme", "valid_from"), name="programme_version_start_once"),
        )

    def __str__(self) -> str:
        return f"{self.programme} v{self.number}"


class Tier(Named):
    """A tier of a programme, with the benefits other apps read (``partners.terms.Benefits``)."""

    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="tiers", verbose_name=_("programme")
    )
    code = models.SlugField(_("code"), max_length=40)
    rank = models.PositiveSmallIntegerField(_("rank"), help_text=_("A higher rank is a better tier."))
    benefits = models.JSONField(_("benefits"), default=dict, blank=True)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ("programme", "rank")
        constraints = (models.UniqueConstraint(fields=("programme", "code"), name="tier_code_once"),)


class TierBenefits(models.Model):
    """What a tier gave from an instant on; rows begin with the first change, which keeps what was given before.

    A registration is judged by the benefits in force when it was received, whatever the tier gives since.
    """

    tier = models.ForeignKey(Tier, on_delete=models.CASCADE, related_name="benefit_versions")
    valid_from = models.DateTimeField()
    benefits = models.JSONField(default=dict)

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ("tier", "-valid_from")
        constraints = (
            models.UniqueConstraint(fields=("tier", "valid_from"), name="tier_benefits_start_once"),
        )

    def __str__(self) -> str:
        return f"{self.tier_id}: {self.valid_from}"


class PartnerQuerySet(ScopedQuerySet):
    """Partner organisations by scope."""

    def visible_to(self, actor):
        """Return the partners ``actor`` may see: dealers their own tree, channel managers their territories."""
        if actor.sees_everything:
            return self
        if actor.is_dealer:
            return self.filter(pk__in=actor.organisation_ids)
        if not actor.may("partners.view"):
            return self.none()
        inside = Authorisation.objects.filter(
            within_scopes(actor, "partners.view", territory="territory__path", line="line_id")
        )
        home = within_scopes(actor, "partners.view", territory="account__territory__path", line=None)
        return self.filter(Q(pk__in=inside.values("partner_id")) | home)


class Partner(models.Model):
    """A partner organisation: a CRM account of kind partner, extended one to one. Its id is the account's."""

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, primary_key=True, related_name="partner", verbose_name=_("account")
    )
    ref = models.CharField(max_length=20, unique=True, default=new_reference, editable=False)
    type = models.CharField(_("type"), max_length=12, choices=PartnerType, default=PartnerType.DEALER)
    state = models.CharField(_("state"), max_length=12, choices=PartnerState, default=PartnerState.ACTIVE)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sub_partners",
        verbose_name=_("distributor above"),
    )
    path = models.CharField(max_length=200, db_index=True, editable=False, default="")
    shares_with_parent = models.BooleanField(_("the distributor above sees its business"), default=True)
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="partners", verbose_name=_("programme")
    )
    calendar = models.ForeignKey(
        BusinessCalendar,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("business calendar"),
    )
    created_at = models.DateTimeField(_("partner since"), default=timezone.now)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ("account__name",)

    def __str__(self) -> str:
        return self.account.name

    def get_absolute_url(self) -> str:
        """Return the address of the partner's page."""
        return reverse("partners:partner_detail", args=(self.ref,))


class OwnedByPartnerQuerySet(EffectiveQuerySet):
    """Rows of a partner: whoever sees the partner sees them."""

    def visible_to(self, actor):
        """Return the rows of partners visible to ``actor``."""
        if actor.sees_everything:
            return self
        if actor.is_dealer:
            return self.filter(partner_id__in=actor.organisation_ids)
        return self.filter(partner__in=Partner.objects.visible_to(actor))


class Membership(models.Model):
    """A person works for a partner in a role."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("partner")
    )
    role = models.ForeignKey(
        Role,
        on_delete=models.PROTECT,
        related_name="memberships",
        verbose_name=_("role"),
        limit_choices_to={"side": "partner"},
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = OwnedByPartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ("partner", "user")
        constraints = (
            models.UniqueConstraint(fields=("user", "partner"), name="membership_once_per_partner"),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.partner}"


class PartnerTier(models.Model):
    """The tier a partner holds for a time."""

    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="tiers", verbose_name=_("partner")
    )
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="holders", verbose_name=_("tier"))
    valid_from = models.DateTimeField(_("from"))
    valid_until = models.DateTimeField(_("until"), null=True, blank=True)

    objects = OwnedByPartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("tier held")
        verbose_name_plural = _("tiers held")
        ordering = ("partner", "-valid_from")
        constraints = (
            ends_after_it_begins("partner_tier_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=("partner",), condition=Q(valid_until__isnull=True), name="one_open_tier_per_partner"
            ),
        )

    def __str__(self) -> str:
        return f"{self.partner}: {self.tier}"


class Authorisation(models.Model):
    """A partner may sell a product line in a territory (all below it included) for a time."""

    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="authorisations", verbose_name=_("partner")
    )
    line = models.ForeignKey(
        ProductLine, on_delete=models.PROTECT, related_name="authorisations", verbose_name=_("product line")
    )
    territory = models.ForeignKey(
        Territory, on_delete=models.PROTECT, related_name="authorisations", verbose_name=_("territory")
    )
    exclusivity = models.CharField(
        _("exclusivity"), max_length=10, choices=Exclusivity, default=Exclusivity.OPEN
    )
    valid_from = models.DateTimeField(_("from"))
    valid_until = models.DateTimeField(_("until"), null=True, blank=True)

    objects = OwnedByPartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("authorisation")
        verbose_name_plural = _("authorisations")
        ordering = ("partner", "line", "territory")
        constraints = (ends_after_it_begins("authorisation_ends_after_it_begins"),)
        indexes = (models.Index(fields=("line", "territory"), name="authorisation_by_place"),)

    def __str__(self) -> str:
        return f"{self.partner}: {self.line} · {self.territory}"


class AgreementTemplate(models.Model):
    """The text of one version of an agreement for one partner type in one language."""

    type = models.CharField(_("partner type"), max_length=12, choices=PartnerType)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    version = models.PositiveIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"))
    created_at = models.DateTimeField(default=timezone.now)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement template")
        verbose_name_plural = _("agreement templates")
        ordering = ("type", "language", "-version")
        constraints = (
            models.UniqueConstraint(fields=("type", "language", "version"), name="agreement_template_once"),
        )

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"


class Agreement(models.Model):
    """An agreement a partner accepted, in force for a time. None in force: no registrations."""

    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="agreements", verbose_name=_("partner")
    )
    template = models.ForeignKey(
        AgreementTemplate, on_delete=models.PROTECT, related_name="agreements", verbose_name=_("agreement")
    )
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("accepted by"),
    )
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    accepted_from = models.GenericIPAddressField(_("accepted from"), null=True, blank=True)
    valid_from = models.DateTimeField(_("from"))
    valid_until = models.DateTimeField(_("until"), null=True, blank=True)

    objects = OwnedByPartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ("partner", "-valid_from")
        constraints = (ends_after_it_begins("agreement_ends_after_it_begins"),)

    def __str__(self) -> str:
        return f"{self.partner}: {self.template}"


class Certificate(models.Model):
    """A certificate a partner holds; a programme may require one for a product line."""

    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="certificates", verbose_name=_("partner")
    )
    code = models.SlugField(_("certificate"), max_length=60)
    valid_from = models.DateTimeField(_("from"))
    valid_until = models.DateTimeField(_("until"), null=True, blank=True)

    objects = OwnedByPartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ("partner", "code")
        constraints = (ends_after_it_begins("certificate_ends_after_it_begins"),)

    def __str__(self) -> str:
        return f"{self.partner}: {self.code}"
