"""Organisations in one table with a lifecycle, their identifiers, contacts and house listings."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.access.scopes import ScopedQuerySet
from core.ui.references import new_reference
from crm.territories.models import Territory
from crm.territories.scopes import within_scopes


class Lifecycle(models.TextChoices):
    """How far an organisation is known. Claims point to the same row throughout."""

    PROSPECT = "prospect", _("Prospect")
    ACCOUNT = "account", pgettext_lazy("lifecycle", "Account")
    MERGED = "merged", _("Merged")


class Kind(models.TextChoices):
    """What the manufacturer has to do with an organisation."""

    CUSTOMER = "customer", _("Customer")
    PARTNER = "partner", _("Partner")


class AccountQuerySet(ScopedQuerySet):
    """Accounts by scope. Prospects are in no list or typeahead: only the matching engine reads them."""

    def known(self):
        """Return accounts proper, without prospects and merged ones."""
        return self.filter(lifecycle=Lifecycle.ACCOUNT)

    def visible_to(self, actor):
        """Return the accounts ``actor`` may see.

        Staff who work with accounts see those of their territories and those they own; a dealer sees their own
        organisation and the customers of their own opportunities.
        """
        if actor.sees_everything:
            return self
        accounts = self.known()
        if actor.is_dealer:
            opportunities = self.model._meta.get_field("opportunities").related_model.objects
            dealt_with = opportunities.filter(partner_account_id__in=actor.organisation_ids)
            return accounts.filter(
                Q(pk__in=actor.organisation_ids) | Q(pk__in=dealt_with.order_by().values("account_id"))
            )
        if not actor.may("accounts.view"):
            return self.none()
        shared = AccountShare.objects.filter(user_id=actor.user_id, ends_on__gte=timezone.localdate())
        return accounts.filter(
            within_scopes(actor, "accounts.view", territory="territory__path", line=None)
            | Q(owner_id=actor.user_id)
            | Q(pk__in=shared.values("account_id"))
        )

    def comparable_by(self, actor):
        """Return what ``actor`` may compare and merge: visible accounts, and prospects where they read registrations.

        A prospect is what a dealer typed; outside the searches for duplicates it is shown in no list.
        """
        if actor.sees_everything:
            return self.exclude(lifecycle=Lifecycle.MERGED)
        if actor.is_dealer or not actor.may("accounts.merge"):
            return self.none()
        prospects = Q(lifecycle=Lifecycle.PROSPECT) & within_scopes(
            actor, "registrations.view", territory="territory__path", line=None
        )
        return self.filter(Q(pk__in=self.model.objects.visible_to(actor).values("pk")) | prospects)


class Account(models.Model):
    """An organisation: prospect, customer or partner."""

    ref = models.CharField(max_length=20, unique=True, default=new_reference, editable=False)
    lifecycle = models.CharField(max_length=10, choices=Lifecycle, default=Lifecycle.ACCOUNT)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CUSTOMER)
    number = models.CharField(_("customer number"), max_length=40, unique=True, null=True, blank=True)
    name = models.CharField(_("name"), max_length=300)
    other_name = models.CharField(_("name in another language"), max_length=300, blank=True)
    registry_id = models.CharField(
        _("registry id"), max_length=40, blank=True, help_text=_("统一社会信用代码, 統一編號, VAT or DUNS")
    )
    website = models.CharField(_("website"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    industry = models.CharField(_("industry"), max_length=120, blank=True)
    territory = models.ForeignKey(
        Territory,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="accounts",
        verbose_name=_("territory"),
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent company"),
    )
    group_root = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="group_members",
        verbose_name=pgettext_lazy("companies", "group"),
    )
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged_accounts",
        verbose_name=_("merged into"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="accounts",
        verbose_name=_("owner"),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    last_activity_at = models.DateTimeField(_("last activity at"), null=True, blank=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ("name", "pk")
        indexes = (
            models.Index(fields=("lifecycle", "name"), name="account_by_name"),
            models.Index(fields=("territory", "lifecycle"), name="account_by_territory"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(lifecycle="merged", merged_into__isnull=False)
                | ~Q(lifecycle="merged") & Q(merged_into__isnull=True),
                name="account_merged_names_its_survivor",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=models.F("id")),
                name="account_not_merged_into_itself",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the account's page."""
        return reverse("accounts:account_detail", args=[self.ref])


class AccountShare(models.Model):
    """One account shared with one user until a day."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="shares")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    can_write = models.BooleanField(_("may edit"), default=False)
    ends_on = models.DateField(_("ends on"))
    shared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "user"), name="account_share_once"),)

    def __str__(self) -> str:
        return f"{self.account} → {self.user}"


class ContactQuerySet(ScopedQuerySet):
    """Contacts: whoever sees the account sees its contacts; of customers, staff only."""

    def visible_to(self, actor):
        """Return the contacts ``actor`` may see."""
        if actor.sees_everything:
            return self
        if actor.is_dealer:
            return self.filter(account_id__in=actor.organisation_ids)
        return self.filter(account__in=Account.objects.visible_to(actor))


class Contact(models.Model):
    """A person at an organisation."""

    ref = models.CharField(max_length=20, unique=True, default=new_reference, editable=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="contacts", verbose_name=_("account")
    )
    name = models.CharField(pgettext_lazy("person", "name"), max_length=120)
    job_title = models.CharField(_("job title"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class HouseListingQuerySet(ScopedQuerySet):
    """House listings: kept by those who keep settings, read by staff who decide."""

    def visible_to(self, actor):
        """Return the listings ``actor`` may see: never a dealer."""
        if actor.sees_everything or actor.may("settings.manage") or actor.may("registrations.decide"):
            return self
        return self.none()

    def in_force(self, at):
        """Return the listings in force at the instant ``at``."""
        return self.filter(Q(valid_from__lte=at), Q(valid_until__isnull=True) | Q(valid_until__gt=at))


class HouseListing(models.Model):
    """The manufacturer serves this customer itself, for a time, alone or with its whole group."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="house_listings", verbose_name=_("account")
    )
    whole_group = models.BooleanField(_("the whole group"), default=False)
    valid_from = models.DateTimeField(_("from"))
    valid_until = models.DateTimeField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = HouseListingQuerySet.as_manager()

    class Meta:
        verbose_name = _("house account")
        verbose_name_plural = _("house accounts")
        ordering = ("account__name", "valid_from")
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=models.F("valid_from")),
                name="house_listing_ends_after_it_begins",
                violation_error_message=_("The end must be later than the beginning."),
            ),
        )

    def __str__(self) -> str:
        return str(self.account)
