"""The database every test starts from: migrated, guarded and with its defaults, kept as a copy to return to.

Migrating takes seconds, so on SQLite the migrated file is kept in ``.cache/tests`` under a name that changes
with whatever makes it (migrations, guards, defaults, locked packages); where migrations were only added, it goes on
from the older tables. A transactional test ends by putting the copy back instead of flushing: a flush would take away
the page tree and the defaults, and the ledger's triggers refuse it.
"""

import contextlib
import fcntl
import hashlib
import json
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


def _digest(path: Path) -> str:
    """Return the hash of a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _fingerprint(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        if path.exists():
            digest.update(f"{path.relative_to(ROOT)}\0{_digest(path)}\0".encode())
    return digest.hexdigest()[:20]


def _nearest(migrations: list[Path]) -> Path | None:
    """Return the kept tables made by the most of these migrations and by no other, to go on from there."""
    now = {str(path.relative_to(ROOT)): _digest(path) for path in migrations if path.exists()}
    best, most = None, 0
    for listed in KEPT.glob("tables-*.json"):
        then = json.loads(listed.read_text("utf-8"))
        database = listed.with_suffix(".sqlite3")
        if database.exists() and len(then) > most and then.items() <= now.items():
            best, most = database, len(then)
    return best


def _migrate(target: Path, begin_with: Path | None) -> None:
    """Write a migrated database to ``target``, from nothing or from an older one."""
    with tempfile.TemporaryDirectory(prefix="portal-template-") as folder:
        database, made = Path(folder) / "portal.sqlite3", Path(folder) / "made.sqlite3"
        if begin_with is not None:
            shutil.copyfile(begin_with, database)
            with contextlib.closing(sqlite3.connect(database)) as older, older:
                older.execute("DELETE FROM access_role")  # a role that exists keeps what it has: not here
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
            _migrate(tables, _nearest(_migrations()))
            made_by = {str(path.relative_to(ROOT)): _digest(path) for path in _migrations()}
            tables.with_suffix(".json").write_text(json.dumps(made_by), "utf-8")
        if not whole.exists():
            _migrate(whole, tables)
        for old in sorted(KEPT.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime)[:-12]:
            old.unlink()
            old.with_suffix(".json").unlink(missing_ok=True)
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
