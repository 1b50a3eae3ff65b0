"""The days of a bill: weekdays, month-ends, and the day on which the anomaly was noticed."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from itbench.kit import Randomness

_FIRST_YEAR, _LAST_YEAR = 2023, 2026
_USUAL_DAYS = 130
_LONGEST_AFTERMATH_DAYS = 2


@dataclass(frozen=True)
class Calendar:
    """Days are counted from 0; `anomaly` is the day that the agent is asked about."""

    first: date
    days: int
    anomaly: int

    @cached_property
    def dates(self) -> list[date]:
        """Each day as a date."""
        return [self.first + timedelta(days=day) for day in range(self.days)]

    @cached_property
    def weekdays(self) -> list[int]:
        """Each day's weekday; Monday is 0."""
        return [(self.first.weekday() + day) % 7 for day in range(self.days)]

    @cached_property
    def is_month_end(self) -> list[bool]:
        """Whether each day is one of the last two of its month."""
        return [(day + timedelta(days=2)).month != day.month for day in self.dates]


def make_calendar(random: Randomness, days: int | None) -> Calendar:
    """Return a calendar in which the anomaly is near the end, half the time at the end of a month."""
    days = days or _USUAL_DAYS + random.below(21)
    last = date(random.between(_FIRST_YEAR, _LAST_YEAR), random.between(1, 12), random.between(1, 28))
    if random.below(2):
        last = (last.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    after = random.below(_LONGEST_AFTERMATH_DAYS + 1)
    return Calendar(last - timedelta(days=days - 1 - after), days, days - 1 - after)
