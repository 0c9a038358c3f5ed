"""Draw the diagrams of states from the tables of transitions, as Mermaid."""

from django.core.management.base import BaseCommand

from core.workflow.table import Workflow, workflows


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


class Command(BaseCommand):
    """``manage.py statemachine [NAME]``."""

    help = "Print the diagrams of states, generated from the tables of transitions."

    def add_arguments(self, parser) -> None:
        parser.add_argument("name", nargs="?", help="one workflow; default: all")

    def handle(self, *args, name: str | None = None, **options) -> None:
        for key, workflow in sorted(workflows().items()):
            if name in (None, key):
                self.stdout.write(f"### {key}\n\n```mermaid\n{diagram(workflow)}\n```\n")
