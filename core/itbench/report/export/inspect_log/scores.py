"""Scores of trials, and of a run, as Inspect keeps them.

A trial has two: `score`, the headline with its reasons, and `metrics`, all further measures by their names.
"""

import json
from collections.abc import Mapping
from typing import Any

from itbench.interfaces.json import JsonObject
from itbench.report.export.inspect_log.names import HEADLINE, METRICS
from itbench.report.stored_metrics import read_metrics
from itbench.report.summary import RunSummary
from itbench.report.transcript.fields import text_of
from itbench.store.reader import TrialDetail


def sample_scores(row: Mapping[str, Any], detail: TrialDetail) -> JsonObject:
    """Return the scores of a trial by their names; none where it has no score, and 0 where it counts as 0."""
    if row["value"] is None:
        return {}
    reasons = [str(each) for each in json.loads(row["reasons"])] if row["reasons"] else []
    if row["status"] != "scored":
        reasons = [f"{row['status']}: {row['fault'] or 'counts as 0'}", *reasons]
    headline = {
        "value": row["value"],
        "answer": text_of(detail.answer),
        "explanation": "\n".join(reasons),
        "metadata": {
            "status": row["status"],
            "reasons": reasons,
            "details": json.loads(detail.score["details"]) if detail.score else {},
            "scored_by": row["scored_by"],
            "scored_at": row["scored_at"],
        },
    }
    metrics = read_metrics(row["metrics"])
    return {HEADLINE: headline} | ({METRICS: {"value": metrics}} if metrics else {})


def results(summary: RunSummary, means: Mapping[str, float | None]) -> JsonObject:
    """Return the results of a run: the headline with what a missing score could change, and the mean of each metric."""
    found = summary.estimate
    measures = {
        "mean": found.mean,
        "stderr": found.standard_error,
        "missing_as_zero": found.missing_as_zero,
        "missing_as_one": found.missing_as_one,
    }
    counts = {"scored_samples": found.n_scored, "unscored_samples": found.n_planned - found.n_scored}
    headline = {"name": HEADLINE, "scorer": HEADLINE, "reducer": "mean", "metrics": _metrics(measures)}
    return {
        "total_samples": found.n_planned,
        "scores": [
            headline | counts,
            *(
                {"name": name, "scorer": METRICS, "reducer": "mean", "metrics": _metrics({"mean": mean})}
                for name, mean in means.items()
                if mean is not None
            ),
        ],
        "headline": {"scorer": HEADLINE, "score": HEADLINE, "metric": "mean"},
    }


def _metrics(values: Mapping[str, float | None]) -> JsonObject:
    return {name: {"name": name, "value": value} for name, value in values.items() if value is not None}
