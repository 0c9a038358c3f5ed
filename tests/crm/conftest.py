"""A sales rep's world: a customer with everything a page can show."""

from datetime import timedelta

import pytest
from django.utils import timezone
from djmoney.money import Money

from crm.accounts import services as accounts
from crm.accounts.models import Account
from crm.activities import services as activities
from crm.opportunities import services as opportunities
from crm.opportunities.defaults import ensure_stages
from crm.projects.services import find_or_create
from tests.cast import actor_of, client_for


@pytest.fixture
def rep(sales_rep):
    ensure_stages()
    return actor_of(sales_rep)


@pytest.fixture
def rep_client(sales_rep, rep):
    return client_for(sales_rep)


@pytest.fixture
def make_world(rep, places, lines, own_partner, dealer_sales):
    """Make a customer with everything a page can show, ``rows`` of each kind."""

    def make(name: str = "华星泵业有限公司", rows: int = 1, partner=own_partner) -> Account:
        now = timezone.now()
        account = accounts.create_account(
            data={"name": name, "territory": places.shanghai, "country": "CN", "registry_id": "22099131"},
            actor=rep,
            at=now,
        )
        for number in range(rows):
            accounts.add_contact(account.pk, data={"name": f"Contact {number}"}, actor=rep, at=now)
            child = accounts.create_account(
                data={"name": f"{name} child {number}", "territory": places.shanghai}, actor=rep, at=now
            )
            accounts.set_parent(child.pk, parent_pk=account.pk, actor=rep, at=now)
            project, _new = find_or_create(account=account, name=f"Project {number}", actor=rep, at=now)
            opportunity = opportunities.open_registered(
                account=account,
                project=project,
                name=f"{name} deal {number}",
                value=Money(1000 + number, "CNY"),
                territory=places.shanghai,
                line_ids=[lines.pumps.pk, lines.valves.pk][: number + 1],
                partner_account_id=partner.pk,
                source=f"registration {name}{number}",
                protection_ends_at=now + timedelta(days=90),
                actor=rep,
                at=now,
            )
            for subject in (None, opportunity):
                activities.log_activity(
                    account=account, opportunity=subject, kind="call", subject="Call", actor=rep, at=now
                )
                activities.plan_activity(
                    account=account,
                    opportunity=subject,
                    kind="visit",
                    subject="Visit",
                    due_at=now + timedelta(days=1),
                    actor=rep,
                    at=now,
                )
        return account

    return make
