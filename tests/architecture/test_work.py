"""What is named somewhere exists: periodic tasks, kinds of jobs, events of transitions, states drawn."""

import ast
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from core.jobs.registry import kinds
from core.workflow.table import workflows

from .house import ROOT, python_files


@pytest.fixture(scope="module")
def tasks() -> set[str]:
    """The names of all Celery tasks."""
    from portal.celery import app

    app.loader.import_default_modules()
    return set(app.tasks)


@pytest.mark.parametrize("entry", sorted(settings.CELERY_BEAT_SCHEDULE))
def test_periodic_task_is_registered_and_its_messages_expire(entry, tasks):
    beat = settings.CELERY_BEAT_SCHEDULE[entry]
    assert beat["task"] in tasks
    assert beat["options"]["expires"] > 0


def test_every_task_in_a_tasks_module_is_registered(tasks):
    declared = set()
    for path in python_files():
        if path.name != "tasks.py":
            continue
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.decorator_list:
                declared.add(f"{module}.{node.name}")
    assert declared
    assert declared <= tasks


def enqueued() -> set[tuple[str, str]]:
    """Return (file, kind) of every job kind enqueued by its literal name."""
    found = set()
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0]
            if name == "enqueue" and isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add((str(path.relative_to(ROOT)), first.value))
    return found


def test_every_enqueued_kind_has_a_handler_with_a_name_for_people():
    named = enqueued()
    assert named
    assert [(where, kind) for where, kind in sorted(named) if kind not in kinds()] == []
    assert [kind for kind, handler in kinds().items() if str(handler.label) == kind] == []


def test_every_transition_leaves_an_event_that_is_declared():
    from core.ledger.registry import event_type

    assert workflows()
    for workflow in workflows().values():
        for transition in workflow.transitions.values():
            assert event_type(transition.event).label, f"{workflow.name}.{transition.name}"


def test_every_state_is_reached_or_comes_later():
    # Transitions that come with later issues.
    later = {"registration line": {"revoked"}, "partner": {"onboarding"}}
    for workflow in workflows().values():
        reached = {target for step in workflow.transitions.values() for target in step.targets}
        left = {str(state) for state in workflow.states} - {str(state) for state in reached}
        assert left - {workflow.initial} <= later.get(workflow.name, set()), workflow.name


def test_diagrams_of_states_are_fresh():
    drawn = StringIO()
    call_command("statemachine", stdout=drawn)
    document = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    for picture in drawn.getvalue().split("```mermaid\n")[1:]:
        assert picture.split("```")[0].strip() in document, "put `manage.py statemachine` into the document"
