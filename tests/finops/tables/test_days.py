"""Dates are those of ISO 8601 as they are in use; nothing else is one."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, strategies as st

from itbench_finops.tables.days import read_day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-01-02", date(2024, 1, 2)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2024-01-02T00:00:00Z", date(2024, 1, 2)),
        ("2024-01-02 00:00:00", date(2024, 1, 2)),
        ("2024-01-02T23:59", date(2024, 1, 2)),
        ("2024-01-02T23:59:59.999999999Z", date(2024, 1, 2)),
        ("2024-01-02 00:00:00+00:00", date(2024, 1, 2)),
        ("2024-01-02T23:30:00-05:00", date(2024, 1, 3)),
        ("2024-01-02T23:30:00-0500", date(2024, 1, 3)),
        ("2024-01-02T23:30:00-05", date(2024, 1, 3)),
        ("2024-01-02T00:00:00+05:30", date(2024, 1, 1)),
        ("2024-01-01T00:00:00+01:00", date(2023, 12, 31)),
    ],
)
def test_a_date_or_a_time_is_its_day_in_utc(text: str, day: date) -> None:
    assert read_day(text) == day


NO_DATES = [
    "",
    "2024-01-02garbage",
    "20240102xx",
    "20240102",
    "2024-1-2",
    "24-01-02",
    "2024-02-30",
    "2023-02-29",
    "2024-13-01",
    "2024-01",
    "2024-W01-2",
    "2024-001",
    "02/01/2024",
    "2024/01/02",
    "2024-01-02T",
    "2024-01-02Z",
    "2024-01-02T24:00:00Z",
    "2024-01-02T00:60:00Z",
    "2024-01-02T00:00:00ZZ",
    "2024-01-02T00:00:00z",
    "2024-01-02T00:00:00+24:00",
    "2024-01-02T00:00:00+01:60",
    "2024-01-02T00:00:00 UTC",
    "2024-01-02T00:00:00.Z",
    "2024-01-02  00:00:00",
    "2024-01-02\n",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:00:00-02:00",
    "0000-01-01",
    "-2024-01-02",
    "\u0662\u0660\u0662\u0664-01-02",
    "\uff12024-01-02",
    "2024\u201001\u201002",
]


def test_anything_else_is_no_date_and_is_said_by_its_text() -> None:
    for text in NO_DATES:
        assert_refused(text)


def assert_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date, expected YYYY-MM-DD") as caught:
        read_day(text)
    assert repr(text) in str(caught.value)


@pytest.mark.slow  # A few hundred examples.
@given(
    moment=st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)),  # noqa: DTZ001 - the offset is drawn apart
    minutes=st.integers(-14 * 60, 14 * 60),
    separator=st.sampled_from("T "),
)
def test_every_time_with_an_offset_is_its_day_in_utc(moment: datetime, minutes: int, separator: str) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert read_day(aware.isoformat(separator)) == aware.astimezone(UTC).date()


@pytest.mark.slow  # A few hundred examples.
@given(text=st.text(alphabet="0123456789-T: Z+.x", max_size=30))
def test_no_text_makes_it_fail_in_another_way(text: str) -> None:
    try:
        day = read_day(text)
    except ValueError:
        return
    assert abs((day - date.fromisoformat(text[:10])).days) <= 1
