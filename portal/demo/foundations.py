"""The events behind what was there before any deal: the catalogue, the territories, the programme, the partners."""

from datetime import timedelta

from django.db import models

from core.ledger.reference_data import TREE_COLUMNS, plain
from partners.models import Agreement, Authorisation, Certificate, Membership, PartnerTier

from .world import World

BEGAN_DAYS = 1150  # before now: when the manufacturer set the portal up


def note_reference_data(world: World, rows_by_kind: dict[str, list[models.Model]]) -> None:
    """Note that rows of reference data were created, as their services do."""
    at = world.ago(BEGAN_DAYS)
    for kind, rows in rows_by_kind.items():
        for row in rows:
            world.history.note(f"{kind}.created", row, at, lambda row=row: _columns(row), system="import")


def _columns(row: models.Model) -> dict:
    """Return a new row's facts: what it is called, and its columns that say something."""
    facts = {"row": str(row)}
    for column in row._meta.concrete_fields:
        value = plain(getattr(row, column.attname))
        if (
            not column.primary_key
            and column.editable
            and column.name not in TREE_COLUMNS
            and value is not None
        ):
            facts[column.attname] = value
    return facts


def note_partners(
    world: World,
    memberships: list[Membership],
    tiers: list[PartnerTier],
    authorisations: list[Authorisation],
    agreements: list[Agreement],
    certificates: list[Certificate],
) -> None:
    """Note how each partner came to be, and what it was given."""
    for one in world.partners:
        partner = one.partner
        facts = {
            "name": partner.account.name,
            "type": str(partner.type),
            "programme": partner.programme.code,
            "parent": partner.parent.account.name if partner.parent else None,
        }
        _note(world, "partner.created", partner, one.since, facts)
        states = {"from_state": "onboarding", "to_state": "active"}
        _note(world, "partner.activated", partner, one.since + timedelta(hours=2), states)
    for row in tiers:
        _note(world, "partner.tier_set", row.partner, row.valid_from, {"tier": row.tier.code, "reason": ""})
    for row in authorisations:
        facts = {
            "line": row.line.code,
            "territory": row.territory.code,
            "exclusivity": str(row.exclusivity),
            "valid_from": row.valid_from.isoformat(),
            "valid_until": None,
        }
        _note(world, "partner.authorised", row.partner, row.valid_from + timedelta(hours=1), facts)
    for row in agreements:
        facts = {
            "agreement": row.template.title,
            "version": row.template.version,
            "valid_until": row.valid_until.isoformat(),
        }
        _note(world, "partner.agreement_accepted", row.partner, row.accepted_at, facts, row.accepted_by)
    for row in certificates:
        facts = {"certificate": row.code, "valid_until": row.valid_until.isoformat()}
        _note(world, "partner.certified", row.partner, row.valid_from + timedelta(hours=3), facts)
    for row in memberships:
        person = {f"user:{row.user.pk}": {"person": row.user.full_name}}
        _note(
            world,
            "partner.member_added",
            row.partner,
            row.created_at,
            {"role": row.role.code},
            personal=person,
        )


def _note(world: World, type: str, partner, at, facts: dict, by=None, personal: dict | None = None) -> None:
    by = by or world.users["administrator"]
    world.history.note(type, partner, at, facts, actor=by, partner=partner, personal=personal)
