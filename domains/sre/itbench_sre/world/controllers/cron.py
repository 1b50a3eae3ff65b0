"""When a line of cron says that it is time: minutes, hours, days of the month, months, days of the week."""

from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.clock.times import kubernetes_text

_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_NAMES: tuple[dict[str, int], ...] = (
    {},
    {},
    {},
    {
        name: at
        for at, name in enumerate(
            ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
        )
    },
    {name: at for at, name in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])},
)
_SHORT = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_LONGEST_MINUTES = 366 * 24 * 60


def _number(text: str, field: int) -> int:
    names = _NAMES[field]
    return names[text.lower()] if text.lower() in names else int(text)


def _values(text: str, field: int) -> frozenset[int]:
    low, high = _RANGES[field]
    found: list[int] = []
    for part in text.split(","):
        span, _, step = part.partition("/")
        if span in ("*", "?"):
            first, last = low, high
        elif "-" in span:
            first, last = (_number(each, field) for each in span.split("-"))
        else:
            first = _number(span, field)
            last = high if step else first
        found.extend(range(first, last + 1, int(step or 1)))
    if field == 4:
        found = [0 if each == 7 else each for each in found]
    return frozenset(found)


def next_time_us(schedule: str, after_us: int) -> int:
    """Return the first minute after `after_us` that a schedule means, in UTC; 0 where there is none in a year.

    Raises:
        ValueError: it is no schedule.
    """
    fields = _SHORT.get(schedule.strip(), schedule).split()
    if len(fields) != 5:
        raise ValueError(f"expected exactly 5 fields, found {len(fields)}: [{schedule}]")
    minutes, hours, days, months, weekdays = (_values(text, at) for at, text in enumerate(fields))
    either = not fields[2].startswith("*") and not fields[4].startswith("*")
    minute = after_us // MINUTE_US + 1
    end = minute + _LONGEST_MINUTES
    while minute < end:
        text = kubernetes_text(minute * MINUTE_US)
        is_day, is_weekday = int(text[8:10]) in days, (minute // 1440 + 4) % 7 in weekdays
        if int(text[5:7]) not in months or not (is_day or is_weekday if either else is_day and is_weekday):
            minute += 1440 - minute % 1440
        elif int(text[11:13]) not in hours:
            minute += 60 - minute % 60
        elif int(text[14:16]) not in minutes:
            minute += 1
        else:
            return minute * MINUTE_US
    return 0
