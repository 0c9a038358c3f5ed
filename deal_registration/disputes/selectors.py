"""Reads for the pages of disputes; a constant number of queries each."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Prefetch

from core.access.actor import Actor
from core.documents.models import StoredFile
from core.people.models import User
from deal_registration.models import Registration, RegistrationLine
from partners.models import Partner

from .models import Award, ClaimShare, ContestedLine, Dispute, DisputeParty, Precedent, Ruling, Statement


def dispute_rows(actor: Actor):
    """Return the disputes ``actor`` sees, each with ``own_parties``: for dealers, those of their organisations."""
    parties = DisputeParty.objects.select_related("registration", "partner__account")
    if actor.is_dealer:
        parties = parties.filter(partner_id__in=actor.organisation_ids)
    return (
        Dispute.objects.visible_to(actor)
        .select_related("registration", "partner__account", "territory")
        .prefetch_related(Prefetch("parties", parties, to_attr="own_parties"))
    )


def dispute_detail(actor: Actor, ref: str) -> Dispute:
    """Return one dispute; ``Http404`` for one not visible."""
    rows = Dispute.objects.select_related(
        "registration", "partner__account", "partner__programme", "territory", "opened_by"
    )
    return rows.get_visible(actor, ref=ref)


def party_for(dispute: Dispute, actor: Actor) -> DisputeParty | None:
    """Return whose side a dealer reads: their own organisation's, else a sub-dealer's they see; None for staff."""
    if not actor.is_dealer:
        return None
    parties = dispute.parties.filter(partner_id__in=actor.organisation_ids).select_related(
        "partner__account", "registration__partner"
    )
    return min(parties, key=lambda party: (party.partner_id != actor.organisation_id, party.pk), default=None)


@dataclass(slots=True)
class Side:
    """One party's side: its contested lines, and what it said with the evidence."""

    party: DisputeParty
    lines: list[RegistrationLine] = field(default_factory=list)
    statements: list[tuple[Statement, list[StoredFile]]] = field(default_factory=list)
    is_visible: bool = False  # whether the reader may open the partner
    opens_registration: bool = False


def sides_of(dispute: Dispute, actor: Actor) -> list[Side]:
    """Return the sides ``actor`` may read, the opener's first."""
    own = party_for(dispute, actor)
    parties = dispute.parties.select_related("partner__account", "registration")
    if actor.is_dealer:
        parties = parties.filter(pk=own.pk if own else None)
    sides = {party.pk: Side(party) for party in sorted(parties, key=lambda row: (not row.is_opener, row.pk))}
    rows = ContestedLine.objects.filter(party__in=sides).select_related("registration_line__line")
    for row in rows.order_by("registration_line__line__order", "pk"):
        sides[row.party_id].lines.append(row.registration_line)
    statements = list(
        Statement.objects.visible_to(actor)
        .filter(party__in=sides)
        .select_related("written_by")
        .order_by("pk")
    )
    files: dict[int, list[StoredFile]] = {}
    for stored in StoredFile.objects.filter(
        object_type=Statement._meta.label_lower, object_id__in=[row.pk for row in statements]
    ):
        files.setdefault(stored.object_id, []).append(stored)
    for statement in statements:
        sides[statement.party_id].statements.append((statement, files.get(statement.pk, [])))
    _mark_visible(sides.values(), actor)
    return list(sides.values())


def _mark_visible(sides, actor: Actor) -> None:
    """Note which partners and registrations the reader may open."""
    sides = list(sides)
    partners = set(
        Partner.objects.visible_to(actor)
        .filter(pk__in=[side.party.partner_id for side in sides])
        .values_list("pk", flat=True)
    )
    registrations = set(
        Registration.objects.visible_to(actor)
        .filter(pk__in=[side.party.registration_id for side in sides])
        .values_list("pk", flat=True)
    )
    for side in sides:
        side.is_visible = side.party.partner_id in partners
        side.opens_registration = side.party.registration_id in registrations


def rulings_of(dispute: Dispute) -> list[Ruling]:
    """Return the rulings, the latest first, with codes, awards and shares at hand."""
    return list(
        dispute.rulings.select_related("decided_by", "precedent")
        .prefetch_related(
            "codes",
            Prefetch("awards", Award.objects.select_related("line", "party__partner__account")),
            Prefetch("shares", ClaimShare.objects.select_related("party__partner__account", "claim__line")),
        )
        .order_by("-number")
    )


def disputes_about(registration: Registration, actor: Actor) -> list[Dispute]:
    """Return the disputes the reader sees that a registration's lines are contested in, the newest first."""
    rows = ContestedLine.objects.filter(registration_line__registration=registration)
    return list(
        Dispute.objects.visible_to(actor)
        .filter(pk__in=rows.values("party__dispute_id"))
        .order_by("-opened_at", "-pk")[:5]
    )


def people_named(dispute: Dispute) -> dict[int, list[User]]:
    """Return who was named on each rung."""
    named: dict[int, list[User]] = {}
    for row in dispute.deciders.select_related("user"):
        named.setdefault(row.rung, []).append(row.user)
    return named


def precedent_rows(actor: Actor):
    """Return the precedents of the library."""
    return (
        Precedent.objects.visible_to(actor)
        .select_related("ruling")
        .prefetch_related("lines", "ruling__codes")
        .order_by("-published_at", "-pk")
    )


def precedent_counts(cases, actor: Actor) -> tuple[dict[str, int], dict[tuple[str, int], int]]:
    """Return how many precedents in force turn on each code, and on each code and product line; two queries."""
    found = Precedent.objects.visible_to(actor).in_force()
    found = found.filter(ruling__codes__code__in={code for code, _line in cases}).order_by()
    by_code = dict(
        found.values_list("ruling__codes__code")
        .annotate(count=Count("pk", distinct=True))
        .values_list("ruling__codes__code", "count")
    )
    by_case = {
        (code, line): count
        for code, line, count in found.values("ruling__codes__code", "lines")
        .annotate(count=Count("pk", distinct=True))
        .values_list("ruling__codes__code", "lines", "count")
    }
    return by_code, by_case


def waiting_for(actor: Actor, at: datetime) -> int:
    """Return how many disputes wait for ``actor``'s ruling."""
    return Dispute.objects.visible_to(actor).waiting_for(actor.user_id).count()
