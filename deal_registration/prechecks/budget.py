"""How many questions a partner may ask: so many a day, so many in thirty days. Pure arithmetic."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left. The day is a calendar day where the partner works; the thirty days roll."""

    per_day: int
    per_month: int
    used_today: int
    used_this_month: int
    day_renews_at: datetime
    month_renews_at: datetime | None  # when the oldest question of the thirty days leaves them

    @property
    def left_today(self) -> int:
        """How many can still be asked today."""
        return max(0, min(self.per_day - self.used_today, self.left_this_month))

    @property
    def left_this_month(self) -> int:
        """How many the thirty days still hold."""
        return max(0, self.per_month - self.used_this_month)

    @property
    def is_spent(self) -> bool:
        """Whether no question can be asked now."""
        return self.left_today == 0

    @property
    def is_offered(self) -> bool:
        """Whether the programme has any questions to give."""
        return self.per_day > 0 and self.per_month > 0

    @property
    def renews_at(self) -> datetime:
        """When the next question can be asked once the budget is spent; otherwise when the day begins anew."""
        if self.left_this_month == 0 and self.month_renews_at is not None:
            return self.month_renews_at
        return self.day_renews_at
