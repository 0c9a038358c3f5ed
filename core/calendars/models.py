"""Business calendars: when somebody works."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.access.scopes import PublicQuerySet


class BusinessCalendar(models.Model):
    """Working days, hours and holidays of a place. Deadlines in business hours are counted in it."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Asia/Shanghai")
    country = models.CharField(
        _("country of the public holidays"), max_length=2, blank=True, help_text=_("ISO code; empty: none")
    )
    subdivision = models.CharField(_("state or province"), max_length=8, blank=True)
    working_days = models.JSONField(_("working days"), default=list, help_text=_("0 is Monday … 6 is Sunday"))
    opens_at = models.TimeField(_("opens at"), default="09:00")
    closes_at = models.TimeField(_("closes at"), default="18:00")
    extra_closed_on = models.JSONField(_("further days closed"), default=list, blank=True)
    extra_open_on = models.JSONField(_("further days open"), default=list, blank=True)
    is_default = models.BooleanField(_("default"), default=False)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("business calendar")
        verbose_name_plural = _("business calendars")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                fields=("is_default",), condition=models.Q(is_default=True), name="one_default_calendar"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.opens_at >= self.closes_at:
            raise ValidationError({"closes_at": _("Closes after it opens.")})
