"""What every portal begins with: roles, calendars, stages, the cache table, the site. Safe to run again."""

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from content.defaults import ensure_site
from core.access.defaults import ensure_default_roles
from core.access.models import Role
from core.calendars.defaults import ensure_default_calendars
from core.calendars.models import BusinessCalendar
from crm.opportunities.defaults import ensure_stages
from crm.opportunities.models import Stage


def ensure_defaults() -> None:
    """Create what is missing and touch nothing that is there.

    Does nothing while tables are missing (a migration of some apps only).
    """
    if not _is_migrated():
        return
    if settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache"):
        call_command("createcachetable", verbosity=0)
    with transaction.atomic():
        ensure_default_roles()
        ensure_default_calendars()
        ensure_stages()
        ensure_site()


def _is_migrated() -> bool:
    """Tell whether the tables written to here are all there."""
    from wagtail.models import Page, Site

    tables = set(connection.introspection.table_names())
    return {model._meta.db_table for model in (Role, BusinessCalendar, Stage, Page, Site)} <= tables
