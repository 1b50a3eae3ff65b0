"""Whether one run is no worse than another by a margin, or equal to it within one.

Both are shown by one-sided tests on the differences of the common tasks, paired: run a is *no worse than* run b by a margin m if
"the mean difference is -m or less" is rejected, and *equal within* m if "it is m or more" is rejected too: two one-sided tests
(TOST; Schuirmann 1987, doi:10.1007/BF01068419), each at 5 %, which needs no correction because both must reject. That is
the same as a 90 % interval of the difference that lies above -m, or between -m and m.

The test is that of the interval of Gaffke (`mean_interval`), which supposes nothing of the differences but that tasks are
independent: p is the share of randomly weighted means that reach beyond the margin. Student's t is given beside it because
others use it, but decides nothing: where agents differ on few tasks it finds no spread at all, and every claim certain.
"""

from dataclasses import dataclass

from itbench.errors import UsageError
from itbench.statistics.interval import Interval, mean_interval, mean_p_value
from itbench.statistics.means import MeanOverTasks, Values, mean_over_tasks, means_of_scored_tasks
from itbench.statistics.power import ALPHA
from itbench.statistics.student import two_sided_p

_DECIMALS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalence:
    """Whether run a is no worse or no better than run b by more than a margin.

    Attributes:
        margin: above 0, below 1.
        n_tasks: how many tasks both have scored.
        difference: mean of a - b; None without a common task.
        interval: 90 %: each end is a one-sided limit of 95 %; None without a common task.
        p_worse: of "a is worse by the margin or more"; None without a common task.
        p_better: of "a is better by the margin or more"; None without a common task.
        t_p_worse, t_p_better: the same by Student's t; None below two tasks or without a spread.
    """

    margin: float
    n_tasks: int
    difference: float | None
    interval: Interval | None
    p_worse: float | None
    p_better: float | None
    t_p_worse: float | None
    t_p_better: float | None

    @property
    def is_no_worse(self) -> bool:
        """Whether it is shown that a is not worse by the margin: non-inferiority."""
        return self.p_worse is not None and self.p_worse < ALPHA

    @property
    def is_equal(self) -> bool:
        """Whether it is shown that they differ by less than the margin: equivalence."""
        return self.is_no_worse and self.p_better is not None and self.p_better < ALPHA

    @property
    def p_equal(self) -> float | None:
        """The p value of equivalence, the larger of the two; None without a common task."""
        return None if self.p_worse is None or self.p_better is None else max(self.p_worse, self.p_better)


def equivalence(a: Values, b: Values, margin: float) -> Equivalence:
    """Test run a against run b with a margin.

    Raises:
        UsageError: the margin is not above 0 and below 1.
        ValueError: a value is not in [0, 1].
    """
    if not 0 < margin < 1:
        raise UsageError(
            f"a margin of {margin!r} says nothing of scores from 0 to 1; give one above 0 and below 1"
        )
    means_a, means_b = means_of_scored_tasks(a), means_of_scored_tasks(b)
    differences = [
        round(means_a[task] - means_b[task], _DECIMALS) for task in sorted(means_a.keys() & means_b.keys())
    ]
    overall = mean_over_tasks(differences, low=-1.0)
    turned = [-difference for difference in differences]
    return Equivalence(
        margin=margin,
        n_tasks=len(differences),
        difference=overall.mean,
        interval=mean_interval(differences, low=-1.0, confidence=1 - 2 * ALPHA),
        p_worse=mean_p_value(differences, -margin, low=-1.0),
        p_better=mean_p_value(turned, -margin, low=-1.0),
        t_p_worse=_student(overall, margin, 1),
        t_p_better=_student(overall, margin, -1),
    )


def _student(overall: MeanOverTasks, margin: float, sign: int) -> float | None:
    """Return P(T >= t) for t = (sign * mean + margin) / standard error."""
    if overall.mean is None or not overall.standard_error:
        return None
    statistic = (sign * overall.mean + margin) / overall.standard_error
    half = two_sided_p(statistic, overall.n_tasks - 1) / 2
    return half if statistic > 0 else 1 - half
