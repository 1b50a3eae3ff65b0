"""What the trials of a run, and several runs, say together: pure functions over plain numbers, the standard library alone."""

from itbench.statistics.describe import headline, value_with_interval
from itbench.statistics.equivalence import Equivalence, equivalence
from itbench.statistics.estimate import Estimate, estimate
from itbench.statistics.holm import holm
from itbench.statistics.interval import Interval, mean_interval, mean_p_value
from itbench.statistics.means import MeanOverTasks, Values, mean, mean_over_tasks
from itbench.statistics.paired import Comparison, compare
from itbench.statistics.passes import Passes, TaskPasses, pass_at_k, pass_curve, pass_hat_k, passes
from itbench.statistics.power import power_of, smallest_difference, tasks_needed
from itbench.statistics.rank_bootstrap import RankAgreement, rank_agreement, rank_reliability
from itbench.statistics.rank_correlation import kendall_tau_b, spearman_rho
from itbench.statistics.ranks import PairTest, RankRange, all_pairs, rank_ranges
from itbench.statistics.rasch import AbilityEstimate, DifficultyEstimate, RaschFit, fit_rasch
from itbench.statistics.sign_flip import SignFlip, sign_flip
from itbench.statistics.student import quantile, two_sided_p
from itbench.statistics.subset import SizeAgreement, Subset, choose_subset
from itbench.statistics.symptoms import TrialFacts, symptoms

__all__ = [
    "AbilityEstimate",
    "Comparison",
    "DifficultyEstimate",
    "Equivalence",
    "Estimate",
    "Interval",
    "MeanOverTasks",
    "PairTest",
    "Passes",
    "RankAgreement",
    "RankRange",
    "RaschFit",
    "SignFlip",
    "SizeAgreement",
    "Subset",
    "TaskPasses",
    "TrialFacts",
    "Values",
    "all_pairs",
    "choose_subset",
    "compare",
    "equivalence",
    "estimate",
    "fit_rasch",
    "headline",
    "holm",
    "kendall_tau_b",
    "mean",
    "mean_interval",
    "mean_over_tasks",
    "mean_p_value",
    "pass_at_k",
    "pass_curve",
    "pass_hat_k",
    "passes",
    "power_of",
    "quantile",
    "rank_agreement",
    "rank_ranges",
    "rank_reliability",
    "sign_flip",
    "smallest_difference",
    "spearman_rho",
    "symptoms",
    "tasks_needed",
    "two_sided_p",
    "value_with_interval",
]
