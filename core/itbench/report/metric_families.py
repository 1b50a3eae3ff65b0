"""Metrics in families: names that begin alike, such as `wrong_unrelated` and `wrong_unreadable`, take one line of a report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from itbench.report.table import number

_FEWEST = 3


@dataclass(frozen=True, slots=True)
class MetricFamily:
    """Metrics that are shown together.

    Attributes:
        name: of the one metric, or what the names of all begin with, and `*`.
        members: names of the metrics; one, or at least three.
    """

    name: str
    members: Sequence[str]

    @property
    def is_single(self) -> bool:
        """Whether it is one metric."""
        return len(self.members) == 1


def metric_families(names: Sequence[str]) -> list[MetricFamily]:
    """Return all metrics in families, each where its first metric stands."""
    found = _split([(name, name.split("_")) for name in names], 0)
    return sorted(found, key=lambda family: names.index(family.members[0]))


def folded_metrics(values: Mapping[str, float | None]) -> list[list[str]]:
    """Return name and value of each metric that stands alone, and name, size and range of each family."""
    return [
        [family.name, number(values[family.name])]
        if family.is_single
        else [f"{family.name} ({len(family.members)})", _range([values[name] for name in family.members])]
        for family in metric_families(list(values))
    ]


def whole_metrics(values: Mapping[str, float | None]) -> list[list[str]]:
    """Return name and value of each metric."""
    return [[name, number(value)] for name, value in values.items()]


def _split(metrics: Sequence[tuple[str, list[str]]], depth: int) -> list[MetricFamily]:
    """Return families among metrics whose names have so many words in common."""
    by_word: dict[str | None, list[tuple[str, list[str]]]] = {}
    for name, words in metrics:
        by_word.setdefault(words[depth] if depth < len(words) else None, []).append((name, words))
    is_split = len(by_word) == 1 or all(len(group) >= _FEWEST for group in by_word.values())
    if depth and (not is_split or None in by_word):
        return [_family(metrics, depth)]
    families: list[MetricFamily] = []
    for group in by_word.values():
        if len(group) >= _FEWEST:
            families += _split(group, depth + 1)
        else:
            families += [MetricFamily(name, [name]) for name, _ in group]
    return families


def _family(metrics: Sequence[tuple[str, list[str]]], depth: int) -> MetricFamily:
    prefix = "_".join(metrics[0][1][:depth])
    return MetricFamily(f"{prefix}_*", [name for name, _ in metrics])


def _range(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    low, high = number(min(known)), number(max(known))
    return low if low == high else f"{low} to {high}"
