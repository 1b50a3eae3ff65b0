"""What an audit found."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from itbench.interfaces.json import JsonObject
from itbench.statistics.interval import mean_interval
from itbench.statistics.means import mean

CONFIDENCE = 0.9
"""Of the intervals of an audit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """How well answers score over some tasks.

    Attributes:
        tasks: how many.
        mean: mean score.
        low: lower end of the 90 % interval of the mean, over tasks.
        high: its upper end.
    """

    tasks: int
    mean: float
    low: float
    high: float


def guess_of(values: Sequence[float]) -> Guess:
    """Return mean and interval of the scores of tasks.

    Raises:
        ValueError: a score lies outside [0, 1].
    """
    interval = mean_interval(values, confidence=CONFIDENCE)
    if interval is None:
        return Guess(tasks=0, mean=0.0, low=0.0, high=1.0)
    return Guess(tasks=len(values), mean=mean(values), low=interval.low, high=interval.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One adversary, trained on so many tasks, tried on others.

    Attributes:
        adversary: its name.
        learnt: what it learnt, in words.
        trained_on: number of tasks whose truths it was told.
        tried_on: which other tasks: `drawn`, `embedded`, or `folds` where all tasks take turns at being left out.
        whole: over all tasks.
        families: by family of the truth.
    """

    adversary: str
    learnt: str
    trained_on: int
    tried_on: str
    whole: Guess
    families: dict[str, Guess] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """All results over one suite.

    Attributes:
        suite: `domain/suite`.
        version: of the suite.
        results: by adversary, tasks trained on, and tasks tried on.
        constant: names of the adversaries whose answers are the same for every task.
    """

    suite: str
    version: str
    results: tuple[Result, ...]
    constant: frozenset[str] = frozenset()

    @property
    def best(self) -> Result | None:
        """The result with the highest mean."""
        return max(self.results, key=lambda result: result.whole.mean, default=None)

    def json(self) -> JsonObject:
        """Return the report as JSON; scores with four decimals."""
        return {
            "suite": self.suite,
            "version": self.version,
            "confidence": CONFIDENCE,
            "results": [
                {
                    "adversary": result.adversary,
                    "learnt": result.learnt,
                    "trained_on": result.trained_on,
                    "tried_on": result.tried_on,
                    **_json(result.whole),
                    "families": {name: _json(guess) for name, guess in result.families.items()},
                }
                for result in self.results
            ],
        }


def _json(guess: Guess) -> JsonObject:
    numbers = {"mean": guess.mean, "low": guess.low, "high": guess.high}
    return {"tasks": guess.tasks, **{name: round(number, 4) for name, number in numbers.items()}}
