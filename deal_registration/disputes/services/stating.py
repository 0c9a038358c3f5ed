"""What the parties say and bring, each for itself."""

from datetime import datetime

from django.db import transaction

from core.access.actor import Actor
from core.access.guards import require
from core.documents import store
from core.documents.models import StoredFile
from core.ledger import record
from core.retries import retry_on_collision

from ..enums import DisputeState
from ..exceptions import NothingSaid, TooLate, TooMuch
from ..models import Dispute, DisputeParty, Statement
from .case import lock_dispute, party_of
from .deliberating import begin_if_all_said

MOST_STATEMENTS = 20  # of one party in one dispute
MOST_FILES = 20
LONGEST = 6000


def takes_statements(dispute: Dispute, party: DisputeParty, at: datetime) -> bool:
    """Tell whether a party may still say something: until the time is over or it said that this is all."""
    asked = dispute.state in (DisputeState.STATEMENTS, DisputeState.APPEALED)
    return (
        asked
        and party.said_all_at is None
        and dispute.statements_due_at is not None
        and at < dispute.statements_due_at
    )


def _open_for(dispute_pk: int, actor: Actor, at: datetime) -> tuple[Dispute, DisputeParty]:
    """Lock a dispute in which the actor's organisation may speak; raises ``TooLate`` where it may no longer."""
    require(actor, "registrations.file")
    dispute = lock_dispute(Dispute.objects.visible_to(actor), dispute_pk)
    party = party_of(dispute, actor)
    require(actor, "registrations.file", party)
    if not takes_statements(dispute, party, at):
        raise TooLate
    return dispute, party


@retry_on_collision
def add_statement(dispute_pk: int, *, actor: Actor, at: datetime, text: str) -> Statement:
    """Add what the actor's organisation has to say; only its own side and the staff read it.

    Raises ``TooLate``, ``TooMuch``, ``NothingSaid``, ``Dispute.DoesNotExist`` for a stranger.
    """
    text = text.strip()
    if not text:
        raise NothingSaid
    with transaction.atomic():
        dispute, party = _open_for(dispute_pk, actor, at)
        if party.statements.count() >= MOST_STATEMENTS or len(text) > LONGEST:
            raise TooMuch
        statement = Statement.objects.create(
            party=party,
            text=text,
            is_appeal=dispute.state == DisputeState.APPEALED,
            written_by_id=actor.user_id,
            written_at=at,
        )
        record(
            "dispute.stated",
            dispute,
            actor=actor,
            at=at,
            partner_id=party.partner_id,
            facts={"text": text},
        )
    return statement


@retry_on_collision
def attach(statement_pk: int, upload, *, actor: Actor, at: datetime) -> StoredFile:
    """Attach evidence to a statement of the actor's own side, while statements are taken.

    Raises ``UploadRefused``, ``TooLate``, ``TooMuch``, ``Statement.DoesNotExist`` for a stranger's.
    """
    with transaction.atomic():
        statement = Statement.objects.select_related("party").get(
            pk=statement_pk, party__partner_id=actor.organisation_id
        )
        dispute, party = _open_for(statement.party.dispute_id, actor, at)
        kept = StoredFile.objects.filter(
            object_type=Statement._meta.label_lower,
            object_id__in=party.statements.values("pk"),
        )
        if kept.count() >= MOST_FILES:
            raise TooMuch
        stored = store(upload, obj=statement, actor=actor, at=at)
        record(
            "dispute.evidence_added",
            dispute,
            actor=actor,
            at=at,
            partner_id=party.partner_id,
            facts={"file_name": stored.name, "sha256": stored.sha256},
        )
    return stored


@retry_on_collision
def say_all(dispute_pk: int, *, actor: Actor, at: datetime) -> Dispute:
    """Note that a party has said everything; once all have, the decider gets it at once."""
    with transaction.atomic():
        dispute, party = _open_for(dispute_pk, actor, at)
        party.said_all_at = at
        party.save(update_fields=["said_all_at"])
        record("dispute.said_all", dispute, actor=actor, at=at, partner_id=party.partner_id)
        begin_if_all_said(dispute, at)
    return dispute
