"""Projects, sites and tenders of a customer."""

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access.scopes import ScopedQuerySet
from core.ui.references import new_reference
from crm.accounts.models import Account
from crm.territories.models import Territory


class ProjectQuerySet(ScopedQuerySet):
    """Projects: staff who see the account; dealers only through an opportunity of their own."""

    def visible_to(self, actor):
        """Return the projects ``actor`` may see."""
        if actor.sees_everything:
            return self
        if actor.is_dealer:
            return self.filter(opportunities__partner_account_id__in=actor.organisation_ids).distinct()
        return self.filter(account__in=Account.objects.visible_to(actor))


class Project(models.Model):
    """A site or tender under an organisation. Equal normal form or tender number is the same project."""

    ref = models.CharField(max_length=20, unique=True, default=new_reference, editable=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="projects", verbose_name=_("customer")
    )
    name = models.CharField(_("name"), max_length=200)
    normal_name = models.CharField(max_length=200)
    tender_number = models.CharField(_("tender number"), max_length=80, blank=True)
    normal_tender_number = models.CharField(max_length=80, blank=True)
    tender_published_on = models.DateField(_("tender published on"), null=True, blank=True)
    territory = models.ForeignKey(
        Territory,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("territory"),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ("name", "pk")
        indexes = (models.Index(fields=("account", "normal_name"), name="project_by_normal_name"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the project's page."""
        return reverse("projects:project_detail", args=[self.ref])
