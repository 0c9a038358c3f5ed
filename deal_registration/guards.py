"""The database's own rule: a scope has at most one approved registration at any instant.

On PostgreSQL a partial exclusion constraint over customer, project, line and period, all as ranges built from plain
columns, so that no extension is needed (one project is a range of one number, the whole customer the unbounded
range). On SQLite triggers say the same. Both are vendor SQL, installed by an idempotent step after every migrate
(SQLite drops a table's triggers whenever a migration remakes it); ``checks`` compares what is there.
"""

from django.db import connections
from django.db.models.signals import post_migrate

CONSTRAINT = "claim_one_approved_registration_per_scope"
TRIGGERS = ("claim_one_approved_on_insert", "claim_one_approved_on_update")

_POSTGRESQL = f"""
ALTER TABLE deal_registration_claim ADD CONSTRAINT {CONSTRAINT} EXCLUDE USING gist (
    int8range(customer_id, customer_id, '[]') WITH &&,
    int8range(line_id, line_id, '[]') WITH &&,
    int8range(project_id, project_id, '[]') WITH &&,
    tstzrange(starts_at, ends_at) WITH &&
) WHERE (kind = 'registration' AND state = 'approved')
"""

_SQLITE = """
CREATE TRIGGER {name} BEFORE {event} ON deal_registration_claim
WHEN NEW.kind = 'registration' AND NEW.state = 'approved'
BEGIN
    SELECT RAISE(ABORT, '{constraint}')
    WHERE EXISTS (
        SELECT 1 FROM deal_registration_claim AS other
        WHERE other.kind = 'registration' AND other.state = 'approved'
            AND other.id IS NOT NEW.id
            AND other.customer_id = NEW.customer_id AND other.line_id = NEW.line_id
            AND (other.project_id IS NULL OR NEW.project_id IS NULL OR other.project_id = NEW.project_id)
            AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at
    );
END
"""


def is_installed(using: str = "default") -> bool:
    """Tell whether the rule stands in the database ``using``."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT count(*) FROM pg_constraint WHERE conname = %s", [CONSTRAINT])
            return cursor.fetchone()[0] == 1
        cursor.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN (%s, %s)", list(TRIGGERS)
        )
        return cursor.fetchone()[0] == len(TRIGGERS)


def install(using: str = "default") -> None:
    """Put the rule in place, if it does not stand; safe to run again."""
    if is_installed(using):
        return
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRESQL)
            return
        for name, event in zip(TRIGGERS, ("INSERT", "UPDATE"), strict=True):
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(_SQLITE.format(name=name, event=event, constraint=CONSTRAINT))


def remove(using: str = "default") -> None:
    """Take the rule away: for positive controls of race tests only."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE deal_registration_claim DROP CONSTRAINT IF EXISTS {CONSTRAINT}")
            return
        for name in TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def _after_migrate(sender, using: str, **kwargs) -> None:
    """Install the rule once this app's tables stand."""
    if "deal_registration_claim" in connections[using].introspection.table_names():
        install(using)


def connect() -> None:
    """Run ``install`` after every migrate."""
    from django.apps import apps

    post_migrate.connect(
        _after_migrate,
        sender=apps.get_app_config("deal_registration"),
        dispatch_uid="deal_registration.guards",
    )


connect()
