"""Roles with what they grant, and field permissions."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .scopes import PublicQuerySet


class Side(models.TextChoices):
    """Whose people hold a role."""

    STAFF = "staff", _("Manufacturer's staff")
    PARTNER = "partner", _("Partner's people")


class Role(models.Model):
    """A named set of permissions. Staff hold it within a scope, partner's people in their organisation."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_zh_hans = models.CharField(_("name (simplified Chinese)"), max_length=80)
    name_zh_hant = models.CharField(_("name (traditional Chinese)"), max_length=80)
    side = models.CharField(_("held by"), max_length=8, choices=Side)
    permissions = models.JSONField(_("permissions"), default=list, blank=True)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ("side", "name_en")

    def __str__(self) -> str:
        from core.ui.names import local_name

        return local_name(self)


class FieldLevel(models.TextChoices):
    """What a role may do with one field."""

    HIDDEN = "hidden", _("Hidden")
    READ = "read", _("Read")
    WRITE = "write", _("Read and write")


class FieldPermission(models.Model):
    """What one role may do with one field of one model; without a row: read and write."""

    role = models.ForeignKey(
        Role, on_delete=models.CASCADE, related_name="field_permissions", verbose_name=_("role")
    )
    model = models.CharField(_("record"), max_length=80, help_text=_("e.g. accounts.account"))
    field = models.CharField(_("field"), max_length=80)
    level = models.CharField(pgettext_lazy("field permission", "may"), max_length=8, choices=FieldLevel)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("field permission")
        verbose_name_plural = _("field permissions")
        ordering = ("model", "field", "role")
        constraints = (
            models.UniqueConstraint(fields=("role", "model", "field"), name="field_permission_once_per_role"),
        )

    def __str__(self) -> str:
        return f"{self.role}: {self.model}.{self.field} → {self.get_level_display()}"
