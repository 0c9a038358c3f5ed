"""``manage.py evaluate_identity``: how good and how fast the matching is, on labelled queries."""

import time
from itertools import islice
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import connection

from crm.identity.evaluation import (
    Answer,
    Figures,
    Query,
    candidate_of,
    empty_index,
    index_bytes,
    queries_of,
    rows_of,
)
from crm.identity.indexing import analyse, index_many
from crm.identity.matching import find_matches

STEP = 10_000


class Command(BaseCommand):
    """Loads organisations into an empty index of its own, asks the labelled queries, prints the figures."""

    help = "Measure the identity engine on labelled queries, on the kind of database the portal uses."

    def add_arguments(self, parser):
        """Take the two files, how many organisations to load, and where to write the answers."""
        parser.add_argument(
            "--base", type=Path, required=True, help="organisations: .tsv or .jsonl, also .xz"
        )
        parser.add_argument("--queries", type=Path, required=True, help="labelled queries: .jsonl")
        parser.add_argument("--size", type=int, default=0, help="load only the first so many organisations")
        parser.add_argument("--predictions", type=Path, help="write the answers as JSON lines")
        parser.add_argument("--wrong", type=Path, help="write the queries that were answered wrongly")
        parser.add_argument("--split", default="dev", help="which queries to ask")

    def handle(self, *, base, queries, size, predictions, wrong, split, **options):
        """Load, ask, print."""
        with empty_index():
            ids = self.load(base, size)
            self.ask(queries_of(queries, split), ids, predictions, wrong)

    def load(self, base: Path, size: int) -> list[str]:
        """Load the organisations and return their ids; the place of each is its number in the index, from 1."""
        began, at_start = time.process_time(), time.monotonic()
        ids: list[str] = []

        def organisations():
            for number, row in enumerate(islice(rows_of(base), size) if size else rows_of(base), 1):
                ids.append(row["id"])
                if not number % STEP:
                    spent = time.monotonic() - at_start
                    self.stderr.write(f"\r{number:,} organisations in {spent:.0f} s", ending="")
                yield number, candidate_of(row), number, True

        index_many(organisations())
        analyse()
        self.stderr.write("")
        spent = time.process_time() - began
        self.stdout.write(
            f"{connection.vendor}, {len(ids):,} organisations: built in {spent:.0f} s of this process' CPU"
            f" ({time.monotonic() - at_start:.0f} s in all), {index_bytes() / 1e6:.0f} MB"
        )
        return ids

    def ask(self, queries, ids: list[str], predictions: Path | None, wrong: Path | None) -> None:
        """Ask all queries after a few to warm up, and print the table."""
        for query in queries[:: max(1, len(queries) // 100)]:
            find_matches(query.candidate)
        figures = Figures()
        answers = self.put(queries, ids, figures)
        for path, lines in (
            (predictions, [answer.line(query.qid) for query, answer, _right in answers]),
            (wrong, [_failure(query, answer) for query, answer, right in answers if not right]),
        ):
            if path:
                path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.table(figures)

    def put(self, queries: list[Query], ids: list[str], figures: Figures) -> list[tuple[Query, Answer, bool]]:
        """Ask the queries and count the answers; return each with its answer and whether that was right."""
        answers = []
        for query in queries:
            began = time.perf_counter()
            matches = find_matches(query.candidate)
            spent = (time.perf_counter() - began) * 1000
            results = tuple((ids[one.organisation_id - 1], one.verdict, one.score) for one in matches)
            answer = Answer(results, spent)
            answers.append((query, answer, figures.add(query, answer)))
        return answers

    def table(self, figures: Figures) -> None:
        """Print the figures, then the categories."""
        for words, value in (
            ("F1", f"{figures.f1:.3f}"),
            ("precision / recall of “conflict”", f"{figures.precision:.3f} / {figures.recall:.3f}"),
            ("look-alikes and relatives called a conflict", f"{figures.alike_held.share:.1%}"),
            ("truly new called a conflict", f"{figures.new_held.share:.1%}"),
            ("right one among the first three shown", f"{figures.shown.share:.3f}"),
            ("branches and parents named as related", f"{figures.related_named.share:.3f}"),
            ("for review: shown and not asserted", f"{figures.review_shown.share:.3f}"),
            (
                "look-up, p50 / p95 / p99 ms",
                f"{figures.time(0.5):.2f} / {figures.time(0.95):.2f} / {figures.time(0.99):.2f}",
            ),
        ):
            self.stdout.write(f"{words:<46}{value}")
        self.stdout.write("")
        for category, counts in sorted(figures.categories.items()):
            self.stdout.write(f"{category:<36}{counts.of:>5}{counts.share:>8.3f}")


SHOWN_WRONG = 3


def _failure(query: Query, answer: Answer) -> str:
    """Return a query that was answered wrongly, with what was said, as one line."""
    found = "; ".join(f"{one} {verdict} {score}" for one, verdict, score in answer.results[:SHOWN_WRONG])
    return f"{query.category}\t{query.qid}\t{query.candidate.name}\t{found}"
