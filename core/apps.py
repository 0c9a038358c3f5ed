"""What every app of the house does at start-up: declare its events, rules, jobs, notices and search sources."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

DECLARATIONS = (
    "events",
    "workflow",
    "rules",
    "jobs",
    "readers",
    "notifications",
    "search",
    "files",
    "checks",
    "guards",
    "panels",
    "suggestions",
    "resources",
    "merging",
    "transferring",
)


class HouseAppConfig(AppConfig):
    """Imports the modules by which an app tells the mechanisms below about itself."""

    def ready(self) -> None:
        """Import each declaring module that the app has."""
        for module in DECLARATIONS:
            name = f"{self.name}.{module}"
            if name != "core.search.search" and find_spec(name) is not None:
                import_module(name)
