"""Find a PostgreSQL to test on, or start one that is thrown away afterwards.

    python3 tools/postgres.py -- command …     runs it with DATABASE_URL naming a new, empty database

In this order: the server named by DATABASE_URL or PG*; one on 127.0.0.1:5432; a cluster of our own from
installed binaries; the same after `apt-get install postgresql`, when that is ours to do.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import setup
from setup import PYTHON, ROOT, SetupError, command, say

OLDEST = 15
PROBE = """
import sys, psycopg
with psycopg.connect(sys.argv[1], connect_timeout=3) as connection:
    able = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
    role = connection.execute(able).fetchone()
    sys.exit("the user may not create databases" if not role[0] else
             "PostgreSQL %d is too old" % (connection.info.server_version // 10000)
             if connection.info.server_version < int(sys.argv[2]) * 10000 else 0)
"""
STATEMENT = """
import sys, psycopg
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    connection.execute(sys.argv[2])
"""


class NoPostgres(Exception):
    """There is no server to be had; the message says what was tried."""


def with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def complaint(url: str) -> str:
    """Why a server cannot be used for tests; empty when it can."""
    done = subprocess.run(
        [str(PYTHON), "-c", PROBE, url, str(OLDEST)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    if done.returncode == 0:
        return ""
    said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return next((line for line in said if line.startswith("psycopg.")), said[-1] if said else "no answer")


def named_server() -> str | None:
    """The server the environment names, as an address of its maintenance database."""
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith(("postgres://", "postgresql://")):
        return with_database(url, "postgres")
    if not any(os.environ.get(name) for name in ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")):
        return None
    user = quote(os.environ.get("PGUSER", "postgres"), safe="")
    password = quote(os.environ.get("PGPASSWORD", ""), safe="")
    host = os.environ.get("PGHOST", "127.0.0.1")
    host = "127.0.0.1" if host.startswith("/") else host
    login = f"{user}:{password}" if password else user
    return f"postgres://{login}@{host}:{os.environ.get('PGPORT', '5432')}/postgres"


def is_open(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def binaries() -> Path | None:
    """The folder of the newest installed server that is new enough."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    if shutil.which("initdb"):
        folders.append(Path(shutil.which("initdb")).resolve().parent)
    able = []
    for folder in folders:
        if not (folder / "initdb").exists() or not (folder / "pg_ctl").exists():
            continue
        said = subprocess.run(
            [str(folder / "initdb"), "--version"], capture_output=True, text=True, check=False
        ).stdout
        major = said.split()[-1].split(".")[0] if said.split() else ""
        if major.isdigit() and int(major) >= OLDEST:
            able.append((int(major), folder))
    return max(able)[1] if able else None


def as_server_user() -> list:
    """PostgreSQL refuses to run as root; then the system's `postgres` runs it."""
    if os.geteuid() != 0:
        return []
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        raise NoPostgres("PostgreSQL does not run as root and there is no user `postgres`") from None
    return ["runuser", "-u", "postgres", "--"]


@contextlib.contextmanager
def throw_away_cluster(folder_of_binaries: Path, *, durable: bool):
    user = as_server_user()
    folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    begun = time.monotonic()
    try:
        if user:
            shutil.chown(folder, "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        cluster = folder / "cluster"
        arguments = [
            "--pgdata",
            cluster,
            "--username",
            "postgres",
            "--auth",
            "trust",
            "--encoding",
            "UTF8",
            "--no-sync",
        ]
        command([*user, folder_of_binaries / "initdb", *arguments, "--locale", "C.UTF-8"], what="initdb")
        server = f"-h 127.0.0.1 -p {port} -k {folder} -c max_connections=200"
        if not durable:
            server += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        control = [*user, folder_of_binaries / "pg_ctl", "--pgdata", cluster, "--wait", "--silent"]
        # Output goes to the file: a server that inherits a pipe keeps the caller waiting for its end.
        command([*control, "--log", folder / "log", "--options", server, "start"], what="starting PostgreSQL")
        say("PostgreSQL started for this run", time.monotonic() - begun)
        try:
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
        finally:
            command([*control, "--mode", "immediate", "stop"], what="stopping PostgreSQL")
    except SetupError as error:
        raise NoPostgres(str(error)) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def server(*, durable: bool = False):
    """An address of a maintenance database on a server where databases can be made. Raises NoPostgres.

    `durable` keeps fsync on in a cluster of our own: for measurements, not for tests.
    """
    tried = []
    named = named_server()
    if named:
        why = complaint(named)
        if not why:
            yield named
            return
        tried.append(f"the server of DATABASE_URL/PG*: {why}")
    if is_open("127.0.0.1", 5432):
        url = "postgres://postgres@127.0.0.1:5432/postgres"
        why = complaint(url)
        if not why:
            yield url
            return
        tried.append(f"the server on 127.0.0.1:5432: {why}")
    folder = binaries()
    if folder is None and setup.apt_install(["postgresql"], "PostgreSQL"):
        folder = binaries()
    if folder is None:
        tried.append(
            f"no PostgreSQL {OLDEST} or newer is installed (Debian: sudo apt-get install postgresql)"
        )
        raise NoPostgres("; ".join(tried))
    with throw_away_cluster(folder, durable=durable) as url:
        yield url


def statement(url: str, text: str) -> None:
    command([PYTHON, "-c", STATEMENT, url, text], what=text.split(" (")[0])


@contextlib.contextmanager
def database(url: str):
    """A new database on the server, dropped at the end."""
    name = f"portal_{os.getpid()}"
    statement(url, f'CREATE DATABASE "{name}"')
    try:
        yield with_database(url, name)
    finally:
        statement(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def main(arguments: list) -> int:
    if arguments[:1] != ["--"] or len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        setup.finish(setup.start(dev=True))
        with server(durable=True) as url, database(url) as ours, tempfile.TemporaryDirectory() as data:
            env = {**os.environ, "DATABASE_URL": ours, "PORTAL_MODE": "demo", "PORTAL_DATA_DIR": data}
            return subprocess.run(arguments[1:], cwd=ROOT, env=env, check=False).returncode
    except (NoPostgres, SetupError) as error:
        print(f"postgres: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
