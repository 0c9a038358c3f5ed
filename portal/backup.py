"""One file that holds the whole portal: database, uploads, the keys kept in the data folder; and the way back.

The database is copied first, as of one instant, the uploads after it: a file stored meanwhile is one too many, never
one too few. What the environment brings (the signing key and the secret key in production, files in S3) is not in it.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.db import connection
from django.utils import timezone

FORMAT = 1
MANIFEST = "manifest.json"
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
FOLDERS = ("default", "private")  # storages of uploads
KEYS = ("ledger_signing_key", "secret_key")

Say = Callable[[str], None]


class BackupError(Exception):
    """The backup cannot be made or used; the text says why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds, to be checked before anything is replaced."""

    format: int
    made_at: str
    vendor: str
    events: int
    seals: int
    database_sha256: str
    migrations: list[str] = field(default_factory=list)


def make_backup(path: Path, say: Say) -> Manifest:
    """Write everything into the tar file ``path`` (never over an existing one) and return its manifest."""
    vendor = _vendor()
    if path.exists():
        raise BackupError(f"{path} exists already.")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        copy = Path(folder) / DATABASES[vendor]
        say("Copying the database …")
        facts = _counts()
        (_copy_sqlite if vendor == "sqlite" else _dump_postgres)(copy)
        manifest = Manifest(
            format=FORMAT,
            made_at=timezone.now().isoformat(),
            vendor=vendor,
            database_sha256=_sha256(copy),
            **facts,
        )
        try:
            with (
                os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file,
                tarfile.open(fileobj=file, mode="w:gz", compresslevel=3) as tar,
            ):
                written = Path(folder) / MANIFEST
                written.write_text(json.dumps(asdict(manifest), indent=1))
                tar.add(written, MANIFEST)
                tar.add(copy, copy.name)
                for name, root in _folders(say):
                    say(f"Adding {name} files …")
                    if root.is_dir():
                        tar.add(root, f"files/{name}")
                for key in KEYS:
                    if (settings.ENVIRONMENT.data_dir / key).is_file():
                        tar.add(settings.ENVIRONMENT.data_dir / key, f"keys/{key}")
            part.rename(path)
        finally:
            part.unlink(missing_ok=True)
    return manifest


def read_manifest(path: Path) -> Manifest:
    """Return what the backup at ``path`` says about itself; raises ``BackupError`` if it is none."""
    try:
        with tarfile.open(path) as tar:
            member = tar.extractfile(MANIFEST)
            data = json.load(member)
        manifest = Manifest(**data)
    except (OSError, KeyError, TypeError, ValueError, tarfile.TarError, AttributeError) as error:
        raise BackupError(f"{path} is no backup of this portal.") from error
    if manifest.format != FORMAT:
        raise BackupError(f"{path} has format {manifest.format}; this version reads {FORMAT}.")
    if manifest.vendor != _vendor():
        raise BackupError(f"{path} is of {manifest.vendor}; this portal runs on {connection.vendor}.")
    return manifest


def restore_backup(path: Path, say: Say) -> Manifest:
    """Replace database, uploads and kept keys by those of the backup; return its manifest.

    Nothing may be using the portal meanwhile. The database is replaced whole or not at all.
    """
    manifest = read_manifest(path)
    with _unpacked(path) as folder:
        copy = folder / DATABASES[manifest.vendor]
        if not copy.is_file() or _sha256(copy) != manifest.database_sha256:
            raise BackupError(f"{path} is damaged: its database is not the one that was backed up.")
        say("Replacing the database …")
        (_replace_sqlite if manifest.vendor == "sqlite" else _replace_postgres)(copy)
        for name, root in _folders(say):
            say(f"Replacing {name} files …")
            _replace_folder(folder / "files" / name, root)
        for key in KEYS:
            if (folder / "keys" / key).is_file():
                _replace_key(folder / "keys" / key, settings.ENVIRONMENT.data_dir / key)
    return manifest


def _vendor() -> str:
    """Return the kind of database; raises ``BackupError`` for one we cannot copy."""
    if connection.vendor not in DATABASES:
        raise BackupError(f"Backups of {connection.vendor} are not supported.")
    return connection.vendor


def _counts() -> dict:
    """Return what is checked again after a restore."""
    from django.db.migrations.recorder import MigrationRecorder

    from core.ledger.models import Event, Seal

    applied = MigrationRecorder(connection).applied_migrations()
    return {
        "events": Event.objects.count(),
        "seals": Seal.objects.count(),
        "migrations": sorted(f"{app}.{name}" for app, name in applied),
    }


def _copy_sqlite(target: Path) -> None:
    """Copy the database as of now, while others write; never by copying the file."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(target)])


