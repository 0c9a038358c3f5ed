"""``python -m benchmarks.dealers 50``: that many dealers of one product line in one territory, each with a login.

They are made like a partner of the demo that has both, with the same tier, agreement and programme, so that a small
deal of theirs is approved by rule. ``python -m benchmarks.dealers screen`` does the work that waits until none is left.
"""

import os
import sys

import django

LINE, TERRITORY = "P-CENT", "eu-de"
EMAIL = "filer{}@dealers.example"


def make(count: int) -> None:
    """Make ``count`` dealers."""
    from allauth.account.models import EmailAddress
    from django.utils import timezone

    from core.people.models import User
    from crm.accounts.models import Account, Kind
    from crm.catalog.models import ProductLine
    from crm.territories.models import Territory
    from partners.models import Agreement, Authorisation, Membership, Partner, PartnerTier, Tier

    line, territory = ProductLine.objects.get(code=LINE), Territory.objects.get(code=TERRITORY)
    model = Partner.objects.filter(
        authorisations__line=line, agreements__isnull=False, state="active"
    ).first()
    agreement, member = model.agreements.first(), model.memberships.filter(role__code="dealer_sales").first()
    tier, since = Tier.objects.get(code="platinum"), timezone.now() - timezone.timedelta(days=100)
    Authorisation.objects.filter(line=line).update(exclusivity="open")
    for number in range(count):
        account = Account.objects.create(
            name=f"Filer {number} Handels GmbH", kind=Kind.PARTNER, country="DE", territory=territory
        )
        partner = Partner.objects.create(
            account=account,
            type=model.type,
            programme=model.programme,
            path=f"{account.pk}/",
            created_at=since,
        )
        user = User.objects.create(
            email=EMAIL.format(number), full_name=f"Filer {number}", password=member.user.password
        )
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        Membership.objects.create(user=user, partner=partner, role=member.role)
        PartnerTier.objects.create(partner=partner, tier=tier, valid_from=since)
        Authorisation.objects.create(
            partner=partner, line=line, territory=territory, exclusivity="open", valid_from=since
        )
        Agreement.objects.create(
            partner=partner,
            template=agreement.template,
            accepted_by=user,
            accepted_at=since,
            valid_from=since,
        )


def screen() -> None:
    """Do all waiting work."""
    from core.jobs.services import run_due

    while run_due(limit=500):
        pass


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    screen() if sys.argv[1] == "screen" else make(int(sys.argv[1]))
