"""Row scope: every model with rows that belong to someone starts from ``visible_to(actor)``."""

from django.db import models
from django.http import Http404


class ScopedQuerySet(models.QuerySet):
    """A queryset that fails closed: a model that does not say who sees its rows shows none."""

    def visible_to(self, actor):
        """Return the rows ``actor`` may see; overridden by every model that has rows of someone's."""
        return self if actor.sees_everything else self.none()

    def get_visible(self, actor, **lookup):
        """Return the one visible row, or raise ``Http404``: absent, foreign and malformed look the same."""
        try:
            return self.visible_to(actor).get(**lookup)
        except (self.model.DoesNotExist, ValueError, OverflowError) as error:
            raise Http404 from error


class PublicQuerySet(models.QuerySet):
    """A queryset of reference data that everyone signed in may read (product lines, territories …)."""

    def visible_to(self, actor):
        """Return all rows for anyone signed in, none for visitors."""
        return self.none() if actor.is_anonymous else self

    get_visible = ScopedQuerySet.get_visible
