"""``manage.py demo``: load a believable demo, or print the logins it has."""

import sys
import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from core import clock
from portal.demo import SIZES
from portal.demo.crowd import parts_of
from portal.demo.logins import as_text


class Bar:
    """One line of progress, rewritten in place on a terminal; elsewhere one line for each finished part."""

    WIDTH = 24

    def __init__(self, stream) -> None:
        self.stream = stream
        self.live = stream.isatty()
        self.begun = time.monotonic()
        self._drawn = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` of ``what`` are there."""
        now = time.monotonic()
        complete = done >= total
        if not complete and (not self.live or now - self._drawn < 0.1):
            return
        self._drawn = now
        share = done / total if total else 1
        filled = "█" * int(share * self.WIDTH)
        text = f"  {filled.ljust(self.WIDTH, '░')} {what}: {done:,} of {total:,} ({now - self.begun:.1f} s)"
        if self.live:
            self.stream.write(f"\r\033[K{text}" + ("\n" if complete else ""))
        elif complete and total > 1:
            self.stream.write(f"  {what}: {total:,} ({now - self.begun:.1f} s)\n")
        self.stream.flush()


class Command(BaseCommand):
    """Loads the demo's data into an empty database."""

    requires_system_checks = []  # migrate, which goes before, has run them
    help = "Load a demo: a manufacturer of pumps, valves, drives and bearings, its partners and their registrations."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--size",
            choices=SIZES,
            default="small",
            help="accounts: about 1,000, 10,000 or 100,000 with a tenth as many registrations; 1m: a million of both",
        )
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same demo")
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there is data already")
        parser.add_argument("--logins", action="store_true", help="only print who can sign in")

    def handle(self, *args, size: str, seed: int, if_empty: bool, logins: bool, **options) -> None:
        if logins:
            self.stdout.write(as_text())
            return
        if settings.PORTAL_MODE == "production":
            raise CommandError("The demo's passwords are known to everyone: it is not loaded in production.")
        from portal.demo.load import is_empty, load_demo

        if not is_empty():
            if if_empty:
                return
            raise CommandError("There is data already. The demo is loaded into an empty database only.")
        from portal.demo.disputes import hold_disputes
        from portal.demo.fresh import file_fresh

        now = clock.now()
        accounts, crowd = parts_of(SIZES[size])
        if crowd:
            if connection.vendor != "postgresql":
                raise CommandError("A demo of a million is loaded on PostgreSQL only: set DATABASE_URL.")
            self.stderr.write(
                "  A million accounts and registrations: some 25 GB and 40 minutes of processor time, shared by the "
                "cores;\n  4 to 5 minutes of it are what the match index takes."
            )
        load_demo(accounts=accounts, crowd=crowd, seed=seed, now=now, progress=Bar(sys.stderr))
        file_fresh(clock.now())
        hold_disputes(clock.now())
