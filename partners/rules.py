"""Who may manage which partner: staff whose scope covers its home territory; a dealer manager the own team."""

import rules

from core.access.guards import add_rule
from crm.territories.scopes import covers

from .models import Partner


@rules.predicate
def partner_in_scope(actor, partner: Partner) -> bool:
    """The actor's scope for managing partners covers where the partner is at home."""
    territory = partner.account.territory
    return covers(actor, "partners.manage", territory_path=territory.path if territory else "")


@rules.predicate
def own_team(actor, partner: Partner) -> bool:
    """The partner is the organisation the actor works for."""
    return partner.pk == actor.organisation_id


add_rule("partners.manage", partner_in_scope)
add_rule("team.manage", own_team)
