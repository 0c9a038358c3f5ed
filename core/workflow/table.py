"""A workflow as data: states, and the transitions between them."""

from collections.abc import Iterable
from dataclasses import dataclass

_registry: dict[str, "Workflow"] = {}


@dataclass(frozen=True, slots=True)
class Transition:
    """One way from states to a state.

    ``targets``: the possible states after it; with more than one the service names which.
    ``permission``: what a person needs; None: only a system process makes it.
    ``event``: the type of the event it leaves.
    """

    name: str
    sources: frozenset[str]
    targets: tuple[str, ...]
    permission: str | None
    event: str
    label: object = ""


@dataclass(frozen=True, slots=True)
class Workflow:
    """The table of one kind of object. ``field`` is the column that holds the state."""

    name: str
    states: Iterable[str]
    transitions: dict[str, Transition]
    field: str = "state"
    initial: str = ""
    final: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        name: str,
        states: Iterable[str],
        transitions: Iterable[Transition],
        *,
        field: str = "state",
        initial: str = "",
    ) -> "Workflow":
        """Build and register a workflow; raises ``ValueError`` on unknown states or names given twice."""
        table: dict[str, Transition] = {}
        known = set(states)
        for transition in transitions:
            if transition.name in table:
                raise ValueError(f"{name}: transition {transition.name!r} stands twice")
            strangers = (set(transition.sources) | set(transition.targets)) - known
            if strangers:
                raise ValueError(f"{name}.{transition.name}: unknown states {sorted(strangers)}")
            table[transition.name] = transition
        left = {source for transition in table.values() for source in transition.sources}
        workflow = cls(name, states, table, field, str(initial), frozenset(known - left))
        _registry[name] = workflow
        return workflow

    def __getitem__(self, name: str) -> Transition:
        return self.transitions[name]

    def leaving(self, state: str) -> list[Transition]:
        """Return the transitions that leave ``state``."""
        return [transition for transition in self.transitions.values() if state in transition.sources]


def workflows() -> dict[str, Workflow]:
    """Return all workflows by name."""
    return dict(_registry)
