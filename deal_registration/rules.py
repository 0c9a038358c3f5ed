"""Rules: the object's relation to the actor, beside the role's grant."""

import rules

from core.access.guards import add_rule
from crm.territories.scopes import covers


@rules.predicate
def is_own_organisations(actor, registration) -> bool:
    """The registration belongs to the organisation the actor acts for."""
    return actor.organisation_id is not None and registration.partner_id == actor.organisation_id


@rules.predicate
def lies_in_scope(actor, registration) -> bool:
    """The registration's territory lies in a scope in which the actor decides."""
    return registration.territory is not None and covers(
        actor, "registrations.decide", territory_path=registration.territory.path
    )


add_rule("registrations.file", is_own_organisations)
add_rule("registrations.decide", lies_in_scope)
