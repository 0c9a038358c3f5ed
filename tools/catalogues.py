"""The message catalogues in locale/: compile them, bring them up to date with the source, check them.

    catalogues.py compile [file.po …]   .po → .mo, without gettext
    catalogues.py update                put new msgids in, take dead ones out (needs gettext)
    catalogues.py check                 every msgid there, translated, none fuzzy (needs gettext)

Run by the virtual environment's Python. `check` writes nothing: it extracts in a copy of the source, so
that it can run while somebody works in the tree.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
LANGUAGES = ["zh_Hans", "zh_Hant"]
SOURCES = ("*.py", "*.html", "*.txt", "*.js", "*.po")
WORDLESS = {"assets", "benchmarks", "data", "docs", "node_modules", "requirements", "tests", "tools"}
CREATED = re.compile(r'^"POT-Creation-Date:.*\n', re.MULTILINE)
SHOWN = 20


def catalogue_files() -> list[Path]:
    return sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))


def compile_catalogues(paths: list[Path]) -> None:
    """Written aside and moved into place; fuzzy entries are left out, as msgfmt does."""
    for path in paths:
        with path.open("rb") as source:
            catalogue = read_po(source)
        aside = path.with_suffix(".mo.new")
        with aside.open("wb") as target:
            write_mo(target, catalogue)
        aside.replace(path.with_suffix(".mo"))


def source_files() -> Iterator[Path]:
    """What may hold words to translate, relative to the root."""
    for top in ROOT.iterdir():
        if top.is_dir() and not top.name.startswith(".") and top.name not in WORDLESS:
            for pattern in SOURCES:
                yield from (path.relative_to(ROOT) for path in top.rglob(pattern))


def domains() -> list[str]:
    """`djangojs` counts as soon as one script translates something."""
    scripts = (ROOT / "static").rglob("*.js")
    uses_gettext = any(re.search(r"\bn?gettext\(", path.read_text("utf-8", "replace")) for path in scripts)
    return ["django", "djangojs"] if uses_gettext else ["django"]


def extracted() -> dict[Path, str]:
    """The catalogues as they would be after an update: path in locale/ → text."""
    env = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in source_files():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy / name)
        (copy / "locale").mkdir(exist_ok=True)
        for domain in domains():
            arguments = ["makemessages", "--domain", domain, "--no-location", "--no-obsolete", "--no-wrap"]
            for language in LANGUAGES:
                arguments += ["--locale", language]
            done = subprocess.run(
                [sys.executable, "-m", "django", *arguments],
                cwd=copy,
                env=env,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise SystemExit(f"makemessages failed:\n{done.stderr.strip()}")
        return {
            LOCALE / path.relative_to(copy / "locale"): path.read_text("utf-8")
            for path in sorted((copy / "locale").glob("*/LC_MESSAGES/*.po"))
        }


def update() -> None:
    for path, text in extracted().items():
        old = path.read_text("utf-8") if path.exists() else ""
        if CREATED.sub("", old) == CREATED.sub("", text):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        print(f"{path.relative_to(ROOT)} changed")
    compile_catalogues(catalogue_files())


def entries(text: str) -> dict[tuple, object]:
    catalogue = read_po(text.splitlines(keepends=True))
    return {(message.context, message.id): message for message in catalogue if message.id}


def is_translated(message) -> bool:
    strings = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    return bool(strings) and all(strings)


def complaints() -> Iterator[str]:
    for path, text in extracted().items():
        name = path.relative_to(ROOT)
        there = entries(path.read_text("utf-8")) if path.exists() else {}
        for key in entries(text):
            if key not in there:
                yield f"{name}: {key[1]!r} is missing"
        for (_context, msgid), message in there.items():
            if message.fuzzy:
                yield f"{name}: {msgid!r} is fuzzy"
            elif not is_translated(message):
                yield f"{name}: {msgid!r} is not translated"


def check() -> int:
    found = list(complaints())
    for line in found[:SHOWN]:
        print(line)
    if len(found) > SHOWN:
        print(f"… and {len(found) - SHOWN} more")
    print(
        f"catalogues: {len(found)} to mend (make messages, then translate)"
        if found
        else "catalogues: complete"
    )
    return 1 if found else 0


def main(arguments: list[str]) -> int:
    action, *rest = arguments or ["--help"]
    if action == "compile":
        compile_catalogues([Path(name) for name in rest] or catalogue_files())
        return 0
    if action not in ("update", "check"):
        print(__doc__)
        return 2
    if not shutil.which("xgettext") or not shutil.which("msgmerge"):
        print("catalogues: gettext is needed (Debian: apt-get install gettext)", file=sys.stderr)
        return 3
    if action == "check":
        return check()
    update()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
