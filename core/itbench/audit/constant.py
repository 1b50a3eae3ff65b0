"""Answers that are the same for every task: nothing, or the names that most often win."""

from collections import defaultdict
from typing import TYPE_CHECKING

from itbench.audit.adversary import Adversary, Learnt
from itbench.statistics.means import mean

if TYPE_CHECKING:
    from itbench.audit.grid import Grid

_MOST_NAMES = 3


class _Names(Learnt):
    def __init__(self, keys: tuple[str, ...]) -> None:
        self.keys = keys
        self.text = f"always names {' and '.join(map(repr, keys))}" if keys else "names nothing"

    def values(self, grid: "Grid") -> list[float]:
        """Name the same everywhere, also where it does not exist."""
        found = []
        for case in grid.cases:
            places = {
                candidate.key: at
                for at, candidate in enumerate(case.candidates)
                if candidate.key in self.keys
            }
            # A name that no candidate of this task has is wrong here.
            share = len(places) / len(self.keys) if self.keys else 1.0
            found.append(case.value(places.values()) * share)
        return found


class EmptyAnswer(Adversary):
    """Names nothing."""

    name = "empty answer"

    def learn(self, grid: "Grid", seed: int) -> Learnt:
        """Learn nothing."""
        return _Names(())


class ConstantAnswer(Adversary):
    """Always names what won most often: up to three names, as long as one more helps."""

    name = "constant answer"

    def learn(self, grid: "Grid", seed: int) -> Learnt:
        """Take the best name, then the best beside it."""
        wins: dict[str, float] = defaultdict(float)
        for case in grid.cases:
            for at, candidate in enumerate(case.candidates):
                wins[candidate.key] += case.value((at,))
        likely = sorted(wins, key=lambda key: (-wins[key], key))[:20]
        best = _Names(())
        for _ in range(_MOST_NAMES):
            longer = [_Names((*best.keys, key)) for key in likely if key not in best.keys]
            if not longer:
                break
            found = max(longer, key=lambda names: mean(names.values(grid)))
            if best.keys and mean(found.values(grid)) <= mean(best.values(grid)):
                break
            best = found
        return best
