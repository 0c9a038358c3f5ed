"""Copy the front-end files in use out of node_modules/ into assets/, which git ignores and settings name.

A list of files, not whole folders: those bring source maps that point nowhere and 1,600 files nobody
asks for. The icons in tools/icons.txt become one SVG sprite, used as
`<svg class="icon"><use href="…/icons.svg#home"/></svg>`.

Standard library only, because it runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
TARGET = ROOT / "assets" / "vendor"
ICON_LIST = ROOT / "tools" / "icons.txt"

FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "alpine-csp.min.js": "@alpinejs/csp/dist/cdn.min.js",
}

# A reference to a missing map makes whitenoise's manifest storage refuse the whole collectstatic.
SOURCE_MAP = re.compile(
    r"\n?(?://[#@] sourceMappingURL=[^\n]*|/\*[#@] sourceMappingURL=.*?\*/)\s*", re.DOTALL
)
SVG = re.compile(r"<svg\b(?P<attributes>[^>]*)>(?P<body>.*)</svg>", re.DOTALL)
BACKGROUND = re.compile(r'\s*<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')


class AssetError(Exception):
    """Something the person at the keyboard has to mend; the message says what."""


def icon_names() -> list[str]:
    """Names listed in tools/icons.txt, each once. `star-filled` means the filled drawing of `star`."""
    lines = ICON_LIST.read_text(encoding="utf-8").splitlines()
    return sorted({name for line in lines for name in line.split("#")[0].split()})


def icon_path(name: str) -> Path:
    folder = MODULES / "@tabler" / "icons" / "icons"
    if name.endswith("-filled"):
        return folder / "filled" / f"{name.removesuffix('-filled')}.svg"
    return folder / "outline" / f"{name}.svg"


def symbol(name: str) -> str:
    """One icon as a `<symbol>`; strokes take the text's colour, so that CSS alone decides how it looks."""
    try:
        drawing = SVG.search(icon_path(name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AssetError(f"tools/icons.txt names {name!r}, which Tabler does not draw") from None
    if drawing is None:
        raise AssetError(f"the icon {name!r} is not the SVG this tool knows how to read")
    body = " ".join(BACKGROUND.sub("", drawing["body"]).split())
    paint = (
        'fill="currentColor" stroke="none"'
        if name.endswith("-filled")
        else 'fill="none" stroke="currentColor" stroke-width="2" '
        'stroke-linecap="round" stroke-linejoin="round"'
    )
    return f'<symbol id="{name}" viewBox="0 0 24 24" {paint}>{body}</symbol>'


def sprite() -> str:
    symbols = "\n".join(symbol(name) for name in icon_names())
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def write(path: Path, text: str) -> None:
    """Written aside and moved into place: a server that reads the old file keeps a whole one."""
    aside = path.with_suffix(path.suffix + ".new")
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, path)


def stamp() -> str:
    """What the copies depend on: this file, the icon list and the locked versions."""
    digest = hashlib.sha256()
    for source in (Path(__file__), ICON_LIST, ROOT / "package-lock.json"):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def build(*, force: bool = False) -> bool:
    """Bring assets/ up to date; returns whether there was anything to do. Raises AssetError."""
    mark = TARGET / ".stamp"
    wanted = [TARGET / name for name in (*FILES, "icons.svg")]
    current = mark.exists() and mark.read_text(encoding="utf-8") == stamp()
    if not force and current and all(path.exists() for path in wanted):
        return False
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, source in FILES.items():
        try:
            text = (MODULES / source).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise AssetError(f"node_modules/{source} is missing; run `npm ci --ignore-scripts`") from None
        write(TARGET / name, SOURCE_MAP.sub("\n", text))
    write(TARGET / "icons.svg", sprite())
    for path in TARGET.iterdir():
        if path not in wanted and path.is_file():
            path.unlink()
    write(mark, stamp())
    return True


def main() -> int:
    try:
        done = build(force="--force" in sys.argv)
    except AssetError as error:
        print(f"assets: {error}", file=sys.stderr)
        return 1
    print(f"assets: {len(FILES)} files and {len(icon_names())} icons" if done else "assets: up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
