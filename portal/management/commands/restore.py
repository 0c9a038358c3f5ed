"""``manage.py restore PATH``: the whole portal from one file, checked afterwards."""

import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from core.ledger.order import begin_era
from portal.backup import BackupError, read_manifest, restore_backup


class Command(BaseCommand):
    """Replaces everything by a backup, migrates it to this version and verifies the ledger."""

    help = "Replaces the database, all uploads and kept keys by those of a backup. Stop web and worker first."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path, help="a file written by manage.py backup")
        parser.add_argument("--yes", action="store_true", help="replace a portal that has people in it")

    def handle(self, *args, path: Path, yes: bool, **options):
        try:
            manifest = read_manifest(path)
            if not yes and _has_people():
                raise CommandError(
                    f"This portal has people in it. To replace it by the backup of {manifest.made_at}: --yes"
                )
            restore_backup(path, self.stdout.write)
        except BackupError as error:
            raise CommandError(str(error)) from error
        era = begin_era()  # first of all: what migrating records already belongs to it
        self.stdout.write("Migrating to this version …")
        self._manage("migrate", "--no-input", "--verbosity=0")
        self._compare(manifest)
        self.stdout.write("Verifying the ledger …")
        self._manage("verify_ledger", "--quiet")
        self.stdout.write(self.style.SUCCESS(f"Restored the backup of {manifest.made_at}; era {era}."))

    def _compare(self, manifest) -> None:
        """Raise ``CommandError`` if something that was backed up is not there."""
        from core.ledger.models import Event, Seal

        found = {"events": Event.objects.count(), "seals": Seal.objects.count()}
        expected = {"events": manifest.events, "seals": manifest.seals}
        if any(found[name] < expected[name] for name in expected):
            raise CommandError(f"The backup had {expected}, restored were {found}.")

    def _manage(self, *command: str) -> None:
        """Run a command in a process of its own: this one has read the keys and tables of before."""
        program = [sys.executable, str(settings.BASE_DIR / "manage.py"), *command]
        if subprocess.run(program, check=False).returncode:
            raise CommandError(f"{command[0]} failed: see above.")


def _has_people() -> bool:
    """Tell whether anybody could sign in here; a database without tables has nobody."""
    from core.people.models import User

    try:
        return User.objects.exists()
    except DatabaseError:
        return False
