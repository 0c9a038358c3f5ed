"""`make run`: set up, bring the database up to date, load the demo, and serve until Ctrl-C.

One web server (gunicorn) and one worker with its scheduler (celery) run side by side, each with a log
file in the data folder. If one of them ends, the other is stopped and the end of its log is shown.
"""

from __future__ import annotations

import argparse
import ctypes
import fcntl
import hashlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import setup
from setup import PYTHON, ROOT, SetupError, command, say

HOST = "127.0.0.1"
READY_PATH = "/health/ready/"
READY_WITHIN = 60
STOP_WITHIN = 10
LOG_KEPT = 10 * 1024 * 1024
MARK = ".portal-data"


class Stop(Exception):
    """The person, or the system, asked to stop."""


def asked_to_stop(signum, frame) -> None:
    raise Stop


# --- before anything is started -------------------------------------------------------------------
def check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise SetupError(
                f"port {port} is taken on {HOST}; choose another: make run PORT={port + 1}"
            ) from None
        except OverflowError:
            raise SetupError(f"{port} is not a port; choose one from 1024 to 65535") from None


def open_data(data: Path, *, fresh: bool):
    """Make the data folder ours and return its lock; a fresh start empties it if it is a portal's."""
    if data.exists() and not data.is_dir():
        raise SetupError(f"{data} is a file; DATA names a folder")
    data.mkdir(parents=True, exist_ok=True)
    lock = (data / "run.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise SetupError(
            f"a portal is running on {data} already; stop it, or choose another: make run DATA=…"
        ) from None
    others = [path for path in data.iterdir() if path.name != "run.lock"]
    known = (data / MARK).exists() or (data / "portal.sqlite3").exists()
    if fresh and others:
        if not known:
            raise SetupError(
                f"{data} does not look like a portal's data folder; empty it yourself if you mean it"
            )
        for path in others:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        say(f"{data} emptied")
    (data / MARK).touch()
    for name in ("logs", "run"):
        (data / name).mkdir(exist_ok=True)
    return lock


def environment(data: Path, port: int) -> dict:
    env = {**os.environ, "PORTAL_MODE": "demo", "PORTAL_DATA_DIR": str(data), "PYTHONUTF8": "1"}
    env.setdefault("PORTAL_ORIGIN", f"http://{HOST}:{port}")
    env["PATH"] = os.pathsep.join([str(PYTHON.parent), env.get("PATH", os.defpath)])
    return env


def manage(*arguments: str, env: dict) -> str:
    return command([PYTHON, "manage.py", *arguments], what=f"manage.py {arguments[0]}", env=env)


def manage_aloud(*arguments: str, env: dict) -> None:
    """As `manage`, with its own progress shown."""
    done = subprocess.run([str(PYTHON), "manage.py", *arguments], cwd=ROOT, env=env, check=False)
    if done.returncode:
        raise SetupError(f"manage.py {' '.join(arguments)} failed; what it printed is above")


def schema_digest(env: dict) -> str:
    """What the database's shape and the demo depend on; while it is unchanged both steps are left out."""
    total = hashlib.sha256()
    sources = [path for path in ROOT.glob("*/**/migrations/*.py") if ".venv" not in path.parts]
    for path in sorted([*sources, ROOT / "requirements" / "run.txt"]):
        total.update(str(path.relative_to(ROOT)).encode())
        total.update(path.read_bytes())
    total.update(env.get("DATABASE_URL", "").encode())
    return total.hexdigest()


def prepare(data: Path, *, size: str, env: dict) -> str:
    """Migrate and load the demo where that is due; returns the demo's logins as text."""
    stamp, logins = data / "run" / "prepared", data / "run" / "logins.txt"
    embedded = not env.get("DATABASE_URL")
    wanted = schema_digest(env)
    database_there = (data / "portal.sqlite3").exists()
    if embedded and database_there and logins.exists() and setup.is_current(stamp, wanted):
        return logins.read_text(encoding="utf-8")
    begun = time.monotonic()
    say("bringing the database up to date …")
    manage("migrate", "--no-input", "--verbosity", "0", env=env)
    say("database up to date", time.monotonic() - begun)
    begun = time.monotonic()
    manage_aloud("demo", "--size", size, "--if-empty", env=env)
    say("demo data there", time.monotonic() - begun)
    text = manage("demo", "--logins", env=env)
    logins.write_text(text, encoding="utf-8")
    stamp.write_text(wanted, encoding="utf-8")
    return text


# --- the two children -----------------------------------------------------------------------------
def die_with_parent() -> None:
    """On Linux a child gets SIGTERM when this supervisor is killed, so that nothing is left behind."""
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    except (AttributeError, OSError):
        pass


