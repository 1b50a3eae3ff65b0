"""Points in time as the snapshot files print them; no time zone, locale or clock is asked."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=4096)
def _day(day: int) -> tuple[int, int, int]:
    # Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
    shifted = day + 719468
    era = shifted // 146097
    of_era = shifted - era * 146097
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    return (
        year + era * 400 + (month >= 10),
        month + (3 if month < 10 else -9),
        of_year - (153 * month + 2) // 5 + 1,
    )


@lru_cache(maxsize=8192)
def _parts(second: int) -> tuple[str, str]:
    year, month, day = _day(second // 86400)
    rest = second % 86400
    return (
        f"{year:04d}-{month:02d}-{day:02d}",
        f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}",
    )


def epoch_s(year: int, month: int, day: int) -> int:
    """Return the Unix time of midnight UTC of a date (Hinnant, days_from_civil)."""
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return (era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468) * 86400


def seconds_text(time_us: int) -> str:
    """Return `2025-12-15 17:46:23`."""
    return " ".join(_parts(time_us // 1_000_000))


def milliseconds_text(time_us: int) -> str:
    """Return `2025-12-15 17:46:23.716`."""
    date, clock = _parts(time_us // 1_000_000)
    return f"{date} {clock}.{time_us // 1000 % 1000:03d}"


def nanoseconds_text(time_ns: int) -> str:
    """Return `2025-12-15 17:46:23.716459800`."""
    date, clock = _parts(time_ns // 1_000_000_000)
    return f"{date} {clock}.{time_ns % 1_000_000_000:09d}"


def kubernetes_text(time_us: int) -> str:
    """Return `2025-12-15T17:46:23Z`."""
    date, clock = _parts(time_us // 1_000_000)
    return f"{date}T{clock}Z"


def microseconds_stamp(time_us: int, joint: str) -> str:
    """Return `2025-12-15T17:46:23.716459` with `joint` in place of the colons."""
    date, clock = _parts(time_us // 1_000_000)
    return f"{date}T{clock.replace(':', joint)}.{time_us % 1_000_000:06d}"


def prometheus_text(time_ns: int) -> str:
    """Return `2025-12-15T17:46:23.7164598Z`, trailing zeros cut, as Go's RFC 3339 with nanoseconds does."""
    date, clock = _parts(time_ns // 1_000_000_000)
    fraction = f"{time_ns % 1_000_000_000:09d}".rstrip("0")
    return f"{date}T{clock}.{fraction}Z" if fraction else f"{date}T{clock}Z"
