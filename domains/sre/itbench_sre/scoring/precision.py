"""The headline: precision at full recall, as ITBench-AA reports it, and a stricter reading."""

from collections.abc import Sequence

from itbench_sre.scoring.matching import Match, covered_roots


def precision_at_full_recall(matches: Sequence[Match], root_count: int) -> float:
    """Give TP / (TP + FP) where every root is found, else 0.

    Each object counts once, by itself: two objects that hit one root (a Deployment and its Pod) are two true positives,
    as in the grader that ServiceNow/StarHarness published for ITBench-AA.
    """
    if not _is_recall_full(matches, root_count):
        return 0.0
    return sum(match.is_hit for match in matches) / len(matches)


def precision_at_full_recall_strict(matches: Sequence[Match], root_count: int) -> float:
    """Give the same where each root counts once: every further hit on it is a wrong name."""
    if not _is_recall_full(matches, root_count):
        return 0.0
    return root_count / len(matches)


def _is_recall_full(matches: Sequence[Match], root_count: int) -> bool:
    return root_count > 0 and covered_roots(matches) == root_count