def _replace_sqlite(source: Path) -> None:
    """Write the copy over the database through SQLite itself, so that its journal stays right."""
    name = connection.settings_dict["NAME"]
    connection.close()
    with closing(sqlite3.connect(source)) as copy, closing(sqlite3.connect(name, timeout=20)) as database:
        copy.backup(database)


def _dump_postgres(target: Path) -> None:
    """Dump the database as of one instant."""
    _run(["pg_dump", "--format=custom", "--no-owner", f"--file={target}"])


def _replace_postgres(source: Path) -> None:
    """Empty the database and load the dump, in one transaction."""
    script = source.with_suffix(".sql")
    _run(["pg_restore", "--no-owner", f"--file={script}", str(source)], connects=False)
    connection.close()
    _run(
        [
            "psql",
            "--no-psqlrc",
            "--quiet",
            "--single-transaction",
            "--set=ON_ERROR_STOP=1",
            "--output=/dev/null",
            "--command=DROP SCHEMA public CASCADE; CREATE SCHEMA public;",
            f"--file={script}",
        ]
    )


def _run(command: list[str], *, connects: bool = True) -> None:
    """Run one of PostgreSQL's programs against the portal's database; raises ``BackupError`` with its last words."""
    given = connection.settings_dict
    environment = dict(os.environ)
    if connects:
        for name, value in (
            ("PGHOST", given["HOST"]),
            ("PGPORT", given["PORT"]),
            ("PGUSER", given["USER"]),
            ("PGPASSWORD", given["PASSWORD"]),
            ("PGDATABASE", given["NAME"]),
            ("PGSSLMODE", given.get("OPTIONS", {}).get("sslmode")),
        ):
            if value:
                environment[name] = str(value)
    try:
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise BackupError(f"{command[0]} is missing: apt-get install postgresql-client") from error
    except subprocess.CalledProcessError as error:
        raise BackupError(f"{command[0]}: {error.stderr.strip()[-500:]}") from error


def _folders(say: Say) -> Iterator[tuple[str, Path]]:
    """Yield the name and folder of each storage of uploads that is on disk; say which are not."""
    for name in FOLDERS:
        storage = storages[name]
        if isinstance(storage, FileSystemStorage):
            yield name, Path(storage.location)
        else:
            say(f"The {name} files are in S3: back them up there.")


def _replace_folder(source: Path, target: Path) -> None:
    """Put ``source`` in the place of ``target``; the old one goes only when the new one stands."""
    target.parent.mkdir(parents=True, exist_ok=True)
    new, old = target.with_name(f".{target.name}.new"), target.with_name(f".{target.name}.old")
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    if source.is_dir():
        shutil.copytree(source, new)
    else:
        new.mkdir()
    if target.exists():
        target.rename(old)
    new.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _replace_key(source: Path, target: Path) -> None:
    """Put a kept key in place, readable by its owner only."""
    part = target.with_name(f".{target.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(source.read_bytes())
    part.replace(target)


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """Unpack the tar into a folder of its own, refusing names that lead out of it."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            with tarfile.open(path) as tar:
                for member in tar:
                    _unpack(tar, member, Path(folder))
        except (OSError, tarfile.TarError) as error:
            raise BackupError(f"{path} is damaged: {error}") from error
        yield Path(folder)


def _unpack(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Write one plain file of the tar below ``folder``; links and names that lead elsewhere are no part of a backup.

    By hand: Debian's Python 3.11 has no ``extractall(filter=…)`` yet.
    """
    target = (folder / member.name).resolve()
    if member.isdir():
        return
    if not member.isfile() or not target.is_relative_to(folder.resolve()):
        raise tarfile.TarError(f"{member.name} does not belong into a backup")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tar.extractfile(member) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file)


def _sha256(path: Path) -> str:
    """Return the hash of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while portion := file.read(1 << 20):
            digest.update(portion)
    return digest.hexdigest()
