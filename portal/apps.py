from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Portal")

    def ready(self) -> None:
        from . import mfa  # noqa: F401  registers its check
        from .cms.groups import on_sign_in

        post_migrate.connect(_after_migrate, sender=self)
        user_logged_in.connect(on_sign_in, dispatch_uid="portal.cms.groups")


def _after_migrate(sender, **kwargs) -> None:
    """Put the defaults in place once the tables stand."""
    from .defaults import ensure_defaults

    ensure_defaults()
