"""Who checks the parts: this process, or several at once that see the same moment of the ledger.

PostgreSQL can hand the snapshot of one transaction to others (``pg_export_snapshot``), so that a portal that
goes on writing cannot confuse the check: every process sees the ledger as the first one did, and none can
write.
"""

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait

from django.db import connection, transaction

from .parts import Checked, Erased, Part, check_part

AHEAD = 8

Check = Callable[[Iterable[Part], Erased], Iterator[Checked]]


class CheckFailed(Exception):
    """A process that checked a part could not finish; the text says why."""


@contextmanager
def checkers(processes: int | None = None) -> Iterator[Check]:
    """Yield what checks parts and gives back what was found, in their order; within, all see one moment.

    ``processes``: how many share the work, default one for each core. Raises ``CheckFailed`` while checking.
    """
    if connection.in_atomic_block:
        yield _alone
    elif connection.vendor != "postgresql":
        with _one_moment_of_sqlite():
            yield _alone
    else:
        count = max(1, (os.cpu_count() or 1) if processes is None else processes)
        connection.close()  # a process must not inherit one that another speaks over
        crew = _Crew(count) if count > 1 else None
        try:
            with _read_only():
                yield crew.start(_exported_snapshot()) if crew else _alone
        finally:
            if crew:
                crew.dismiss()


def _alone(parts: Iterable[Part], erased: Erased) -> Iterator[Checked]:
    """Check the parts one after the other."""
    for part in parts:
        yield check_part(part, erased)


@contextmanager
def _one_moment_of_sqlite() -> Iterator[None]:
    """Read within one transaction that takes no writer's lock, unlike those that the portal writes in."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")


@contextmanager
def _read_only(snapshot: str = "") -> Iterator[None]:
    """See one moment of the database and change nothing; the moment of another transaction by its ``snapshot``."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            if snapshot:
                cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])
        yield


def _exported_snapshot() -> str:
    """Return the name by which others see the moment of the transaction at hand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        return cursor.fetchone()[0]


class _Crew:
    """Some processes, each with its own connection; forked before this one has any."""

    def __init__(self, count: int):
        self.ours: list[Connection] = []
        self.processes = []
        fork = multiprocessing.get_context("fork")
        for _number in range(count):
            ours, theirs = fork.Pipe()
            self.ours.append(ours)
            process = fork.Process(target=_work, args=(theirs, list(self.ours)), daemon=True)
            process.start()
            theirs.close()
            self.processes.append(process)

    def start(self, snapshot: str) -> Check:
        """Return what lets the processes check parts of the ledger as it was at the moment of ``snapshot``."""

        def check(parts: Iterable[Part], erased: Erased) -> Iterator[Checked]:
            for pipe in self.ours:
                pipe.send((snapshot, erased))
            return self._share_out(enumerate(parts))

        return check

    def _share_out(self, parts: Iterator[tuple[int, Part]]) -> Iterator[Checked]:
        """Give each process the next part when it is free; yield the results in the order of the parts."""
        free, busy = list(self.ours), set()
        done: dict[int, Checked] = {}
        following = 0
        left: tuple[int, Part] | None = next(parts, None)
        while left or busy or done:
            while left and free and left[0] < following + AHEAD * len(self.ours):
                pipe = free.pop()
                pipe.send(left)
                busy.add(pipe)
                left = next(parts, None)
            for pipe in wait(busy) if busy else ():
                try:
                    number, result = pipe.recv()
                except (EOFError, OSError) as error:
                    raise CheckFailed("a process that checked the ledger was ended") from error
                if not isinstance(result, Checked):
                    raise CheckFailed(result)
                done[number] = result
                busy.discard(pipe)
                free.append(pipe)
            while following in done:
                yield done.pop(following)
                following += 1

    def dismiss(self) -> None:
        """Let the processes end, also those that are in the middle of a part."""
        for pipe in self.ours:
            pipe.close()
        for process in self.processes:
            process.join(0.5)
            if process.is_alive():
                process.terminate()
                process.join()


def _work(pipe: Connection, foreign: list[Connection]) -> None:
    """Check parts until there are no more; ``foreign``: the other side's ends, inherited and not ours."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in foreign:
        other.close()
    try:
        snapshot, erased = pipe.recv()
        with _read_only(snapshot):
            while True:
                number, part = pipe.recv()
                pipe.send((number, _checked(part, erased)))
    except (EOFError, OSError):
        pass
    finally:
        os._exit(0)


def _checked(part: Part, erased: Erased) -> Checked | str:
    """Return what was found, or why it could not be."""
    try:
        return check_part(part, erased)
    except Exception:
        return traceback.format_exc()
