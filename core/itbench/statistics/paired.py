"""Two runs on the same tasks: which agent is better, by how much, and how surely."""

from dataclasses import dataclass

from itbench.statistics.interval import FEWEST_TASKS, Interval
from itbench.statistics.means import MeanOverTasks, Values, mean_over_tasks, means_of_scored_tasks
from itbench.statistics.sign_flip import SignFlip, sign_flip
from itbench.statistics.student import two_sided_p

_DECIMALS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Run a minus run b on the tasks that both have a score for.

    Attributes:
        difference: mean over tasks of (task mean of a - task mean of b); None without a common task.
        standard_deviation: of the tasks' differences, which `tasks_needed` wants; None below two tasks.
        standard_error: of the difference, clustered by task; None below two tasks.
        interval: 95 %, within [-1, 1]; None without a common task.
        p_value: two-sided, of the paired t test; 1 if no task differs; None below two tasks, and where all tasks
            differ by the same amount, for then there is no spread to measure it by.
        sign_flip: the p value that assumes no distribution; None without a common task.
        wins: tasks on which a is better.
        ties: tasks on which both are alike.
        losses: tasks on which b is better.
        only_in_a: sorted ids of the tasks with a score in a alone.
        only_in_b: sorted ids of the tasks with a score in b alone.
    """

    difference: float | None
    standard_deviation: float | None
    standard_error: float | None
    interval: Interval | None
    p_value: float | None
    sign_flip: SignFlip | None
    wins: int
    ties: int
    losses: int
    only_in_a: tuple[str, ...]
    only_in_b: tuple[str, ...]

    @property
    def n_tasks(self) -> int:
        """How many tasks have a score in both runs."""
        return self.wins + self.ties + self.losses

    @property
    def has_too_few_tasks(self) -> bool:
        """Whether there are so few common tasks that no difference on them can be significant."""
        return self.n_tasks < FEWEST_TASKS


def compare(a: Values, b: Values) -> Comparison:
    """Compare two runs task by task.

    Raises:
        ValueError: a value is not a finite number.
    """
    means_a, means_b = means_of_scored_tasks(a), means_of_scored_tasks(b)
    common = sorted(means_a.keys() & means_b.keys())
    # Rounded, so that means of the same numbers in another arithmetic are ties and not tiny wins.
    differences = [round(means_a[task] - means_b[task], _DECIMALS) for task in common]
    overall = mean_over_tasks(differences, low=-1.0)
    return Comparison(
        difference=overall.mean,
        standard_deviation=overall.standard_deviation,
        standard_error=overall.standard_error,
        interval=overall.interval,
        p_value=_t_test(overall),
        sign_flip=sign_flip(differences) if differences else None,
        wins=sum(difference > 0 for difference in differences),
        ties=sum(difference == 0 for difference in differences),
        losses=sum(difference < 0 for difference in differences),
        only_in_a=tuple(sorted(means_a.keys() - means_b.keys())),
        only_in_b=tuple(sorted(means_b.keys() - means_a.keys())),
    )


def _t_test(overall: MeanOverTasks) -> float | None:
    if overall.mean is None or overall.standard_error is None:
        return None
    if overall.standard_error == 0:
        return 1.0 if overall.mean == 0 else None
    return two_sided_p(overall.mean / overall.standard_error, overall.n_tasks - 1)
