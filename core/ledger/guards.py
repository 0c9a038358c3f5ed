"""Triggers by which the database itself refuses to change or delete what the ledger holds.

Installed after every migrate (SQLite drops a table's triggers when a migration remakes it); a system check
compares what is there (``checks``). Facts may be deleted, to erase a person, but never changed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models.signals import post_migrate

FUNCTION = "ledger_refuse_change"
FUNCTION_BODY = """
BEGIN
    RAISE EXCEPTION 'the ledger is never changed: % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
"""


@dataclass(frozen=True, slots=True)
class Guard:
    """One trigger: which operation it refuses on which table."""

    table: str
    operation: str

    @property
    def name(self) -> str:
        """The trigger's name."""
        return f"{self.table}_no_{self.operation.lower()}"

    def create_sql(self, vendor: str) -> str:
        """Return the statement that creates the trigger."""
        if vendor == "postgresql":
            return (
                f'CREATE TRIGGER {self.name} BEFORE {self.operation} ON "{self.table}" '
                f"FOR EACH ROW EXECUTE FUNCTION {FUNCTION}()"
            )
        return (
            f'CREATE TRIGGER {self.name} BEFORE {self.operation} ON "{self.table}" '
            f"BEGIN SELECT RAISE(ABORT, 'the ledger is never changed: {self.operation} on {self.table}'); END"
        )

    def drop_sql(self, vendor: str) -> str:
        """Return the statement that removes the trigger."""
        where = f' ON "{self.table}"' if vendor == "postgresql" else ""
        return f"DROP TRIGGER IF EXISTS {self.name}{where}"


GUARDS = (
    *(
        Guard(f"ledger_{table}", operation)
        for table in ("event", "seal", "sealedevent")
        for operation in ("UPDATE", "DELETE")
    ),
    Guard("ledger_factset", "UPDATE"),
)


def missing(using: str = DEFAULT_DB_ALIAS) -> list[Guard]:
    """Return the guards that are absent, switched off or not as they should be."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [FUNCTION])
            if [row[0] for row in cursor.fetchall()] != [FUNCTION_BODY]:
                return list(GUARDS)
            cursor.execute(
                "SELECT tgname, tgrelid::regclass::text FROM pg_trigger "
                "WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
            )
            there = set(cursor.fetchall())
            return [guard for guard in GUARDS if (guard.name, guard.table) not in there]
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        there = dict(cursor.fetchall())
    return [guard for guard in GUARDS if there.get(guard.name) != guard.create_sql("sqlite")]


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """Create the guards that are missing; doing it again changes nothing."""
    connection = connections[using]
    lacking = missing(using)
    if not lacking:
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql "
                f"AS $body${FUNCTION_BODY}$body$"
            )
        for guard in lacking:
            cursor.execute(guard.drop_sql(connection.vendor))
            cursor.execute(guard.create_sql(connection.vendor))


def drop(using: str = DEFAULT_DB_ALIAS) -> None:
    """Remove the guards; for tests that must get past them."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for guard in GUARDS:
            cursor.execute(guard.drop_sql(connection.vendor))


@contextmanager
def lifted(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Do without the guards for a moment; for tests."""
    drop(using)
    try:
        yield
    finally:
        install(using)


def _install_after_migrate(using: str, **_others) -> None:
    tables = connections[using].introspection.table_names()
    if {guard.table for guard in GUARDS} <= set(tables):
        install(using)


post_migrate.connect(_install_after_migrate, sender=apps.get_app_config("ledger"))
