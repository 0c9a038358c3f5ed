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
import shutil
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


def _migrations() -> list[Path]:
    """Return the files whose change makes other tables."""
    found = [path for top in OURS for path in (ROOT / top).rglob("migrations/*.py")]
    return [ROOT / "requirements" / "dev.txt", *sorted(found)]


def _finishers() -> list[Path]:
    """Return the files whose change makes other guards or defaults."""
    found = list((ROOT / "portal" / "settings").glob("*.py"))
    for top in OURS:
        for path in (ROOT / top).rglob("*.py"):
            if path.stem in ("guards", "defaults") or b"post_migrate" in path.read_bytes():
                found.append(path)
    return sorted(found)


def _fingerprint(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        if path.exists():
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:20]


def _migrate(target: Path, begin_with: Path | None) -> None:
    """Write a migrated database to ``target``, from nothing or from an older one."""
    with tempfile.TemporaryDirectory(prefix="portal-template-") as folder:
        database, made = Path(folder) / "portal.sqlite3", Path(folder) / "made.sqlite3"
        if begin_with is not None:
            shutil.copyfile(begin_with, database)
        env = {**os.environ, "PORTAL_MODE": "test", "PORTAL_DATA_DIR": folder}
        env |= {"DJANGO_SETTINGS_MODULE": "portal.settings"}
        env.pop("PORTAL_TEST_DATABASE_URL", None)
        subprocess.run([sys.executable, "-c", MIGRATE], cwd=ROOT, env=env, check=True)
        with contextlib.closing(sqlite3.connect(database)) as migrated:
            migrated.execute("VACUUM INTO ?", (str(made),))
        aside = target.with_suffix(".new")
        shutil.copyfile(made, aside)
        aside.replace(target)


def sqlite_template() -> Path:
    """Return the migrated database file, made at first need; of two processes at once one makes it.

    The tables are kept apart from what is put in after migrating, which changes more often and is quicker.
    """
    KEPT.mkdir(parents=True, exist_ok=True)
    tables = KEPT / f"tables-{_fingerprint(_migrations())}.sqlite3"
    whole = KEPT / f"whole-{_fingerprint([*_migrations(), *_finishers()])}.sqlite3"
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not tables.exists():
            _migrate(tables, None)
        if not whole.exists():
            _migrate(whole, tables)
        for old in sorted(KEPT.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime)[:-12]:
            old.unlink()
    return whole


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
