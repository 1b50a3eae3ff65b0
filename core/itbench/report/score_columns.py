"""The columns of CSV that lists of runs and leaderboards have in common."""

from itbench.interfaces.json import JsonObject
from itbench.report.agent_label import model_of
from itbench.report.export.columns import METRIC_PREFIX
from itbench.report.shown import shown_metrics
from itbench.report.summary import RunSummary


def score_columns(summary: RunSummary) -> JsonObject:
    """Return the model, the score with its interval, and over how many trials it was taken."""
    found = summary.estimate
    return {
        "model": model_of(summary.plan["agent"]),
        "score": found.mean,
        "interval_low": found.interval.low if found.interval else None,
        "interval_high": found.interval.high if found.interval else None,
        "trials_scored": found.n_scored,
        "trials_planned": found.n_planned,
    }


def metric_columns(summary: RunSummary) -> JsonObject:
    """Return the mean of each metric that stands beside the score."""
    names = shown_metrics(summary.plan)
    return {f"{METRIC_PREFIX}{names[title]}": estimate.mean for title, estimate in summary.shown.items()}
