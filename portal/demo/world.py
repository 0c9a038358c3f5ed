"""What the parts of the generator share: the source of chance, the clock, and the rows made so far."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.db import models

from core.people.models import User
from core.ui.references import ALPHABET
from crm.accounts.models import Account, Contact, HouseListing

from .catalogue import Catalogue
from .crowd import Crowd
from .history import History
from .names import NameMaker, OrganisationName
from .territories import Geography

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Organisation:
    """An account of the demo with the parts its name was made of."""

    account: Account
    name: OrganisationName
    is_house: bool = False
    used: bool = False


@dataclass(slots=True)
class World:
    """The demo under construction. ``accounts`` is the size asked for; a tenth of it are registrations."""

    rng: Random
    now: datetime
    accounts: int
    progress: Progress
    geography: Geography
    catalogue: Catalogue
    names: NameMaker
    crowd: Crowd
    history: History = field(default_factory=History)
    users: dict[str, User] = field(default_factory=dict)
    reps: dict[str, User] = field(default_factory=dict)
    organisations: list[Organisation] = field(default_factory=list)
    cast: dict[str, "PartnerOfDemo"] = field(default_factory=dict)  # noqa: F821
    partners: list["PartnerOfDemo"] = field(default_factory=list)  # noqa: F821
    exclusive: list[tuple] = field(default_factory=list)  # (partner, line, path of the territory)
    houses: list[HouseListing] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)

    def reference(self) -> str:
        """Return a public reference from the seeded source, so that a seed makes the same demo."""
        return "".join(self.rng.choices(ALPHABET, k=12))

    def ago(self, days: float) -> datetime:
        """Return the instant ``days`` before now."""
        return self.now - timedelta(days=days)

    def office_hour(self, at: datetime) -> datetime:
        """Return a believable minute of a working day, at most three days before ``at``'s own day ends."""
        day = at - timedelta(days=max(0, at.weekday() - 4))
        moment = day.replace(
            hour=self.rng.randint(1, 9), minute=self.rng.randint(0, 59), second=self.rng.randint(0, 59),
            microsecond=self.rng.randint(0, 999_999),
        )  # fmt: skip
        return moment if moment < self.now else moment - timedelta(days=1 if moment.weekday() else 3)

    def region_of(self, territory: str) -> str:
        """Return the code of the region (``cn-east``, ``tw``, ``eu`` …) that a sales rep covers."""
        path = self.geography.territories[territory].path
        return next(code for code in self.reps if path.startswith(self.geography.territories[code].path))

    def save(self, model: type[models.Model], rows: Iterable[models.Model], what: str = "") -> list:
        """Insert rows in batches, telling the progress; return them with their keys."""
        rows = list(rows)
        size = 500 if len(rows) < 5_000 else 2_000
        for begin in range(0, len(rows), size):
            model._base_manager.bulk_create(rows[begin : begin + size])
            if what:
                self.progress(what, min(begin + size, len(rows)), len(rows))
        return rows
