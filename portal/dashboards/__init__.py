"""What the dashboard shows each role. One module a role: a selector that reads, in a constant number of queries.

A person with several roles sees the sections of each, in the order of ``SECTIONS``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import administrator, channel, dealer, marketing, sales


@dataclass(frozen=True, slots=True)
class Section:
    """One role's part of the dashboard: the template that draws it and what it draws."""

    key: str
    template: str
    data: Any


@dataclass(frozen=True, slots=True)
class Kind:
    """Who gets a section, and who gathers it."""

    key: str
    shown_to: Callable[[Any], bool]
    gather: Callable[..., Any]


SECTIONS = (
    Kind("dealer", lambda actor: actor.is_dealer, dealer.gather),
    Kind("channel", lambda actor: not actor.is_dealer and actor.may("registrations.decide"), channel.gather),
    Kind("sales", lambda actor: not actor.is_dealer and actor.may("opportunities.work"), sales.gather),
    Kind(
        "administrator",
        lambda actor: not actor.is_dealer and (actor.may("settings.manage") or actor.may("jobs.manage")),
        administrator.gather,
    ),
    Kind("marketing", lambda actor: not actor.is_dealer and actor.may("content.edit"), marketing.gather),
)


def sections_for(actor, *, at: datetime) -> list[Section]:
    """Return the sections of ``actor``'s dashboard as of ``at``."""
    return [
        Section(kind.key, f"dashboard/_{kind.key}.html", kind.gather(actor, at=at))
        for kind in SECTIONS
        if kind.shown_to(actor)
    ]
