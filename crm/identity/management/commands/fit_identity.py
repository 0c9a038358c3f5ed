"""``manage.py fit_identity``: fit the weights of the matching anew, on labelled queries."""

import json
import zlib
from datetime import UTC, datetime
from pathlib import Path

from crm.identity.candidates import profile_of
from crm.identity.evaluation import Figures, Query, empty_index, queries_of
from crm.identity.fitting import Option, Pair, fit
from crm.identity.matching import examine
from crm.identity.scoring import WEIGHTS_FILE, Weights, read_weights, rivals, trying, weights

from .evaluate_identity import Command as Evaluation

FOLDS = 5


class Command(Evaluation):
    """Loads organisations, pairs every query with its short list, fits, and writes the weights."""

    help = "Fit the weights of the identity engine on labelled queries."

    def add_arguments(self, parser):
        """Take the two files and where to write the weights."""
        parser.add_argument(
            "--base", type=Path, required=True, help="organisations: .tsv or .jsonl, also .xz"
        )
        parser.add_argument("--queries", type=Path, required=True, help="labelled queries: .jsonl")
        parser.add_argument("--size", type=int, default=0, help="load only the first so many organisations")
        parser.add_argument("--write", type=Path, default=WEIGHTS_FILE, help="where to write the weights")
        parser.add_argument("--split", default="dev", help="which queries to learn from")

    def handle(self, *, base, queries, size, write, split, **options):
        """Load, pair, fit, write; and say how well weights fitted on four fifths judge the fifth left out."""
        with empty_index():
            ids = self.load(base, size)
            asked = queries_of(queries, split)
            labelled = [(query, pairs_of(query, ids)) for query in asked]
            self.learn(labelled, base, queries, ids, write)
            if write == WEIGHTS_FILE:
                read_weights.cache_clear()
                self.ask(asked, ids, None, None)

    def learn(self, labelled, base: Path, queries: Path, ids: list[str], write: Path) -> None:
        """Say how weights fitted on four fifths answer the fifth left out; fit on everything; write."""
        before = weights()
        figures = Figures()
        for fold in range(FOLDS):
            learnt = fit([pair for query, pairs in labelled if _fold(query) != fold for pair in pairs])
            with trying(Weights(0, learnt, before.conflict, before.possible)):
                self.put([query for query, _pairs in labelled if _fold(query) == fold], ids, figures)
        self.stdout.write(f"Each query answered by weights that were fitted without its fifth, of {FOLDS}:\n")
        self.table(figures)
        content = {
            "version": before.version + 1,
            "fitted": {
                "on": datetime.now(UTC).date().isoformat(),
                "base": base.name,
                "organisations": len(ids),
                "queries": queries.name,
                "labelled": len(labelled),
                "pairs": sum(len(pairs) for _query, pairs in labelled),
                "seed": "none: the fit is deterministic",
            },
            "conflict": before.conflict,
            "possible": before.possible,
            "weights": fit([pair for _query, pairs in labelled for pair in pairs]),
        }
        write.write_text(
            json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
        )
        self.stdout.write(f"\nWritten to {write}.")


def pairs_of(query: Query, ids: list[str]) -> list[Pair]:
    """Return a query paired with each organisation of its short list.

    What must only be shown for review counts as another organisation: nobody may take it for the same unseen.
    """
    examined = list(examine(profile_of(query.candidate)))
    return [
        Pair(
            query.verdict != "review" and ids[one.organisation_id - 1] in query.right,
            tuple(
                Option(
                    option.names.script,
                    tuple(feature.code for feature in option.features),
                    option.names.branch,
                )
                for option in options
            ),
        )
        for one, options in zip(examined, rivals(one.options for one in examined), strict=True)
    ]


def _fold(query: Query) -> int:
    """Return in which part a query is left out: the same in every run."""
    return zlib.crc32(query.qid.encode()) % FOLDS
