"""One back end and one size of ``identity``, in a process of its own: Django's database comes from its surroundings.

What needs Django is imported where it is used: the rival takes from here, too, and has no Django.
``python -m benchmarks.identity_run SIZE QUESTIONS SEED HOSTILE`` prints what it found as one line of JSON.
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice

import django

from .measures import spread
from .organisations import HOSTILE, Organisation, Question, Sample

FIRST = 3
WARM_UP = 30
STEP = 2_000
HOSTILE_ROUNDS = 5


class Clocked:
    """A stream, and the time that making it takes, which is not the engine's."""

    def __init__(self, stream: Iterator[Organisation]) -> None:
        self.stream, self.cpu, self.wall = stream, 0.0, 0.0

    def __iter__(self) -> Iterator[Organisation]:
        """Yield what the stream yields, made some thousand at a time."""
        while True:
            cpu, wall = time.process_time(), time.perf_counter()
            step = list(islice(self.stream, STEP))
            self.cpu += time.process_time() - cpu
            self.wall += time.perf_counter() - wall
            if not step:
                return
            yield from step


def main() -> None:
    """Build, ask, print."""
    size, questions, seed, hostile = (int(text) for text in sys.argv[1:])
    django.setup()
    from crm.identity.evaluation import empty_index

    sample = Sample(size, questions + WARM_UP, seed)
    with empty_index():
        found = build(sample) | ask(sample.questions())
        if hostile:
            found["hostile"] = ask_hostile()
    print(json.dumps(found))


def candidate_of(one: Organisation):
    """Return an organisation as the engine takes it."""
    from crm.identity import Candidate

    return Candidate(
        one.name,
        registry_id=one.registry_id,
        website=one.website,
        phone=one.phone,
        country=one.country,
        city=one.city,
    )


def build(sample: Sample) -> dict:
    """Index the organisations; return the seconds of CPU and in all, and the bytes the index takes."""
    from crm.identity.evaluation import index_bytes
    from crm.identity.indexing import analyse, index_many

    cpu, wall = time.process_time(), time.perf_counter()
    made = Clocked(sample.organisations())
    index_many((number, candidate_of(one), number, True) for number, one in enumerate(made, 1))
    analyse()
    return {
        "cpu": time.process_time() - cpu - made.cpu,
        "wall": time.perf_counter() - wall - made.wall,
        "bytes": index_bytes(),
    }


def ask(questions: list[Question]) -> dict:
    """Ask all questions after a few that are thrown away; return the spreads and what was found."""
    from crm.identity import find_matches
    from crm.identity.candidates import profile_of
    from crm.identity.matching import examine

    for question in questions[:WARM_UP]:
        find_matches(candidate_of(question.asked))
    times, shown, held = [], defaultdict(list), []
    for question in questions[WARM_UP:]:
        candidate = candidate_of(question.asked)
        begun = time.perf_counter()
        matches = find_matches(candidate)
        times.append((time.perf_counter() - begun) * 1000)
        if question.origin:
            first = [match.organisation_id for match in matches[:FIRST]]
            shown[question.kind].append(question.origin in first)
        else:
            held.append(any(match.holds for match in matches))
    examined = []
    for question in questions[WARM_UP:]:
        profile = profile_of(candidate_of(question.asked))
        begun = time.perf_counter()
        list(examine(profile))
        examined.append((time.perf_counter() - begun) * 1000)
    return {
        "matches": asdict(spread(times)),
        "examined": asdict(spread(examined)),
        "shown": {kind: [sum(right), len(right)] for kind, right in shown.items()},
        "held": [sum(held), len(held)],
    }


def ask_hostile() -> dict:
    """Ask with each hostile name; return the spread of all, and which took longest."""
    from crm.identity import Candidate, find_matches

    times = []
    for _round in range(HOSTILE_ROUNDS):
        for words, name in HOSTILE.items():
            begun = time.perf_counter()
            find_matches(Candidate(name, other_name=name, country="CN", city=name, address=name))
            times.append(((time.perf_counter() - begun) * 1000, words))
    return asdict(spread([milliseconds for milliseconds, _words in times])) | {"slowest": max(times)[1]}


if __name__ == "__main__":
    main()
