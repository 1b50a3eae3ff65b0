"""Durations of Go, and schedules that are due again and again."""

import pytest

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.times import epoch_s, seconds_text
from itbench_sre.world.controllers.chaos.times import duration_us, next_us

_MIDNIGHT_US = epoch_s(2025, 12, 15) * SECOND_US  # a Monday


@pytest.mark.parametrize(
    ("schedule", "after_s", "expected"),
    [
        ("*/5 * * * *", 299, "2025-12-15 00:05:00"),
        ("*/5 * * * *", 300, "2025-12-15 00:10:00"),
        ("0 9-17/4 * * 1-5", 18 * 3600, "2025-12-16 09:00:00"),
        ("0 12 20 * 3", 0, "2025-12-17 12:00:00"),
        ("@hourly", 60, "2025-12-15 01:00:00"),
        ("@every 90s", 60, "2025-12-15 00:02:30"),
    ],
)
def test_the_next_time(schedule: str, after_s: int, expected: str) -> None:
    assert seconds_text(next_us(schedule, _MIDNIGHT_US + after_s * SECOND_US)) == expected


@pytest.mark.parametrize("schedule", ["", "* * * *", "x * * * *", "@every soon", "0 0 31 2 *"])
def test_what_is_no_schedule(schedule: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        next_us(schedule, _MIDNIGHT_US)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("20000ms", 20_000_000), ("1h30m", 5_400_000_000), ("-10s", -10_000_000), ("1.5s", 1_500_000)],
)
def test_durations_of_go(text: str, expected: int) -> None:
    assert duration_us(text) == expected
