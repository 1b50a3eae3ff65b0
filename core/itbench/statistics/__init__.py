"""What the trials of a run say together: pure functions over plain numbers, the standard library alone."""

from itbench.statistics.describe import headline, value_with_interval
from itbench.statistics.estimate import Estimate, estimate
from itbench.statistics.interval import Interval, mean_interval
from itbench.statistics.means import MeanOverTasks, Values, mean, mean_over_tasks
from itbench.statistics.paired import Comparison, compare
from itbench.statistics.passes import Passes, TaskPasses, pass_at_k, pass_hat_k, passes
from itbench.statistics.power import power_of, smallest_difference, tasks_needed
from itbench.statistics.sign_flip import SignFlip, sign_flip
from itbench.statistics.student import quantile, two_sided_p
from itbench.statistics.symptoms import TrialFacts, symptoms

__all__ = [
    "Comparison",
    "Estimate",
    "Interval",
    "MeanOverTasks",
    "Passes",
    "SignFlip",
    "TaskPasses",
    "TrialFacts",
    "Values",
    "compare",
    "estimate",
    "headline",
    "mean",
    "mean_interval",
    "mean_over_tasks",
    "pass_at_k",
    "pass_hat_k",
    "passes",
    "power_of",
    "quantile",
    "sign_flip",
    "smallest_difference",
    "symptoms",
    "tasks_needed",
    "two_sided_p",
    "value_with_interval",
]
