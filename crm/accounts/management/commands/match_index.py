"""``manage.py match_index check|rebuild``: the index that finds customers, against the accounts."""

from django.core.management.base import BaseCommand, CommandError

from crm.accounts.services import match_index
from crm.identity.indexing import analyse


class Command(BaseCommand):
    """Checks the match index, repairs it, or writes it anew; the portal may serve meanwhile."""

    help = "Check, repair or rebuild the index by which known customers are found."

    def add_arguments(self, parser):
        """Take what to do."""
        parser.add_argument("action", choices=("check", "rebuild"))
        parser.add_argument("--repair", action="store_true", help="mend what the check finds")

    def handle(self, *, action, repair, **options):
        """Do it, with a line that tells how far it is."""
        if action == "rebuild":
            changed = match_index.rebuild(self.progress)
            analyse()
            self.stdout.write(f"\n{changed:,} entries and keys differed and were written anew.")
            return
        findings = match_index.check(self.progress, repair=repair)
        self.stdout.write(
            f"\n{findings.accounts:,} accounts: {findings.missing} without an entry, {findings.wrong} with a wrong one;"
            f" {findings.orphans} entries of nobody; {findings.missing_keys} keys missing,"
            f" {findings.surplus_keys} too many."
        )
        if findings and not repair:
            raise CommandError("The index differs from the accounts. Mend it with --repair.")
        if findings:
            self.stdout.write("Mended.")

    def progress(self, done: int, total: int) -> None:
        """Show how far it is."""
        share = done / max(total, 1)
        bar = ("#" * round(share * 30)).ljust(30, ".")
        self.stderr.write(f"\r[{bar}] {share:4.0%}  {done:,} of {total:,}", ending="")
