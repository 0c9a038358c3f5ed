"""The house as the tests of its architecture see it: its floors, its files, its models."""

import ast
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent.parent

# From the ground up; two names on one floor know nothing of each other.
FLOORS = (
    ("core",),
    ("crm",),
    ("partners",),
    ("content",),
    ("deal_registration",),
    ("leads", "channel_data"),
    ("ratings",),
    ("portal",),
)
CRM_ROOMS = (
    "catalog",
    "territories",
    "identity",
    "accounts",
    "projects",
    "opportunities",
    "activities",
)
# The base of deal registration (its modules and services) lies below all of them.
DEAL_ROOMS = (
    "prechecks",
    "messages",
    "intake",
    "disputes",
    "honour",
    "api",
)
ROOMS = {"crm": CRM_ROOMS, "deal_registration": DEAL_ROOMS}
TOPS = tuple(name for floor in FLOORS for name in floor)


def storey(module: str) -> tuple[int, int] | None:
    """Return (floor, room) of a dotted module of ours, None for other people's code."""
    parts = module.split(".")
    for height, names in enumerate(FLOORS):
        if parts[0] in names:
            rooms = ROOMS.get(parts[0], ())
            room = rooms.index(parts[1]) if len(parts) > 1 and parts[1] in rooms else -1
            return height, room
    return None


def is_upward(user: str, used: str) -> bool:
    """Tell whether module ``user`` would lean on one above it, or on its neighbour of the same floor."""
    above, below = storey(user), storey(used)
    if above is None or below is None:
        return False
    if above[0] != below[0]:
        return below[0] > above[0]
    return user.split(".")[0] != used.split(".")[0] or below[1] > above[1]


def imports_of(path: Path) -> set[str]:
    """Return the dotted names that a source file of ours imports, anywhere in it."""
    package = path.relative_to(ROOT).parts[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *((node.module or "").split(".") if node.module else ())))
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return found


def our_apps() -> list:
    """Return the configurations of our own apps."""
    return [config for config in apps.get_app_configs() if config.name.split(".")[0] in TOPS]


def our_models() -> list[type]:
    """Return our own models, those Django makes for many-to-many included."""
    return [model for config in our_apps() for model in config.get_models(include_auto_created=True)]


def python_files(*, migrations: bool = False) -> list[Path]:
    """Return our own source files, without tests and tools."""
    return sorted(
        path
        for top in TOPS
        for path in (ROOT / top).rglob("*.py")
        if migrations or path.parent.name != "migrations"
    )


def templates() -> list[Path]:
    """Return every template of ours."""
    return sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt"))
