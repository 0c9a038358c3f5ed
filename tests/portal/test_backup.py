"""Backup and restore: whole, checked, and never over something by accident."""

import io
import json
import os
import sqlite3
import stat
import subprocess
import sys
import tarfile
from contextlib import closing

import pytest
from django.conf import settings

from portal.backup import MANIFEST, BackupError, read_manifest

BEFORE = """
from pathlib import Path
from django.core.management import CommandError, call_command
from django.utils import timezone
from core.access.actor import system_actor
from core.ledger.tasks import seal
from core.people.models import User
from crm.catalog.models import ProductFamily
from crm.catalog.services import save_family
User.objects.create_user("kept@example.com", "a password", full_name="Kept")
save_family(ProductFamily(code="kept", name_en="Kept"), actor=system_actor("t"), at=timezone.now())
seal()
file = Path({file!r})
call_command("backup", file)
try:
    call_command("backup", file)
except CommandError as error:
    print(error)
"""
AFTER = """
from pathlib import Path
from django.core.management import CommandError, call_command
from core.ledger.models import Era, Event
from core.people.models import User
print(User.objects.get().email, Event.objects.count(), Era.objects.get().number)
try:
    call_command("restore", Path({file!r}))
except CommandError as error:
    print(error)
"""


@pytest.fixture
def portal(tmp_path):
    """Run commands of a portal with a data folder of its own: ``portal("one", "migrate")``."""

    def run(name: str, *command: str) -> str:
        environment = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("PORTAL_", "DATABASE_URL", "DJANGO_SETTINGS_MODULE"))
        }
        environment |= {
            "PORTAL_MODE": "demo",
            "PORTAL_DATA_DIR": str(tmp_path / name),
            "PORTAL_LOG_LEVEL": "ERROR",
        }
        done = subprocess.run(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), *command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


@pytest.fixture
def migrated(portal, tmp_path, django_db_setup) -> str:
    """Make a migrated portal, from the tests' own database where that is a file."""
    target = tmp_path / "one"
    target.mkdir()
    name = settings.DATABASES["default"]["NAME"]
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3") and os.path.isfile(name):
        with (
            closing(sqlite3.connect(name)) as source,
            closing(sqlite3.connect(target / "portal.sqlite3")) as copy,
        ):
            source.backup(copy)
    else:
        portal("one", "migrate", "-v0")
    return "one"


def test_a_portal_comes_back_whole(portal, migrated, tmp_path):
    file = tmp_path / "kept" / "portal.tar.gz"
    private = tmp_path / migrated / "private"
    private.mkdir(exist_ok=True)
    (private / "offer.pdf").write_bytes(b"%PDF offer")
    assert "exists already" in portal(migrated, "shell", "-v0", "-c", BEFORE.format(file=str(file)))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    assert "Everything is as it was sealed" in portal("two", "restore", str(file))
    assert (tmp_path / "two" / "private" / "offer.pdf").read_bytes() == b"%PDF offer"
    key = "ledger_signing_key"
    assert (tmp_path / "two" / key).read_bytes() == (tmp_path / migrated / key).read_bytes()
    said = portal("two", "shell", "-v0", "-c", AFTER.format(file=str(file)))
    assert "kept@example.com 1 1" in said
    assert "--yes" in said  # nothing is replaced by accident


def archive(path, manifest=None, **files: bytes):
    """Write a tar file by hand."""
    with tarfile.open(path, "w:gz") as tar:
        for name, data in {MANIFEST: json.dumps(manifest).encode(), **files}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return path


@pytest.mark.django_db
class TestNoBackup:
    """What is no backup, or of something else, is refused before anything is touched."""

    def manifest(self, **changes) -> dict:
        """Return a manifest that fits, but for ``changes``."""
        from django.db import connection

        return {
            "format": 1,
            "made_at": "2026-01-01",
            "vendor": connection.vendor,
            "events": 0,
            "seals": 0,
            "database_sha256": "",
            **changes,
        }

    def test_a_good_manifest_is_read(self, tmp_path):
        assert read_manifest(archive(tmp_path / "a", self.manifest())).format == 1

    @pytest.mark.parametrize(
        "changes",
        [{"format": 99}, {"vendor": "oracle"}, {"surprise": 1}, {"events": None, "made_at": None, "x": 2}],
    )
    def test_another_manifest_is_refused(self, tmp_path, changes):
        with pytest.raises(BackupError):
            read_manifest(archive(tmp_path / "a", self.manifest(**changes)))

    @pytest.mark.parametrize("content", [b"", b"not a tar", b"\x1f\x8b\x08\x00" + b"\x00" * 20])
    def test_another_file_is_refused(self, tmp_path, content):
        (tmp_path / "a").write_bytes(content)
        with pytest.raises(BackupError):
            read_manifest(tmp_path / "a")

    def test_a_damaged_database_is_refused(self, tmp_path):
        from portal.backup import DATABASES, _vendor, restore_backup

        path = archive(
            tmp_path / "a", self.manifest(database_sha256="0" * 64), **{DATABASES[_vendor()]: b"damaged"}
        )
        with pytest.raises(BackupError, match="damaged"):
            restore_backup(path, lambda text: None)

    @pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "a/../../outside"])
    def test_names_that_lead_outside_are_refused(self, tmp_path, name):
        from portal.backup import restore_backup

        path = archive(tmp_path / "a", self.manifest(), **{name: b"x"})
        with pytest.raises(BackupError):
            restore_backup(path, lambda text: None)
