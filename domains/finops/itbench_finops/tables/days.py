"""Reads days: a date of ISO 8601, or a time of it, which stands for its day in UTC.

FOCUS 1.4 has all times in UTC, so `2024-01-02T23:30:00-05:00` lies in the bill of 2024-01-03. A time without an offset is
taken to be in UTC, as the daily tables of most exporters are.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME: Final = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[T ](?P<hours>[0-9]{2}):(?P<minutes>[0-9]{2})(?::(?P<seconds>[0-9]{2})(?:\.[0-9]{1,9})?)?"
    r"(?:Z|(?P<sign>[+-])(?P<hours_off>[0-9]{2}):?(?P<minutes_off>[0-9]{2})?)?"
)
_MINUTES: Final = 60


@lru_cache(maxsize=4_096)
def read_day(text: str) -> date:
    """Return the day of `YYYY-MM-DD`, or of `YYYY-MM-DDThh:mm[:ss]` with `Z`, an offset such as `-05:00`, or neither.

    Raises:
        ValueError: it is none of these.
    """
    try:
        found = _DAY.fullmatch(text)
        if found is not None:
            return date(*map(int, found.groups()))
        time = _TIME.fullmatch(text)
        if time is not None:
            return _day_in_utc(time)
    except (ValueError, OverflowError):
        pass  # Such as 30 February, or an hour 25.
    raise ValueError(f"{text!r} is not a date, expected YYYY-MM-DD")


def _day_in_utc(found: re.Match[str]) -> date:
    hours, minutes = int(found["hours_off"] or 0), int(found["minutes_off"] or 0)
    if minutes >= _MINUTES:
        raise ValueError(minutes)
    offset = timedelta(hours=hours, minutes=minutes) * (-1 if found["sign"] == "-" else 1)
    day = date.fromisoformat(found["day"])
    clock = int(found["hours"]), int(found["minutes"]), int(found["seconds"] or 0)
    return datetime(day.year, day.month, day.day, *clock, tzinfo=timezone(offset)).astimezone(UTC).date()
