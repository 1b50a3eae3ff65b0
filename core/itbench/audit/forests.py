"""Forests and boosted trees over the features of candidates, and their places among those of the same task."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from itbench.audit.adversary import Adversary, Learnt
from itbench.statistics.means import mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from itbench.audit.grid import Grid

_TREES = 150
_FOLDS = 5
# How many are named.
_COUNTS = (1, 2, 3)
# Naming nothing where the first is less likely than this.
_LEAST = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)


class _Columns:
    """Which features a forest learnt from, in order."""

    def __init__(self, grid: "Grid") -> None:
        self.numbers = sorted(grid.numbers)
        self.words = sorted(grid.words)

    def matrix(self, grid: "Grid") -> "NDArray[np.float64]":
        """Return a row of features for each candidate that is there."""
        there = grid.is_there
        nothing = np.full(there.shape, np.nan)
        columns = [there.sum(axis=1, keepdims=True) * np.ones(there.shape)]
        for name in self.numbers:
            values = grid.numbers.get(name, nothing)
            columns += [np.where(np.isnan(values), -1e9, values), *_places(values)]
        columns += [
            grid.words[word].astype(float) if word in grid.words else np.zeros(there.shape)
            for word in self.words
        ]
        return np.stack([column[there] for column in columns], axis=1)


def _places(values: "NDArray[np.float64]") -> "list[NDArray[np.float64]]":
    """Return the share of candidates of the same task with less, and with more."""
    less = (values[:, None, :] < values[:, :, None]).mean(axis=2)
    more = (values[:, None, :] > values[:, :, None]).mean(axis=2)
    return [less, more]


class _Forest(Learnt):
    def __init__(self, model: Any, columns: _Columns, name: str) -> None:
        self.model, self.columns = model, columns
        self.count, self.least = 1, 0.0
        self.text = name

    def likelihoods(self, grid: "Grid") -> "NDArray[np.float64]":
        """Return how likely each candidate is right; -1 where there is none."""
        found = np.full(grid.is_there.shape, -1.0)
        if grid.is_there.any():
            with threadpool_limits(1):
                found[grid.is_there] = self.model.predict_proba(self.columns.matrix(grid))[:, -1]
        return found

    def values(self, grid: "Grid") -> list[float]:
        """Name the likeliest, one or more, or nothing."""
        return _values(grid, self.likelihoods(grid), self.count, self.least)


def _values(grid: "Grid", likelihoods: "NDArray[np.float64]", count: int, least: float) -> list[float]:
    found = []
    for case, row in zip(grid.cases, likelihoods, strict=True):
        order = np.argsort(-row, kind="stable").tolist()[: len(case.candidates)]
        top = float(row.max(initial=-1.0))
        if top < least:
            found.append(case.value(()))
        elif count == 1:
            best = np.flatnonzero(row == top).tolist()
            found.append(mean([case.value((place,)) for place in best if place in order]))
        else:
            found.append(case.value(order[:count]))
    return found


class Forest(Adversary):
    """A model of scikit-learn that tells right candidates from wrong ones; how many it names is tuned across folds."""

    def __init__(self, name: str, make: Callable[[int], Any]) -> None:
        self.name = name
        self._make = make

    def learn(self, grid: "Grid", seed: int) -> Learnt:
        """Fit it, and choose between one name and several by predictions for tasks that were left out."""
        learnt = self._fit(grid, seed)
        held_out = np.full(grid.is_there.shape, -1.0)
        places = np.arange(len(grid.cases))
        for fold in range(_FOLDS):
            out = places[places % _FOLDS == fold].tolist()
            rest = places[places % _FOLDS != fold].tolist()
            if out and rest:
                held_out[out] = self._fit(grid.rows(rest), seed).likelihoods(grid.rows(out))
        choices = [(count, least) for count in _COUNTS for least in _LEAST]
        learnt.count, learnt.least = max(choices, key=lambda choice: mean(_values(grid, held_out, *choice)))
        return learnt

    def _fit(self, grid: "Grid", seed: int) -> _Forest:
        columns = _Columns(grid)
        is_right = grid.is_right[grid.is_there]
        model = self._make(seed) if is_right.any() and not is_right.all() else _Indifferent()
        # Threads cost more than they save on so few rows, and wait for each other where others work too.
        with threadpool_limits(1):
            model.fit(columns.matrix(grid), is_right)
        return _Forest(model, columns, self.name)


class _Indifferent:
    """Stands for a forest where nothing can be learnt: every candidate is as likely as another."""

    share = 0.0

    def fit(self, matrix: "NDArray[np.float64]", is_right: "NDArray[np.bool_]") -> None:
        """Learn how many are right."""
        self.share = float(is_right.mean()) if len(is_right) else 0.0

    def predict_proba(self, matrix: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """Return the same for all."""
        return np.full((len(matrix), 1), self.share)


def _random_forest(trees: int, seed: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(
        trees, min_samples_leaf=2, class_weight="balanced", random_state=seed, n_jobs=1
    )


def _extra_trees(trees: int, seed: int) -> Any:
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(
        trees, min_samples_leaf=2, class_weight="balanced", random_state=seed, n_jobs=1
    )


def _boosted_trees(trees: int, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=trees // 2, learning_rate=0.06, max_leaf_nodes=15, random_state=seed
    )


def forests(trees: int = _TREES) -> Sequence[Adversary]:
    """Return the models that are tried, of so many trees each."""
    return (
        Forest("random forest", partial(_random_forest, trees)),
        Forest("extra trees", partial(_extra_trees, trees)),
        Forest("boosted trees", partial(_boosted_trees, trees)),
    )
