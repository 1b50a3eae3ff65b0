"""Whether one of two compared runs is no worse than the other, or equal to it, by a margin."""

from collections.abc import Iterator
from dataclasses import dataclass

from itbench.interfaces.json import JsonObject
from itbench.report.boards.comparable import require_same_scoring
from itbench.report.comparison import RunComparison
from itbench.report.document import Section
from itbench.statistics import Equivalence, equivalence


@dataclass(frozen=True, slots=True)
class Margins:
    """What was asked for of a comparison; None what was not."""

    no_worse: Equivalence | None
    equal: Equivalence | None

    def sections(self) -> Iterator[Section]:
        """Yield what they say for people."""
        if self.no_worse is not None:
            yield Section(notes=[_no_worse_text(self.no_worse)])
        if self.equal is not None:
            yield Section(notes=[_equal_text(self.equal)])

    def rows(self) -> Iterator[JsonObject]:
        """Yield a row for each."""
        for over, found, p_value, is_shown in self._told():
            yield {
                "over": over,
                "difference": found.difference,
                "interval_low": found.interval.low if found.interval else None,
                "interval_high": found.interval.high if found.interval else None,
                "p_value": p_value,
                "tasks": found.n_tasks,
                "margin": found.margin,
                "is_shown": is_shown,
            }

    def json(self) -> JsonObject:
        """Return them for machines."""
        return {
            over: {
                "margin": found.margin,
                "is_shown": is_shown,
                "p_value": p_value,
                "interval_90": [found.interval.low, found.interval.high] if found.interval else None,
                "p_worse": found.p_worse,
                "p_better": found.p_better,
                "t_p_worse": found.t_p_worse,
                "t_p_better": found.t_p_better,
            }
            for over, found, p_value, is_shown in self._told()
        }

    def _told(self) -> Iterator[tuple[str, Equivalence, float | None, bool]]:
        if self.no_worse is not None:
            yield "no_worse_by", self.no_worse, self.no_worse.p_worse, self.no_worse.is_no_worse
        if self.equal is not None:
            yield "equal_within", self.equal, self.equal.p_equal, self.equal.is_equal


def margins(found: RunComparison, *, no_worse_by: float | None, equal_within: float | None) -> Margins:
    """Test what is asked for, on the tasks that both runs have scored.

    Raises:
        UsageError: a margin is not above 0 and below 1, or the runs were not scored alike.
    """
    if no_worse_by is not None or equal_within is not None:
        require_same_scoring((found.first, found.second), found.scoring_versions)
    first = {task.task: [task.first] for task in found.tasks}
    second = {task.task: [task.second] for task in found.tasks}
    return Margins(
        None if no_worse_by is None else equivalence(first, second, no_worse_by),
        None if equal_within is None else equivalence(first, second, equal_within),
    )


def _no_worse_text(found: Equivalence) -> str:
    claim = f"1 is no worse than 2 by {found.margin:g}"
    if found.interval is None or found.p_worse is None:
        return f"{claim}: not shown, no task was scored in both"
    limit = f"the difference is {found.interval.low:+.3f} or more (95 % limit over {found.n_tasks} tasks)"
    return f"{claim}: {_shown(is_shown=found.is_no_worse)}, p = {found.p_worse:.3f}; {limit}"


def _equal_text(found: Equivalence) -> str:
    claim = f"1 and 2 differ by less than {found.margin:g}"
    if found.interval is None or found.p_equal is None:
        return f"{claim}: not shown, no task was scored in both"
    limits = (
        f"90 % interval {found.interval.low:+.3f} to {found.interval.high:+.3f} over {found.n_tasks} tasks"
    )
    return (
        f"{claim}: {_shown(is_shown=found.is_equal)}, p = {found.p_equal:.3f} (two one-sided tests); {limits}"
    )


def _shown(*, is_shown: bool) -> str:
    return "shown" if is_shown else "not shown"
