"""A question becomes a draft: everything typed goes along, nothing is filed yet."""

from datetime import datetime

from django.db import transaction

from core.access.actor import Actor
from core.access.guards import require
from core.workflow import lock

from ...enums import State
from ...models import Registration
from ...services.drafts import save_draft
from ..keys import QUESTION_FIELDS
from ..models import Precheck

FREE = frozenset({"clear", "review"})


def begin_registration(
    question_pk: int, *, actor: Actor, at: datetime, only_free: bool = False
) -> Registration:
    """Return a draft with all that was asked; a draft made of it before is returned as it is.

    ``only_free``: without the lines that were told to be taken or not open. Raises ``NotAllowed``,
    ``Precheck.DoesNotExist`` for a question of another company.
    """
    require(actor, "registrations.file")
    with transaction.atomic():
        question = lock(
            Precheck.objects.visible_to(actor).filter(partner_id=actor.organisation_id), pk=question_pk
        )
        before = question.registration
        if before is not None and before.state == State.DRAFT:
            return before
        data = {name: getattr(question, name) for name in QUESTION_FIELDS}
        account = data["customer_account"]
        if account is not None and not type(account).objects.visible_to(actor).filter(pk=account.pk).exists():
            data["customer_account"] = None  # no longer theirs to see
        draft = save_draft(
            actor=actor,
            at=at,
            data=data,
            line_ids=[row.line_id for row in question.lines.all() if not only_free or row.class_told in FREE],
        )
        question.registration = draft
        question.save(update_fields=["registration"])
    return draft
