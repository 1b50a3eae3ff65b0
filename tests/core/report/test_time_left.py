"""The estimate of the time that a run still takes."""

import pytest

from itbench.report.time_left import TimeLeft


def after(durations: list[float], *, concurrent: int) -> TimeLeft:
    found = TimeLeft(concurrent)
    for at, duration in enumerate(durations):
        found.add(duration, 1000.0 + at)
    return found


@pytest.mark.parametrize(
    ("durations", "concurrent", "remaining", "waited", "left"),
    [
        ([], 4, 10, 0, None),
        ([600.0], 1, 5, 0, 3000.0),
        ([600.0], 1, 5, 60, 2940.0),
        ([600.0, 1200.0], 4, 8, 0, 1800.0),
        ([600.0], 4, 1, 0, 600.0),
        ([600.0], 4, 1, 900, 0.0),
        ([600.0], 4, 0, 0, 0.0),
    ],
    ids=["none ended", "one by one", "it counts down", "four at a time", "the last", "late", "done"],
)
def test_it_follows_from_durations_and_concurrency(
    durations: list[float], concurrent: int, remaining: int, waited: float, left: float | None
) -> None:
    found = after(durations, concurrent=concurrent)
    assert found.seconds(remaining, found.latest_end_s + waited) == left


@pytest.mark.parametrize(
    ("duration", "text"),
    [(40.0, "about 40 s left"), (720.0, "about 12 min left"), (9000.0, "about 2.5 h left")],
)
def test_it_reads_well(duration: float, text: str) -> None:
    assert after([duration], concurrent=1).text(1, 1000.0) == text
