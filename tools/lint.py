"""`make lint`: every check of the source, each to its end, so that no complaint hides another."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time

import setup
from setup import PYTHON, ROOT, SetupError

BIN = PYTHON.parent
TYPED = (
    "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['tool']['portal']['typed'], sep='\\n')"
)


def typed_files() -> list:
    """The pure modules that mypy reads, by pyproject's patterns; one may name what is still to come."""
    patterns = subprocess.run(
        [str(PYTHON), "-c", TYPED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return sorted(
        {str(path.relative_to(ROOT)) for line in patterns.stdout.split() for path in ROOT.glob(line)}
    )


def checks() -> dict:
    found = {
        "ruff": [BIN / "ruff", "check", "--output-format", "concise"],
        "ruff format": [BIN / "ruff", "format", "--check", "--output-format", "concise"],
        "import floors": [BIN / "lint-imports"],
        "migrations": [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
        "catalogues": [PYTHON, "tools/catalogues.py", "check"],
    }
    if any((ROOT / "templates").rglob("*.html")):
        found["djlint"] = [BIN / "djlint", "--lint", "--quiet", "templates"]
    typed = typed_files()
    if typed:
        found["mypy"] = [BIN / "mypy", *typed]
    return found


def main() -> int:
    try:
        setup.finish(setup.start(dev=True))
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    if not shutil.which("xgettext"):
        setup.apt_install(["gettext"], "gettext")
    failed = []
    with tempfile.TemporaryDirectory(prefix="portal-lint-") as data:
        env = {**os.environ, "PORTAL_MODE": "test", "PORTAL_DATA_DIR": data, "PYTHONUTF8": "1"}
        for name in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE"):
            env.pop(name, None)
        for name, arguments in checks().items():
            begun = time.monotonic()
            done = subprocess.run(
                [str(argument) for argument in arguments],
                cwd=ROOT,
                env=env,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
            )
            verdict = "ok" if done.returncode == 0 else "FAILED"
            print(f"{name:<14} {verdict} ({time.monotonic() - begun:.1f} s)", flush=True)
            if done.returncode:
                failed.append(name)
                print("\n".join("    " + line for line in done.stdout.rstrip().splitlines()), flush=True)
    print(f"lint: {', '.join(failed)} failed" if failed else "lint: all good")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
