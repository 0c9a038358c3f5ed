"""``manage.py verify_ledger``: is everything as it was sealed?"""

import time

from django.core.management.base import BaseCommand, CommandError

from core.ledger.verification import verify

SHOWN = 200


class Command(BaseCommand):
    """Checks every seal, event and fact; ends with 1 and names what was tampered with."""

    help = "Checks that no sealed event, fact or seal was changed, deleted, added or re-dated."

    def add_arguments(self, parser):
        parser.add_argument(
            "--published", metavar="NUMBER:HASH", help="a seal published earlier, to detect a cut-off end"
        )
        parser.add_argument(
            "--processes",
            type=int,
            metavar="N",
            help="how many processes share the work on PostgreSQL (default: one for each core)",
        )
        parser.add_argument("--quiet", action="store_true", help="no progress")

    def handle(self, *args, **options):
        began = time.monotonic()
        report = verify(
            progress=None if options["quiet"] else self._progress,
            published=_published(options["published"]),
            processes=options.get("processes"),
        )
        if not options["quiet"]:
            self.stderr.write("")
        for finding in report.findings[:SHOWN]:
            self.stdout.write(self.style.ERROR(str(finding)))
        if len(report.findings) > SHOWN:
            self.stdout.write(self.style.ERROR(f"and {len(report.findings) - SHOWN} more"))
        self.stdout.write(
            f"{report.seals} seals, {report.events} sealed events, {report.unsealed} waiting for a seal, "
            f"{report.erased} erased facts; {time.monotonic() - began:.1f} s"
        )
        if report.head:
            self.stdout.write(f"Last seal (keep it elsewhere, for --published): {report.head}")
        if not report.is_good:
            raise CommandError(f"The ledger was tampered with: {len(report.findings)} findings.")
        self.stdout.write(self.style.SUCCESS("Everything is as it was sealed."))

    def _progress(self, done: int, total: int) -> None:
        """Show how far the check is."""
        percent = 100 * done // total if total else 100
        self.stderr.write(f"\r{done:,} of {total:,} events ({percent} %)", ending="")
        self.stderr.flush()


def _published(text: str | None) -> tuple[int, str] | None:
    """Read ``NUMBER:HASH``; raises ``CommandError`` for anything else."""
    if not text:
        return None
    number, _colon, digest = text.partition(":")
    if not number.isdecimal() or len(digest) != 64:
        raise CommandError("--published takes NUMBER:HASH, as printed by an earlier run.")
    return int(number), digest
