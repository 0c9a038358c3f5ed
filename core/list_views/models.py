"""Saved views of lists, and how each person has arranged a list.

A list is named by its address (``registrations:registration_list``). A view is a question: filters, order, columns.
It never holds rows: whoever opens it sees their own rows.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access.models import Role
from core.access.scopes import ScopedQuerySet
from core.ui.references import new_reference

MANAGES_ROLE_VIEWS = "views.share"
MANAGES_TEAM_VIEWS = "team.manage"


class Audience(models.TextChoices):
    """Who finds a view beside its owner."""

    PRIVATE = "private", _("Only me")
    ORGANISATION = "organisation", _("Everybody in our company")
    ROLE = "role", _("Everybody with a role")


class SavedViewQuerySet(ScopedQuerySet):
    """Views by who may open them."""

    def visible_to(self, actor):
        """Return the actor's own views, those shared in the own organisation and those shared with a role held.

        An own view belongs to the side it was saved on: somebody of two organisations finds each one's apart.
        """
        return self.filter(deleted_at__isnull=True)._open_to(actor)

    def manageable_by(self, actor):
        """Return those the actor may rename, share and delete, deleted ones too.

        The own ones; besides, views shared in an organisation for its manager, and views shared with a role for
        those who may share so themselves: whoever made them may have left.
        """
        may = Q(owner_id=actor.user_id)
        if actor.is_dealer and actor.may(MANAGES_TEAM_VIEWS):
            may |= Q(audience=Audience.ORGANISATION)
        if not actor.is_dealer and actor.may(MANAGES_ROLE_VIEWS):
            may |= Q(audience=Audience.ROLE)
        return self._open_to(actor).filter(may)

    def _open_to(self, actor):
        if actor.sees_everything:
            return self
        if actor.is_anonymous:
            return self.none()
        shared = Q(audience=Audience.ORGANISATION) if actor.is_dealer else Q(role__code__in=actor.roles)
        if not actor.is_dealer and actor.may(MANAGES_ROLE_VIEWS):
            shared |= Q(audience=Audience.ROLE)
        return self.filter(Q(owner_id=actor.user_id) | shared, organisation_id=actor.organisation_id)


class SavedView(models.Model):
    """One view of one list: a name, and what it asks for."""

    ref = models.CharField(_("reference"), max_length=20, unique=True, default=new_reference, editable=False)
    list = models.CharField(_("list"), max_length=80)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="list_views", verbose_name=_("owner")
    )
    # The partner organisation (account id) its owner acted for; None for staff. An id only: core knows no partner.
    organisation_id = models.BigIntegerField(null=True, blank=True)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    columns = models.JSONField(null=True, blank=True)
    audience = models.CharField(
        _("who may use it"), max_length=12, choices=Audience, default=Audience.PRIVATE
    )
    role = models.ForeignKey(
        Role, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("role")
    )
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ("list", Lower("name"), "pk")
        constraints = (
            models.UniqueConstraint(
                "owner",
                "list",
                Lower("name"),
                name="list_view_name_once",
                condition=Q(deleted_at__isnull=True),
                violation_error_message=_("You have a view of this name already. Choose another name."),
            ),
            models.CheckConstraint(
                condition=~Q(audience="organisation") | Q(organisation_id__isnull=False),
                name="list_view_shared_in_an_organisation",
            ),
            models.CheckConstraint(
                condition=Q(audience="role", role__isnull=False, organisation_id__isnull=True)
                | ~Q(audience="role") & Q(role__isnull=True),
                name="list_view_of_a_role_is_of_staff",
            ),
        )
        indexes = (
            models.Index(
                fields=("list", "owner"), name="list_view_by_owner", condition=Q(deleted_at__isnull=True)
            ),
            models.Index(
                fields=("list", "organisation_id"),
                name="list_view_by_organisation",
                condition=Q(audience="organisation"),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Arrangement(models.Model):
    """How one person has arranged one list: its columns, which views stand as tabs, which one opens by itself.

    ``columns`` and ``tabs`` are lists of names and keys in order; None is the list's own default.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="list_arrangements"
    )
    list = models.CharField(max_length=80)
    columns = models.JSONField(null=True, blank=True)
    tabs = models.JSONField(null=True, blank=True)
    opens_with = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "list"), name="list_arranged_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.list}"
