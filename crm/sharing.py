"""Sharing one row with one colleague until a day: the same for whatever can be shared."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from core import ledger
from core.access.actor import Actor
from core.access.guards import require
from core.workflow import lock

from .exceptions import CrmError


@dataclass(frozen=True, slots=True)
class Sharing:
    """How rows of ``shared`` are shared: by rows of ``shares``, which point at them by ``field``.

    ``permission`` is what giving and ending takes, ``events`` begins the names of the two events, ``related`` is what
    the rule of the permission reads of the row.
    """

    shared: type[models.Model]
    shares: type[models.Model]
    field: str
    permission: str
    events: str
    error: type[CrmError]
    related: tuple[str, ...] = ("territory",)

    @transaction.atomic
    def share(
        self, pk: int, *, user_pk: int, can_write: bool, ends_on: date, actor: Actor, at: datetime
    ) -> models.Model:
        """Share a row with a member of staff; sharing again changes what they may and until when.

        Raises ``NotAllowed``, and ``error`` for somebody who is no colleague or a day that is over.
        """
        row = lock(self.shared._default_manager.select_related(*self.related), pk=pk)
        require(actor, self.permission, row)
        user = get_user_model().objects.filter(pk=user_pk, is_staff=True, is_active=True).first()
        if user is None:
            raise self.error(_("Only colleagues can be given a share."))
        if ends_on < at.date():
            raise self.error(_("The last day lies in the past."))
        share, _created = self.shares._default_manager.update_or_create(
            **{self.field: row},
            user=user,
            defaults={"can_write": can_write, "ends_on": ends_on, "shared_by_id": actor.user_id},
        )
        self._record("shared", row, user, actor, at, can_write=can_write, ends_on=ends_on.isoformat())
        return share

    @transaction.atomic
    def unshare(self, share_pk: int, *, actor: Actor, at: datetime) -> None:
        """End a share at once."""
        related = [f"{self.field}__{name}" for name in self.related]
        share = lock(self.shares._default_manager.select_related(*related, "user"), pk=share_pk)
        row = getattr(share, self.field)
        require(actor, self.permission, row)
        self._record("unshared", row, share.user, actor, at)
        share.delete()

    def _record(self, what: str, row: models.Model, user, actor: Actor, at: datetime, **facts) -> None:
        """Write the event on the row; who it is shared with is about a person."""
        personal = {f"user:{user.pk}": {"person": user.full_name}}
        ledger.record(f"{self.events}.{what}", row, actor=actor, at=at, facts=facts, personal=personal)
