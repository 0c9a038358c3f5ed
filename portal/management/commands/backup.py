"""``manage.py backup PATH``: the whole portal in one file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from portal.backup import BackupError, make_backup


class Command(BaseCommand):
    """Writes database, uploads and kept keys into one file, while the portal runs."""

    help = "Writes the database, all uploads and the keys kept in the data folder into one file (.tar.gz)."

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path, help="the file to write; it must not exist")

    def handle(self, *args, path: Path, **options):
        try:
            manifest = make_backup(path, self.stdout.write)
        except BackupError as error:
            raise CommandError(str(error)) from error
        size = path.stat().st_size / 1_048_576
        self.stdout.write(
            self.style.SUCCESS(
                f"{path}: {size:.1f} MB, {manifest.events} events, {manifest.seals} seals. Keep it secret: it holds "
                "people's data and keys."
            )
        )
