"""Metrics in families, of which a reader opens those that matter."""

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Metrics: TypeAlias = Sequence[tuple[str, float | None]]
_FIRST = re.compile(r"[^_@.\s]+")


def metric_text(value: float | None) -> str:
    """Return a metric as short as it can be told."""
    if value is None:
        return "-"
    return f"{value:.0f}" if value == int(value) and abs(value) > 1 else f"{value:.3f}"


def metric_families(metrics: Mapping[str, float | None]) -> list[tuple[str, Metrics]]:
    """Return metrics whose names begin alike together, in the order of the first of each."""
    families: dict[str, list[tuple[str, float | None]]] = {}
    for name, value in metrics.items():
        found = _FIRST.match(name)
        families.setdefault(found[0] if found else name, []).append((name, value))
    return list(families.items())
