"""``manage.py restrict_ledger_role``: the role that serves the portal may add to the ledger, never change it."""

import re

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

INSERT_ONLY = ("ledger_event", "ledger_seal", "ledger_sealedevent")
ERASABLE = ("ledger_factset",)


def statements(role: str) -> list[str]:
    """Return the SQL that gives ``role`` what serving needs, and on the ledger no more than adding and erasing."""
    role = connection.ops.quote_name(role)
    return [
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"REVOKE UPDATE, DELETE, TRUNCATE, TRIGGER ON {', '.join(INSERT_ONLY)} FROM {role}",
        f"REVOKE UPDATE, TRUNCATE, TRIGGER ON {', '.join(ERASABLE)} FROM {role}",
    ]


class Command(BaseCommand):
    """Run by the role that owns the tables, after each ``migrate``; the serving role must exist."""

    help = "On PostgreSQL: gives the role that serves the portal its rights, INSERT and SELECT only on the ledger."

    def add_arguments(self, parser):
        parser.add_argument("role", help="the role that web and worker processes connect as")
        parser.add_argument("--dry-run", action="store_true", help="only print the statements")

    def handle(self, *args, role: str, dry_run: bool, **options):
        if connection.vendor != "postgresql":
            raise CommandError("Roles are PostgreSQL's; on SQLite the triggers alone guard the ledger.")
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", role):
            raise CommandError("A role's name is made of small letters, digits and underscores.")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_user = %s, EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [role] * 2
            )
            is_self, exists = cursor.fetchone()
            if is_self or not exists:
                raise CommandError("Name another, existing role: the owner can grant itself anything.")
            for statement in statements(role):
                self.stdout.write(f"{statement};")
                if not dry_run:
                    cursor.execute(statement)
