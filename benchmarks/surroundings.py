"""What is measured on: databases of its own with demo data, and a web server before them."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import errors

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"


def server_url() -> str:
    """Return the database address that ``make bench`` gives, or leave with a word on how to start."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith(("postgres://", "postgresql://")):
        sys.exit("bench: needs PostgreSQL; start it with `make bench`, which finds or starts a server")
    return url


def _named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextlib.contextmanager
def database(label: str, *, keep: bool = False, ctypes: Sequence[str] = ()) -> Iterator[str]:
    """Make an empty database on the server and drop it at the end; yields its address.

    With ``keep`` it stays, and the next run with ``keep`` finds it with its data: loading takes minutes. ``ctypes``:
    what characters are is decided by the first of these that the server has; by its own where it has none.
    """
    name = f"portal_bench_{label}" if keep else f"portal_bench_{os.getpid()}_{label}"
    maintenance = _named(server_url(), "postgres")
    with psycopg.connect(maintenance, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            _create(connection, name, ctypes)
    try:
        yield _named(server_url(), name)
    finally:
        if not keep:
            with psycopg.connect(maintenance, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _create(connection: psycopg.Connection, name: str, ctypes: Sequence[str]) -> None:
    for ctype in ctypes:
        with contextlib.suppress(errors.InvalidParameterValue, errors.WrongObjectType):
            connection.execute(
                f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE '{ctype}'"
            )
            return
    connection.execute(f'CREATE DATABASE "{name}"')


def environment(url: str, data: str, port: int = 8000) -> dict[str, str]:
    """Return the environment of a demo portal on the database ``url``."""
    return os.environ | {
        "DATABASE_URL": url,
        "PORTAL_MODE": "demo",
        "PORTAL_DATA_DIR": data,
        "PORTAL_ORIGIN": f"http://{HOST}:{port}",
        "PORTAL_LOG_LEVEL": "WARNING",
    }


def manage(*arguments: str, env: dict[str, str]) -> float:
    """Run ``manage.py`` and return the seconds it took; its progress is shown."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, check=True)
    return time.perf_counter() - begun


def load(url: str, size: str, env: dict[str, str]) -> float | None:
    """Migrate the database and load a demo of ``size``; return the seconds that took, None where one was kept."""
    manage("migrate", "--no-input", "--verbosity", "0", env=env)
    with psycopg.connect(url) as connection:
        is_kept = connection.execute("SELECT EXISTS (SELECT 1 FROM accounts_account)").fetchone()[0]
    loaded_in = None if is_kept else manage("demo", "--size", size, env=env)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
    return loaded_in


@contextlib.contextmanager
def portal(
    url: str, size: str, *, workers: int = 2, threads: int = 4, application: str = "portal.wsgi"
) -> Iterator["Portal"]:
    """Load a demo of ``size`` into ``url`` and serve it with gunicorn; yields the portal."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as data:
        with socket.socket() as free:
            free.bind((HOST, 0))
            port = free.getsockname()[1]
        env = environment(url, data, port)
        loaded_in = load(url, size, env)
        command = [sys.executable, "-m", "gunicorn", f"{application}:application", "--bind", f"{HOST}:{port}"]
        command += ["--workers", str(workers), "--threads", str(threads), "--worker-class", "gthread"]
        command += ["--preload", "--log-level", "warning", "--keep-alive", "30"]
        command += [
            "--timeout",
            "180",
            "--graceful-timeout",
            "10",
        ]  # a busy machine compiles its first pages slowly
        with (Path(data) / "web.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
        try:
            _wait_for(port, process, Path(data) / "web.log")
            yield Portal(url, port, loaded_in, env)
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()


class Portal:
    """A served portal. ``loaded_in``: the seconds its demo took to load; None where it was there already."""

    def __init__(self, url: str, port: int, loaded_in: float | None, env: dict[str, str]) -> None:
        self.url, self.port, self.loaded_in, self.env = url, port, loaded_in, env

    def run(self, module: str, *arguments: str) -> None:
        """Run a module of this package beside the served portal, on its database."""
        subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, env=self.env, check=True)

    def rows(self, statement: str) -> list[tuple]:
        """Return what an SQL query finds."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement).fetchall()


def _wait_for(port: int, process: subprocess.Popen, log: Path) -> None:
    """Wait until the server accepts connections; a minute at most."""
    for _attempt in range(300):
        if process.poll() is not None:
            sys.exit(f"bench: the web server ended:\n{log.read_text()[-2000:]}")
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.2)
    sys.exit("bench: the web server did not come up within a minute")
