"""Measuring the engine on labelled queries: reading them, what counts as right, the table. Nothing of a portal's data.

Each query says what it is: the ``same`` organisation as one that is kept, a ``new`` one, one that is only ``related``,
or one that must be shown for ``review``. A *conflict* is what would hold or block a filing.
"""

import json
import lzma
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from django.db import connection, connections

from .candidates import CONFLICT, Candidate
from .models import Alias, MatchKey, MatchRecord

SHOWN = 3


def opened(path: Path) -> TextIO:
    """Open a text file, packed with xz or not."""
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def rows_of(path: Path) -> Iterator[dict]:
    """Yield the organisations or queries of a file of tab-separated values with a head, or of JSON lines."""
    with opened(path) as lines:
        if ".tsv" in path.suffixes:
            names = next(lines).rstrip("\n").split("\t")
            for line in lines:
                yield dict(zip(names, line.rstrip("\n").split("\t"), strict=False))
        else:
            for line in lines:
                yield json.loads(line)


def candidate_of(row: dict) -> Candidate:
    """Return an organisation or query of a file as the engine takes it; a country that is no code is left out."""

    def text(name: str) -> str:
        return row.get(name) or ""

    country = text("country")
    return Candidate(
        name=text("name"),
        registry_id=text("tax_id"),
        website=text("domain"),
        email=text("email"),
        phone=text("phone"),
        country=country if len(country) == 2 else "",
        region=text("region"),
        city=text("city"),
        address=text("address"),
    )


@dataclass(frozen=True, slots=True)
class Query:
    """One labelled question: ``right`` are ids that count as found, ``related`` those of the same house."""

    qid: str
    category: str
    verdict: str
    candidate: Candidate
    right: frozenset[str]
    related: frozenset[str]


def queries_of(path: Path, split: str = "dev") -> list[Query]:
    """Return the queries of a file that belong to ``split``; those that name none count as well."""
    return [
        Query(
            row["qid"],
            row["category"],
            row["verdict"],
            candidate_of(row),
            frozenset([*row.get("expected", []), *row.get("acceptable", [])]),
            frozenset(row.get("related", [])),
        )
        for row in rows_of(path)
        if row.get("split", split) == split
    ]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine said to one query: (id, verdict, score) best first, and how long it took."""

    results: tuple[tuple[str, str, float], ...]
    milliseconds: float

    def line(self, qid: str) -> str:
        """Return the answer as one line of JSON."""
        results = [
            {"id": one, "verdict": verdict, "score": round(score / 100, 4)}
            for one, verdict, score in self.results
        ]
        return json.dumps(
            {"qid": qid, "results": results, "ms": round(self.milliseconds, 3)}, ensure_ascii=False
        )


@dataclass
class Counts:
    """How many of one kind, and how many of them were answered rightly."""

    right: int = 0
    of: int = 0

    def add(self, right: bool) -> None:
        """Count one."""
        self.right += right
        self.of += 1

    @property
    def share(self) -> float:
        """The share that was right; 0 of none."""
        return self.right / self.of if self.of else 0.0


@dataclass
class Figures:
    """The outcome of all queries."""

    true: int = 0
    false: int = 0
    missed: int = 0
    shown: Counts = field(default_factory=Counts)
    alike_held: Counts = field(default_factory=Counts)
    new_held: Counts = field(default_factory=Counts)
    related_named: Counts = field(default_factory=Counts)
    review_shown: Counts = field(default_factory=Counts)
    categories: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    times: list[float] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """The share of conflicts that name the right organisation."""
        return self.true / max(1, self.true + self.false)

    @property
    def recall(self) -> float:
        """The share of known organisations that are named as a conflict."""
        return self.true / max(1, self.true + self.missed)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def time(self, share: float) -> float:
        """Return the time in milliseconds that ``share`` of the queries took at most."""
        ordered = sorted(self.times)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0

    def add(self, query: Query, answer: Answer) -> bool:
        """Count one answer; return whether it was right."""
        self.times.append(answer.milliseconds)
        held = next((one for one, verdict, _score in answer.results if verdict == CONFLICT), None)
        first = {one for one, _verdict, _score in answer.results[:SHOWN]}
        if query.verdict == "same":
            right = held is not None and held in query.right
            self.true += right
            self.missed += not right
            self.false += held is not None and not right
            self.shown.add(bool(first & query.right))
        elif query.verdict == "review":
            right = bool(answer.results)
            self.review_shown.add(held is None and right)
        else:
            right = held is None
            self.false += not right
            truly_new = query.category.endswith(("_new", "_new_tw"))
            (self.new_held if truly_new else self.alike_held).add(not right)
            if query.verdict == "related":
                self.related_named.add(right and bool(first & query.related))
        self.categories[query.category].add(right)
        return right


@contextmanager
def empty_index() -> Iterator[None]:
    """Put an empty match index of its own in the place of the portal's database, on the same kind of database.

    For commands only: the whole process works with the other database until the end, when that is taken away.
    """
    settings = connections.settings["default"]
    name = settings["NAME"]
    with TemporaryDirectory(prefix="identity-") as folder:
        on_postgres = connection.vendor == "postgresql"
        scratch = f"{name}_identity_evaluation" if on_postgres else str(Path(folder) / "identity.sqlite3")
        if on_postgres:
            _run(f'DROP DATABASE IF EXISTS "{scratch}"', f'CREATE DATABASE "{scratch}"')
        _switch(scratch)
        try:
            with connection.schema_editor() as editor:
                for model in (MatchRecord, MatchKey, Alias):
                    editor.create_model(model)
            yield
        finally:
            _switch(name)
            if on_postgres:
                _run(f'DROP DATABASE "{scratch}"')


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _switch(name: str) -> None:
    """Let the default connection be one to the database ``name``."""
    connection.close()
    connections.settings["default"]["NAME"] = name
    del connections["default"]


def index_bytes() -> int:
    """Return how much room the index takes, in bytes."""
    tables = [model._meta.db_table for model in (MatchRecord, MatchKey, Alias)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name", [tables]
            )
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        return int(cursor.fetchone()[0])
