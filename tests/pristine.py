"""The database every test starts from: migrated, guarded and with its defaults, kept as a copy to return to.

Migrating takes seconds, so on SQLite the migrated file is kept in ``.cache/tests`` under a name that changes
with whatever makes it (migrations, guards, defaults, locked packages). A transactional test ends by putting
the copy back instead of flushing: a flush would take away the page tree and the defaults, and the ledger's
triggers refuse it.
"""

import contextlib
import fcntl
import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from django.db import connection, connections

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".cache" / "tests"
OURS = ("core", "crm", "partners", "content", "deal_registration", "portal")
MIGRATE = (
    "import django; django.setup()\n"
    "from django.core.management import call_command\n"
    "call_command('migrate', verbosity=0, interactive=False)\n"
    "call_command('createcachetable')\n"
)


def _makers():
    """Yield the files whose change makes another pristine database."""
    yield ROOT / "requirements" / "dev.txt"
    yield from sorted((ROOT / "portal" / "settings").glob("*.py"))
    for top in OURS:
        for path in sorted((ROOT / top).rglob("*.py")):
            made_it = path.parent.name == "migrations" or path.stem in ("guards", "defaults")
            if made_it or b"post_migrate" in path.read_bytes():
                yield path


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in _makers():
        if path.exists():
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:20]


def sqlite_template() -> Path:
    """Return the migrated database file, made at first need; two processes at once make it once."""
    KEPT.mkdir(parents=True, exist_ok=True)
    template = KEPT / f"{_fingerprint()}.sqlite3"
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if template.exists():
            return template
        with tempfile.TemporaryDirectory(prefix="portal-template-") as folder:
            env = {**os.environ, "PORTAL_MODE": "test", "PORTAL_DATA_DIR": folder}
            env |= {"DJANGO_SETTINGS_MODULE": "portal.settings"}
            env.pop("PORTAL_TEST_DATABASE_URL", None)
            subprocess.run([sys.executable, "-c", MIGRATE], cwd=ROOT, env=env, check=True)
            made = Path(folder) / "made.sqlite3"
            with contextlib.closing(sqlite3.connect(Path(folder) / "portal.sqlite3")) as database:
                database.execute("VACUUM INTO ?", (str(made),))
            for old in sorted(KEPT.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime)[:-5]:
                old.unlink()
            aside = template.with_suffix(".new")
            aside.write_bytes(made.read_bytes())
            aside.replace(template)
    return template


def _copy(source: Path | str, target: Path | str) -> None:
    """Put ``source``'s rows and triggers into ``target``, under the database's own locks."""
    with (
        contextlib.closing(sqlite3.connect(source)) as old,
        contextlib.closing(sqlite3.connect(target, timeout=20)) as new,
    ):
        old.backup(new)


class SqlitePristine:
    """The pristine state of the SQLite file that settings name."""

    def __init__(self):
        self.template = sqlite_template()
        self.restore()
        with contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"])) as database:
            database.execute("PRAGMA journal_mode=WAL")

    def restore(self) -> None:
        """Return to the state after the migrations."""
        connections.close_all()
        _copy(self.template, connection.settings_dict["NAME"])

    def drop(self) -> None:
        """Nothing is left behind: the data folder goes with the run."""
        connections.close_all()


class PostgresPristine:
    """A second database on the server, from which the test database is made anew."""

    def __init__(self):
        self.name = connection.settings_dict["NAME"]
        self.kept = f"{self.name}_pristine"
        connections.close_all()
        self._run(f'DROP DATABASE IF EXISTS "{self.kept}" WITH (FORCE)')
        self._run(f'CREATE DATABASE "{self.kept}" TEMPLATE "{self.name}"')

    def _run(self, *statements: str) -> None:
        with connection._nodb_cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def restore(self) -> None:
        """Return to the state after the migrations."""
        connections.close_all()
        self._run(
            f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)',
            f'CREATE DATABASE "{self.name}" TEMPLATE "{self.kept}"',
        )

    def drop(self) -> None:
        """Remove the copy; the test database itself is Django's to remove."""
        connections.close_all()
        self._run(f'DROP DATABASE IF EXISTS "{self.kept}" WITH (FORCE)')
