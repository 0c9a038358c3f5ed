"""What checking the ledger can find. For operators: in plain English, naming seal and event."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was sealed.

    ``kind`` is a word to count by; ``event_id``, ``event_ref`` and ``seal`` say where, as far as it can be
    known.
    """

    kind: str
    text: str
    event_id: int | None = None
    event_ref: str = ""
    seal: int | None = None

    def __str__(self) -> str:
        where = []
        if self.event_id is not None:
            where.append(f"event {self.event_id}" + (f" ({self.event_ref})" if self.event_ref else ""))
        if self.seal is not None:
            where.append(f"seal {self.seal}")
        return f"{', '.join(where) or 'ledger'}: {self.text}"


@dataclass(slots=True)
class Report:
    """The outcome of a check. ``head`` is number and hash of the last seal: what to publish."""

    findings: list[Finding] = field(default_factory=list)
    seals: int = 0
    events: int = 0
    unsealed: int = 0
    erased: int = 0
    head: str = ""

    @property
    def is_good(self) -> bool:
        """Whether everything is as it was sealed."""
        return not self.findings

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def add(self, kind: str, text: str, **where) -> None:
        """Note one finding."""
        self.findings.append(Finding(kind, text, **where))
