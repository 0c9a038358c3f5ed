"""What a dealer of the demo types, and what of it stays with a customer nobody else knows."""

from datetime import timedelta

from crm.accounts.models import Account
from deal_registration.models import Registration

from .deals import NEEDS, Deal
from .world import World


def registration_of(world: World, deal: Deal) -> Registration:
    """Return the unsaved registration that a dealer typed; not every field is filled in, as in life."""
    account = deal.customer
    registration = Registration(
        ref=world.reference(),
        partner=deal.partner.partner,
        created_by=deal.user,
        own_reference=f"{deal.at:%Y}-{world.rng.randint(100, 999)}" if world.rng.random() < 0.4 else "",
        customer_name=deal.typed_name,
        customer_registry_id=account.registry_id if world.rng.random() < 0.6 else "",
        customer_country=account.country,
        customer_city=deal.city,
        customer_address=account.address if world.rng.random() < 0.5 else "",
        customer_website=account.website if world.rng.random() < 0.5 else "",
        project_name=deal.project,
        tender_number=deal.tender[0] if deal.tender else "",
        tender_published_on=(deal.at - timedelta(days=deal.tender[1])).date() if deal.tender else None,
        opportunity_type=deal.kind,
        territory=world.geography.territories[deal.territory],
        value=deal.amount,
        value_currency=deal.currency,
        expected_close_on=(deal.at + timedelta(days=world.rng.randint(40, 160))).date(),
        description=NEEDS[deal.customer.country] if world.rng.random() < 0.7 else "",
        created_at=deal.at - timedelta(minutes=world.rng.randint(3, 2000)),
    )
    return registration


def leave_what_was_typed(account: Account, registration: Registration) -> None:
    """Leave of a prospect what its dealer typed: nobody else knows it."""
    account.registry_id = registration.customer_registry_id
    account.website, account.phone = registration.customer_website, registration.customer_phone
    account.address, account.other_name, account.industry = registration.customer_address, "", ""
    account.territory = registration.territory
