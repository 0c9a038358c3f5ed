"""The crowd: accounts and registrations by the hundred thousand, beside the deals that are played through.

Everything about the registration with number ``n`` follows from the plan and ``n``: when it was filed, on which
product line, at which place of the line's sequence. So stretches of the crowd are made by several processes that
need not speak with each other, and the places of crowd and played deals together leave no gap.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from .names import EUROPEAN_HEADS, EUROPEAN_TAILS, INDUSTRIES, LEGAL_FORMS, SYLLABLES, OrganisationName
from .territories import City

DAYS = 740  # before now: when the first of the crowd was filed; all partners are older
OFFICE_BEGINS, OFFICE_SECONDS = timedelta(hours=1), 9 * 3600  # in UTC
EVENTS_EACH, TERMS_EACH = 5, 360  # at most, of one registration and its customer
PLAYED = 10_000  # accounts of a large demo whose deals are played through


@dataclass(frozen=True, slots=True)
class Dealer:
    """What a process needs to know of a partner: its people, and the cities in its territories."""

    pk: int
    name: str
    user_ids: tuple[int, ...]
    cities: tuple[City, ...]


@dataclass(slots=True)
class Crowd:
    """The plan. ``first`` gives the lowest primary key for each table's rows, by the model's label."""

    count: int
    now: datetime
    seed: int = 1
    lines: list[tuple[int, str]] = field(default_factory=list)  # (id, code)
    typical_value: dict[int, int] = field(default_factory=dict)
    dealers: dict[int, list[Dealer]] = field(default_factory=dict)  # by product line
    territories: dict[str, int] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)  # of territories
    reviewers: dict[int, int] = field(default_factory=dict)  # users by territory
    owners: dict[int, int] = field(default_factory=dict)  # users by territory
    protection: list[tuple[datetime, int]] = field(default_factory=list)  # (from, days)
    programme_id: int = 0
    first: dict[str, int] = field(default_factory=dict)
    played: dict[int, list[datetime]] = field(default_factory=dict)  # by product line, rising
    days: list[datetime] = field(init=False)

    def __post_init__(self) -> None:
        self.days = _working_days(self.now)

    # --- time and place -----------------------------------------------------------------------------------------

    def filed_at(self, number: int) -> datetime:
        """Return when registration ``number`` was filed: in office hours, later than all before it."""
        whole, rest = divmod(number * len(self.days) * OFFICE_SECONDS, self.count)
        day, second = divmod(whole, OFFICE_SECONDS)
        return (
            self.days[day]
            + OFFICE_BEGINS
            + timedelta(seconds=second, microseconds=rest * 999_999 // self.count)
        )

    def line_of(self, number: int) -> tuple[int, str]:
        """Return id and code of the product line of registration ``number``."""
        return self.lines[number % len(self.lines)]

    def filed_before(self, line_id: int, at: datetime) -> int:
        """Return how many of the crowd were filed on a product line before ``at``."""
        if not self.count or at <= self.days[0]:
            return 0
        before = bisect_left(range(self.count), at, key=self.filed_at)
        return len(range(self._index_of(line_id), before, len(self.lines)))

    def place_of(self, number: int) -> int:
        """Return the place of registration ``number`` in its line's sequence, among crowd and played deals."""
        line_id, _code = self.line_of(number)
        played = self.played.get(line_id, [])
        return 1 + number // len(self.lines) + bisect_left(played, self.filed_at(number))

    def filed_on(self, line_id: int) -> tuple[int, datetime | None]:
        """Return how many of the crowd were filed on a product line, and when the last was."""
        if not self.count:
            return 0, None
        numbers = range(self._index_of(line_id), self.count, len(self.lines))
        return len(numbers), self.filed_at(numbers[-1]) if numbers else None

    def _index_of(self, line_id: int) -> int:
        return next((at for at, (pk, _code) in enumerate(self.lines) if pk == line_id), self.count)

    # --- names --------------------------------------------------------------------------------------------------

    def name_of(self, number: int, city: City) -> OrganisationName:
        """Return the name of customer ``number`` in ``city``: no two of the crowd have the same core."""
        if city.country in ("CN", "TW"):
            return _chinese(number, city)
        return _european(number, city)


def _working_days(now: datetime) -> list[datetime]:
    """Return the beginnings of the working days of the crowd's time, in UTC; yesterday is the last."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    days = (today - timedelta(days=back) for back in range(DAYS, 0, -1))
    return [day for day in days if day.weekday() < 5]


def _spread(number: int, size: int) -> int:
    """Return another number below ``size`` for each number below it, far from its neighbours'."""
    return number * 2_654_435_761 % size if size % 2_654_435_761 else number


def _chinese(number: int, city: City) -> OrganisationName:
    """Return a name of four syllables: two brands that joined. One in 400 million."""
    signs, trades = len(SYLLABLES), len(INDUSTRIES)
    left = _spread(number, signs**4 * trades)
    left, trade = divmod(left, trades)
    places = []
    for _sign in range(4):
        left, place = divmod(left, signs)
        places.append(SYLLABLES[place])
    mainland = city.country == "CN"
    brand = "".join(syllable[0 if mainland else 1] for syllable in places)
    spelling = "".join(syllable[2] for syllable in places)
    key, simplified, traditional, english, *_rest = INDUSTRIES[trade]
    form = LEGAL_FORMS[city.country][number % len(LEGAL_FORMS[city.country])]
    core = f"{brand}{simplified if mainland else traditional}"
    return OrganisationName(
        name=f"{city.name if mainland else ''}{core}{form}",
        other_name=f"{spelling.capitalize()} {english} ({city.english}) Co., Ltd.",
        short=brand,
        core=core,
        slug=f"{spelling}-{key}",
        industry=key,
        city=city,
    )


def _european(number: int, city: City) -> OrganisationName:
    """Return a name of two families: one in 22 million."""
    heads, tails, trades = EUROPEAN_HEADS[city.country], EUROPEAN_TAILS[city.country], INDUSTRIES
    left = _spread(number, (len(heads) * len(tails)) ** 2 * len(trades))
    left, trade = divmod(left, len(trades))
    words = []
    for _word in range(2):
        left, head = divmod(left, len(heads))
        left, tail = divmod(left, len(tails))
        words.append(heads[head] + tails[tail])
    key, _simplified, _traditional, _english, german, dutch = trades[trade]
    brand = f"{words[0]}-{words[1].capitalize()}"
    core = f"{brand} {german if city.country == 'DE' else dutch}"
    slug = brand.lower().translate(str.maketrans({"ü": "ue", "ö": "oe", "ä": "ae", "ß": "ss"}))
    form = LEGAL_FORMS[city.country][number % len(LEGAL_FORMS[city.country])]
    return OrganisationName(f"{core} {form}", "", brand, core, f"{slug}-{key}", key, city)


def parts_of(accounts: int) -> tuple[int, int]:
    """Return how many accounts of a demo are played through, and how many registrations its crowd has."""
    if accounts <= 100_000:
        return accounts, 0
    return PLAYED, accounts - PLAYED // 10
