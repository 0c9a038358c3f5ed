"""Draw the diagrams of states from the tables of transitions, as Mermaid."""

from pathlib import Path

from django.core.management.base import BaseCommand

from core.workflow.table import Workflow, workflows

BEGIN, END = "<!-- statemachine: begin -->", "<!-- statemachine: end -->"


def diagram(workflow: Workflow) -> str:
    """Return one workflow as a Mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    if workflow.initial:
        lines.append(f"    [*] --> {workflow.initial}")
    for transition in workflow.transitions.values():
        for source in sorted(transition.sources):
            for target in transition.targets:
                lines.append(f"    {source} --> {target}: {transition.name}")
    lines.extend(f"    {state} --> [*]" for state in sorted(workflow.final))
    return "\n".join(lines)


def all_diagrams(name: str | None = None) -> str:
    """Return the diagrams of all workflows, or of one, as Markdown."""
    return "\n".join(
        f"### {key}\n\n```mermaid\n{diagram(workflow)}\n```\n"
        for key, workflow in sorted(workflows().items())
        if name in (None, key)
    )


class Command(BaseCommand):
    """``manage.py statemachine [NAME] [--write docs/architecture.md]``."""

    help = "Print the diagrams of states, or put them into a document between its markers."

    def add_arguments(self, parser) -> None:
        parser.add_argument("name", nargs="?", help="one workflow; default: all")
        parser.add_argument("--write", type=Path, help="the document whose marked part is replaced")

    def handle(self, *args, name: str | None = None, write: Path | None = None, **options) -> None:
        drawn = all_diagrams(name)
        if write is None:
            self.stdout.write(drawn)
            return
        before, rest = write.read_text().split(BEGIN, 1)
        after = rest.split(END, 1)[1]
        write.write_text(f"{before}{BEGIN}\n\n{drawn}\n{END}{after}")
