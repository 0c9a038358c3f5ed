"""Panels on a page of a lower room, brought by the rooms above: opportunities on the account's page, and so on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Panel:
    """One card. ``context(obj, request)`` gives the template's variables, or None to leave the card out.

    ``place`` is ``main`` or ``aside``; ``actions`` names a template of buttons for the page's head, if any.
    """

    page: str
    key: str
    template: str
    context: Callable[[Any, Any], dict | None]
    place: str = "main"
    order: int = 50
    actions: str = ""


_panels: dict[tuple[str, str], Panel] = {}


def register(panel: Panel) -> None:
    """Register a panel for a page, e.g. ``accounts.account``."""
    _panels[panel.page, panel.key] = panel


@dataclass(frozen=True, slots=True)
class Shown:
    """A panel with its variables."""

    template: str
    actions: str
    data: dict


def panels_for(page: str, obj, request) -> dict[str, list[Shown]]:
    """Return the panels of a page for one object, by place, in order."""
    shown: dict[str, list[Shown]] = {"main": [], "aside": []}
    for panel in sorted(_panels.values(), key=lambda panel: (panel.order, panel.key)):
        if panel.page != page:
            continue
        data = panel.context(obj, request)
        if data is not None:
            shown[panel.place].append(Shown(panel.template, panel.actions, data))
    return shown
