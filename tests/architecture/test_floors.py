"""A floor uses what lies below it, never what lies above: by import, by relation and by migration."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader

from .house import ROOT, imports_of, is_upward, our_apps, our_models, python_files


def test_imports_keep_to_the_floors():
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_imports_keep_to_the_rooms_of_a_floor():
    """import-linter knows the floors and the rooms of crm; here those that lie inside an app, too."""
    arrows = sorted(
        f"{path.relative_to(ROOT)} → {used}"
        for path in python_files(migrations=True)
        for used in imports_of(path)
        if is_upward(".".join(path.relative_to(ROOT).with_suffix("").parts), used)
    )
    assert arrows == []


def test_no_relation_points_upwards():
    arrows = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in our_models()
        for field in model._meta.get_fields(include_hidden=True)
        if field.is_relation and not field.auto_created and isinstance(field.related_model, type)
        if is_upward(model.__module__, field.related_model.__module__)
    ]
    assert arrows == []


@pytest.mark.django_db
def test_no_migration_depends_on_one_above():
    homes = {config.label: config.name for config in our_apps()}
    loader = MigrationLoader(None, ignore_no_migrations=True)
    arrows = [
        f"{label}.{name} → {needed}.{needed_name}"
        for (label, name), migration in loader.disk_migrations.items()
        if label in homes
        for needed, needed_name in migration.dependencies
        if is_upward(homes[label], homes.get(needed, needed))
    ]
    assert arrows == []


@pytest.mark.parametrize(
    ("user", "used"),
    [
        ("core.ledger", "crm.accounts"),
        ("crm.accounts.models", "partners.models"),
        ("crm.catalog.models", "crm.accounts.models"),
        ("leads.models", "channel_data.models"),
        ("deal_registration.models", "portal.views"),
        ("deal_registration.services.filing", "deal_registration.disputes.models"),
        ("deal_registration.prechecks.services", "deal_registration.disputes.models"),
    ],
)
def test_an_arrow_upwards_is_noticed(user, used):
    assert is_upward(user, used)
    assert not is_upward(used, user) or user.startswith("leads")
