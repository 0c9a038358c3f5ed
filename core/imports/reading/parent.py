"""Handing a file to the child process and taking its rows; whatever goes wrong there is a ``NotReadable`` here."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

PROGRAM = Path(__file__).with_name("child.py")
LONGEST_LINE = 4 * 1024 * 1024
NEEDED = ("SYSTEMROOT",)  # without it no process starts on Windows


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read before it is refused. ``seconds`` of the processor, ``wall`` on the clock."""

    rows: int = 50_000
    columns: int = 200
    cell: int = 8_000
    text: int = 1_000_000
    memory: int = 768 * 1024 * 1024
    inflated: int = 300 * 1024 * 1024
    seconds: int = 30
    wall: int = 75
    output: int = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """How the file is to be read; what is empty is found out."""

    format: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


class NotReadable(Exception):
    """The file cannot be read: a code and what belongs into its words (``core.imports.wording``)."""

    def __init__(self, code: str, **params: Any):
        self.code, self.params = code, params
        super().__init__(code)


@dataclass(slots=True)
class SourceRow:
    """One row as it stands in the file; ``flags`` name the cells that cannot be taken as they stand."""

    number: int
    cells: list[str]
    flags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Sheet:
    """A file read to its end: what it was taken for, its headings and its rows."""

    head: dict[str, Any]
    heading_row: int
    headings: list[str]
    rows: list[SourceRow]


def read(source: BinaryIO, asked: Asked, limits: Limits | None = None, program: Path = PROGRAM) -> Sheet:
    """Read ``source``, a file on disk, in a process of its own; the first row that is not empty holds the headings.

    Raises ``NotReadable``.
    """
    head: dict[str, Any] = {}
    rows: list[SourceRow] = []
    for line in _lines(source, asked, limits or Limits(), program):
        if "head" in line:
            head = line["head"]
        elif "row" in line:
            rows.append(SourceRow(*line["row"]))
    if len(rows) < 2:
        raise NotReadable("no_rows")
    first, *rest = rows
    width = max(len(row.cells) for row in rows)
    headings = [" ".join(cell.split())[:200] for cell in first.cells]
    return Sheet(head, first.number, headings + [""] * (width - len(headings)), rest)


def _lines(source: BinaryIO, asked: Asked, limits: Limits, program: Path) -> Iterator[dict]:
    """Yield the child's lines up to its end; raises ``NotReadable`` where it does not come to one."""
    options = json.dumps({**asdict(limits), **asdict(asked)})
    try:
        child = subprocess.Popen(
            [sys.executable, "-I", "-B", "-X", "utf8", str(program), options],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in NEEDED if name in os.environ},
            close_fds=True,
        )
    except OSError as error:
        raise NotReadable("not_started") from error
    overdue = threading.Event()

    def end() -> None:
        overdue.set()
        child.kill()

    clock = threading.Timer(limits.wall, end)
    clock.daemon = True
    clock.start()
    try:
        yield from _until_the_end(child, limits)
    except NotReadable as error:
        if error.code == "cut_off":
            raise NotReadable("too_slow" if overdue.is_set() or _ran_out(child) else "damaged") from error
        raise
    finally:
        clock.cancel()
        child.kill()
        child.stdout.close()
        child.wait()


def _until_the_end(child: subprocess.Popen, limits: Limits) -> Iterator[dict]:
    left = limits.output
    while raw := child.stdout.readline(LONGEST_LINE):
        left -= len(raw)
        if left < 0 or (not raw.endswith(b"\n") and len(raw) >= LONGEST_LINE):
            raise NotReadable("too_much_text")
        try:
            line = json.loads(raw)
        except ValueError as error:
            raise NotReadable("cut_off") from error
        if "problem" in line:
            raise NotReadable(line["problem"]["code"], **line["problem"]["params"])
        if "end" in line:
            return
        yield line
    raise NotReadable("cut_off")


def _ran_out(child: subprocess.Popen) -> bool:
    """Tell whether the child was ended by a signal, as the limit of processor time does."""
    try:
        return child.wait(timeout=5) < 0
    except subprocess.TimeoutExpired:
        return True
