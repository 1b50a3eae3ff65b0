"""A number with its interval: in a cell for people, and in columns for machines."""

from itbench.interfaces.json import JsonObject
from itbench.statistics import Interval


def signed_cell(value: float | None, interval: Interval | None) -> str:
    """Return a number that may be negative with its interval, two digits each; a dash without a number."""
    if value is None:
        return "-"
    return f"{value:+.2f}" + (f" ({interval.signed_text})" if interval else "")


def interval_columns(name: str, value: float | None, interval: Interval | None) -> JsonObject:
    """Return a number and the ends of its interval under `NAME`, `NAME_low` and `NAME_high`."""
    return {
        name: value,
        f"{name}_low": interval.low if interval else None,
        f"{name}_high": interval.high if interval else None,
    }
