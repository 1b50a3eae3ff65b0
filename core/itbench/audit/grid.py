"""Cases as arrays: a row for each task, a column for each of its candidates, padded to the longest."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from itbench.interfaces.audit import AuditCase, Feature

# A word that stands in fewer of the tasks than this share tells little of others.
_LEAST_SHARE = 0.02


class TriedCase:
    """A case whose answers are scored once each."""

    def __init__(self, case: "AuditCase") -> None:
        self.family = case.family
        self.candidates = tuple(case.candidates)
        self.right = frozenset(case.right)
        self._case = case
        self._values: dict[tuple[int, ...], float] = {}

    def value(self, chosen: "Iterable[int]") -> float:
        """Return the score of an answer that names these candidates."""
        key = tuple(sorted(set(chosen)))
        if key not in self._values:
            self._values[key] = float(self._case.value(key))
        return self._values[key]


@dataclass(frozen=True)
class Grid:
    """Cases and their features as arrays of shape (tasks, most candidates of a task).

    Attributes:
        cases: one a row.
        is_there: whether a place holds a candidate.
        single: the score of naming this one alone; 0 where there is none.
        is_right: whether a perfect answer names it.
        numbers: features that are numbers, by name; NaN where missing.
        words: features that are words, as `name=word`: whether it is so.
    """

    cases: Sequence[TriedCase]
    is_there: "NDArray[np.bool_]"
    single: "NDArray[np.float64]"
    is_right: "NDArray[np.bool_]"
    numbers: "dict[str, NDArray[np.float64]]" = field(default_factory=dict)
    words: "dict[str, NDArray[np.bool_]]" = field(default_factory=dict)

    def rows(self, places: Sequence[int]) -> "Grid":
        """Return the grid of some of the tasks."""
        at = np.asarray(places, dtype=int)
        return Grid(
            [self.cases[place] for place in places],
            self.is_there[at],
            self.single[at],
            self.is_right[at],
            {name: values[at] for name, values in self.numbers.items()},
            {name: values[at] for name, values in self.words.items()},
        )


def grid_of(cases: Sequence[TriedCase]) -> Grid:
    """Return the arrays of cases; words that hardly any task has are left out."""
    shape = (len(cases), max((len(case.candidates) for case in cases), default=0))
    grid = Grid(cases, np.zeros(shape, dtype=bool), np.zeros(shape), np.zeros(shape, dtype=bool))
    tasks_with: dict[str, set[int]] = {}
    for row, case in enumerate(cases):
        for column, candidate in enumerate(case.candidates):
            grid.is_there[row, column] = True
            grid.single[row, column] = case.value((column,))
            grid.is_right[row, column] = column in case.right
            for name, value in candidate.features.items():
                if isinstance(value, str):
                    tasks_with.setdefault(f"{name}={value}", set()).add(row)
    frequent = sorted(word for word, rows in tasks_with.items() if len(rows) >= _LEAST_SHARE * len(cases))
    grid.words.update({word: np.zeros(shape, dtype=bool) for word in frequent})
    for row, case in enumerate(cases):
        for column, candidate in enumerate(case.candidates):
            _fill(grid, row, column, candidate.features)
    return grid


def _fill(grid: Grid, row: int, column: int, features: "Mapping[str, Feature]") -> None:
    for name, value in features.items():
        if isinstance(value, str):
            if (word := f"{name}={value}") in grid.words:
                grid.words[word][row, column] = True
        else:
            if name not in grid.numbers:
                grid.numbers[name] = np.full(grid.is_there.shape, np.nan)
            grid.numbers[name][row, column] = float(value)
