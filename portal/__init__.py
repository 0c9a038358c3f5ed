"""Settings, addresses, navigation, dashboards, global search and the demo; owns no business model."""

from portal.celery import app as celery_app

__all__ = ("celery_app",)
