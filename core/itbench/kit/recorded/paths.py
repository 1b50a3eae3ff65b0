"""How near the steps of an agent come to the path of an expert."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Closeness:
    """How near steps come to a path; each from 0 to 1.

    Attributes:
        relevance: the share of different steps that are in the path.
        coverage: the share of the path's different steps that were taken.
        in_order: 1 if the path's steps were taken in its order, perhaps with others between.
        any_order: 1 if all of them were taken.
        exact: 1 if the steps are the path.
    """

    relevance: float
    coverage: float
    in_order: float
    any_order: float
    exact: float

    @property
    def f1(self) -> float:
        """The harmonic mean of relevance and coverage."""
        both = self.relevance + self.coverage
        return 2 * self.relevance * self.coverage / both if both else 0.0


def closest_path(steps: Sequence[str], paths: Mapping[str, Sequence[str]]) -> tuple[str, Closeness]:
    """Return the name of the path that steps come nearest to, by F1 and then by order, and how near; of equals, the first."""
    found = [(name, _closeness(steps, path)) for name, path in paths.items()]
    return max(found, key=lambda each: (each[1].f1, each[1].in_order))


def redundancy(steps: Sequence[str]) -> float:
    """Return the share of steps that were taken before."""
    return 1 - len(set(steps)) / len(steps) if steps else 0.0


def _closeness(steps: Sequence[str], path: Sequence[str]) -> Closeness:
    """Return how near steps come to a path; no steps are as near as can be to a path without any, else not at all."""
    done, wanted = set(steps), set(path)
    common = len(done & wanted)
    both_empty = not done and not wanted
    rest = iter(steps)
    return Closeness(
        relevance=1.0 if both_empty else common / len(done) if done else 0.0,
        coverage=1.0 if both_empty else common / len(wanted) if wanted else 0.0,
        in_order=float(all(step in rest for step in path)),
        any_order=float(wanted <= done),
        exact=float(list(steps) == list(path)),
    )
