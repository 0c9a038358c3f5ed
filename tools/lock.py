"""`make lock`: resolve the dependencies again; ARGS=--upgrade takes the newest that pyproject allows.

The locks carry hashes and no addresses: they install from whatever registry the machine is set to use.
"""

from __future__ import annotations

import json
import sys

from setup import REQUIREMENTS, ROOT, VENV, SetupError, command, npm, say

UV = VENV / "bin" / "uv"
COMMON = [
    *("--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-emit-index-url", "--no-header", "--no-annotate"),
]


def lock_python(upgrade: list) -> None:
    run = REQUIREMENTS / "run.txt"
    compile_ = [UV, "pip", "compile", *COMMON, *upgrade]
    command([*compile_, "pyproject.toml", "--output-file", run], what="locking run.txt")
    for name, more in (("production", ["--all-extras"]), ("dev", ["--all-extras", "--group", "dev"])):
        target = REQUIREMENTS / f"{name}.txt"
        arguments = ["pyproject.toml", *more, "--constraint", run, "--output-file", target]
        command([*compile_, *arguments], what=f"locking {name}.txt")
    for name in ("uv", "node"):
        source = REQUIREMENTS / f"{name}.in"
        command(
            [*compile_, source, "--output-file", REQUIREMENTS / f"{name}.txt"], what=f"locking {name}.txt"
        )


def lock_front_end(upgrade: list) -> None:
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--omit-lockfile-registry-resolved=true"]
    action = "update" if upgrade else "install"
    command([*npm(), action, "--package-lock-only", *quiet], what="locking the front-end packages")
    path = ROOT / "package-lock.json"
    lock = json.loads(path.read_text(encoding="utf-8"))
    for package in lock["packages"].values():
        for address in ("resolved", "funding"):
            package.pop(address, None)
    path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> int:
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv[1:] else []
    try:
        lock_python(upgrade)
        lock_front_end(upgrade)
    except SetupError as error:
        print(f"lock: {error}", file=sys.stderr)
        return 1
    say("locks written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