class Child:
    """One process group with a log file."""

    def __init__(self, name: str, arguments: list, *, data: Path, env: dict) -> None:
        self.name = name
        self.log = data / "logs" / f"{name}.log"
        if self.log.exists() and self.log.stat().st_size > LOG_KEPT:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as output:
            self.log_begins = output.tell()
            self.process = subprocess.Popen(
                [str(argument) for argument in arguments],
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def last_lines(self, count: int = 15) -> str:
        with self.log.open("rb") as file:
            file.seek(self.log_begins)
            lines = file.read().decode("utf-8", "replace").splitlines()[-count:]
        return "\n".join("    " + line for line in lines)

    def ask_to_end(self) -> None:
        if self.is_alive:
            self.process.terminate()

    def end(self, deadline: float) -> None:
        """Wait for the process until the deadline, then take down whatever of its group is left."""
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


def web_arguments(port: int) -> list:
    return [
        *(PYTHON, "-m", "gunicorn", "portal.wsgi:application", "--bind", f"{HOST}:{port}"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "8", "--preload"),
        *("--timeout", "60", "--graceful-timeout", "5", "--keep-alive", "5", "--log-level", "warning"),
        *("--worker-tmp-dir", "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"),
    ]


def worker_arguments(data: Path) -> list:
    return [
        *(PYTHON, "-m", "celery", "-A", "portal", "worker", "-B", "-c", "2"),
        *("--schedule", data / "run" / "beat", "--pidfile", ""),
        *("--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
    ]


def answer(port: int) -> str:
    """What the readiness page answers: a status, or `nothing`."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", READY_PATH)
        return str(connection.getresponse().status)
    except (OSError, http.client.HTTPException):
        return "nothing"
    finally:
        connection.close()


def check_children(children: list) -> None:
    for child in children:
        if not child.is_alive:
            raise SetupError(
                f"the {child.name} process ended with code {child.process.returncode}; "
                f"the end of {child.log}:\n{child.last_lines()}"
            )


def wait_until_ready(children: list, port: int) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while (last := answer(port)) != "200":
        check_children(children)
        if time.monotonic() > deadline:
            raise SetupError(
                f"{READY_PATH} is not ready after {READY_WITHIN} seconds (it answers {last}); "
                f"the end of {children[0].log}:\n{children[0].last_lines()}"
            )
        time.sleep(0.25)


def stop(children: list) -> None:
    for child in children:
        child.ask_to_end()
    deadline = time.monotonic() + STOP_WITHIN
    for child in children:
        child.end(deadline)


# --- the whole ------------------------------------------------------------------------------------
def serve(options, children: list) -> None:
    """Everything up to the ready line, then watch. Ends by an exception only."""
    data = Path(options.data).expanduser().resolve()
    check_port(options.port)
    lock = open_data(data, fresh=options.fresh)  # noqa: F841 — held while this function runs
    under_way = setup.start(dev=False)
    env = environment(data, options.port)
    logins = prepare(data, size=options.size, env=env)
    setup.finish(under_way)
    begun = time.monotonic()
    children.append(Child("web", web_arguments(options.port), data=data, env=env))
    # The worker looks for work every few seconds; what it did is in the job rows, not in lines of a log.
    quiet = {"PORTAL_LOG_LEVEL": "WARNING", **env}
    children.append(Child("worker", worker_arguments(data), data=data, env=quiet))
    wait_until_ready(children, options.port)
    say("web server and worker started", time.monotonic() - begun)
    print(
        f"\nThe portal is ready: http://{HOST}:{options.port}/\n\n{logins.rstrip()}\n\n"
        f"  logs           {data / 'logs'}\n"
        f"  another port   make run PORT={options.port + 1}\n"
        f"  other data     make run DATA=~/portal-data     (now {data})\n"
        f"  a fresh start  make run FRESH=1                (deletes what is in the data folder)\n"
        f"  more data      make run FRESH=1 SIZE=10k       (or 100k; on PostgreSQL 1m)\n"
        f"  stop           Ctrl-C\n",
        flush=True,
    )
    while True:
        check_children(children)
        time.sleep(0.5)


def main() -> int:
    parser = argparse.ArgumentParser(description="Serve the portal with demo data.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data", default=str(ROOT / "data"))
    parser.add_argument("--size", default="small", choices=["small", "10k", "100k", "1m"])
    parser.add_argument("--fresh", action="store_true")
    options = parser.parse_args()
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, asked_to_stop)
    children: list = []
    try:
        serve(options, children)
    except Stop:
        if children:
            print("\nstopping …", flush=True)
        return 0
    except SetupError as error:
        print(f"run: {error}", file=sys.stderr, flush=True)
        return 1
    finally:
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, signal.SIG_IGN)
        stop(children)
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # do not wait for a download that was interrupted
