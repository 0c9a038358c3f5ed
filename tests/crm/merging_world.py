"""Two accounts with everything that can hang on one, and the whole database as text to compare."""

from datetime import timedelta
from types import SimpleNamespace

from django.apps import apps
from django.db import connection
from django.db.models import AutoField
from django.utils import timezone

from core.documents.models import StoredFile
from crm.accounts import services
from crm.accounts.models import Account, AccountShare, HouseListing
from crm.identity import add_alias
from crm.projects.services import find_or_create
from tests.factories import UserFactory

# What a merge adds to for ever: history, the merge's own record, the jobs it asks for.
# The sequence of a product line is made at its first use, by whoever locks it.
HISTORY = frozenset({"ledger", "accounts.merge", "jobs", "deal_registration.linesequence"})
# Rows written anew by the services that keep them in step: equal without their own number.
WRITTEN_ANEW = frozenset({"identity.matchkey", "search.searchterm"})


def everything() -> dict[str, list[tuple]]:
    """Return every row of every table as the database holds it, by model, but for history."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label_lower
        if model._meta.proxy or not model._meta.managed or HISTORY & {label, model._meta.app_label}:
            continue
        anew = label in WRITTEN_ANEW
        columns = [
            field.column
            for field in model._meta.local_concrete_fields
            if not (anew and isinstance(field, AutoField))
        ]
        quoted = ", ".join(map(connection.ops.quote_name, columns))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {quoted} FROM {connection.ops.quote_name(model._meta.db_table)}")
            found[label] = sorted(tuple(map(repr, row)) for row in cursor.fetchall())
    return found


def differences(before: dict, after: dict) -> dict[str, tuple]:
    """Return what differs, by model: (rows gone, rows come)."""
    return {
        label: (
            [row for row in before[label] if row not in after[label]],
            [row for row in after[label] if row not in before[label]],
        )
        for label in before
        if before[label] != after[label]
    }


def furnish(account: Account, actor, *, name: str) -> SimpleNamespace:
    """Hang on an account what ``make_world`` does not: shares, a house listing, a file, another name, a tender."""
    now = timezone.now()
    colleague = UserFactory(is_staff=True, full_name=f"Colleague {name}")
    share = AccountShare.objects.create(
        account=account,
        user=colleague,
        ends_on=timezone.localdate() + timedelta(days=9),
        shared_by_id=actor.user_id,
    )
    listing = HouseListing.objects.create(
        account=account, valid_from=now - timedelta(days=3), valid_until=now + timedelta(days=30)
    )
    stored = StoredFile.objects.create(
        object_type="accounts.account",
        object_id=account.pk,
        name=f"{name}.pdf",
        content_type="application/pdf",
        size=3,
        sha256="0" * 64,
        content=f"xx/{account.ref.lower()}",
    )
    add_alias(account.pk, f"{name} Brand", source="decision", at=now)
    project, _new = find_or_create(
        account=account, name=f"{name} Works", tender_number=f"T-{name}", actor=actor, at=now
    )
    return SimpleNamespace(share=share, listing=listing, stored=stored, project=project, colleague=colleague)


def make_account(actor, name: str, **data) -> Account:
    """Make an account by the service, so that it is in the index."""
    return services.create_account(data={"name": name, **data}, actor=actor, at=timezone.now())
