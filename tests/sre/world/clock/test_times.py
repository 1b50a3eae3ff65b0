"""Times are printed without asking a calendar library; here one is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from itbench_sre.world.clock.times import (
    epoch_s,
    kubernetes_text,
    microseconds_stamp,
    milliseconds_text,
    nanoseconds_text,
    prometheus_text,
    seconds_text,
)


@pytest.mark.parametrize("day", [0, 59, 60, 365, 11016, 19782, 20437, 22000])
def test_dates_agree_with_the_calendar(day: int) -> None:
    moment = datetime(1970, 1, 1, 13, 5, 9, tzinfo=UTC) + timedelta(days=day)
    time_us = int(moment.timestamp()) * 1_000_000
    assert seconds_text(time_us) == moment.strftime("%Y-%m-%d %H:%M:%S")
    assert kubernetes_text(time_us) == moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert epoch_s(moment.year, moment.month, moment.day) == day * 86_400


def test_fractions_have_as_many_digits_as_the_column_type() -> None:
    time_us = 1_765_820_783_716_009
    assert milliseconds_text(time_us) == "2025-12-15 17:46:23.716"
    assert nanoseconds_text(time_us * 1000 + 7) == "2025-12-15 17:46:23.716009007"
    assert microseconds_stamp(time_us, "-") == "2025-12-15T17-46-23.716009"
    assert microseconds_stamp(time_us, "") == "2025-12-15T174623.716009"


def test_prometheus_cuts_trailing_zeros() -> None:
    second_ns = 1_765_820_783_000_000_000
    assert prometheus_text(second_ns + 120_000_000) == "2025-12-15T17:46:23.12Z"
    assert prometheus_text(second_ns) == "2025-12-15T17:46:23Z"
