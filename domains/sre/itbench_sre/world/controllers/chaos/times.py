"""Durations as Go writes them, and when a schedule is due next."""

import re

from itbench_sre.world.clock.loop import HOUR_US, MINUTE_US, SECOND_US
from itbench_sre.world.controllers.cron import next_time_us

_UNITS = {"h": HOUR_US, "m": MINUTE_US, "s": SECOND_US, "ms": 1000, "us": 1, "µs": 1, "ns": 0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|ns|h|m|s)")


def duration_us(text: str) -> int:
    """Return a duration, such as `1h30m`, `750ms` or `-10s`.

    Raises:
        ValueError: it is none.
    """
    body = text.lstrip("+-")
    parts = _PART.findall(body)
    if not parts or "".join(number + unit for number, unit in parts) != body:
        raise ValueError(f'time: invalid duration "{text}"')
    total = 0
    for number, unit in parts:
        whole, _, fraction = number.partition(".")
        total += int(whole) * _UNITS[unit] + int(fraction or "0") * _UNITS[unit] // 10 ** len(fraction)
    return -total if text.startswith("-") else total


def next_us(schedule: str, after_us: int) -> int:
    """Return when a schedule of cron, or `@every 90s`, is next due, strictly after `after_us`.

    Raises:
        ValueError: it cannot be read, or is never due.
    """
    if schedule.startswith("@every "):
        delay_us = max(duration_us(schedule.removeprefix("@every ").strip()) // SECOND_US, 1) * SECOND_US
        return after_us // SECOND_US * SECOND_US + delay_us
    time_us = next_time_us(schedule, after_us)
    if not time_us:
        raise ValueError(f"never due: [{schedule}]")
    return time_us
