"""The trials of a run as flat rows, and as full records."""

import base64
import json
from collections.abc import Iterator, Sequence

from itbench.interfaces.json import JsonObject
from itbench.report.agent_label import model_of
from itbench.report.export.attempts import asked_models, costs_of_all_attempts
from itbench.report.export.columns import COLUMNS, METRIC_PREFIX, SCHEMA_VERSION
from itbench.report.stored_metrics import read_metrics
from itbench.report.stored_parts import stored_events
from itbench.store.envelope import SubmissionEnvelope
from itbench.store.reader import RunFile

TRIALS = """
SELECT outcome.*, trial.started_at, task.content_hash AS task_hash, score.metrics, score.reasons,
    scoring.started_at AS scored_at, scoring.domain_origin AS scored_by, scoring.truths
FROM outcome JOIN trial ON trial.id = outcome.trial JOIN task ON task.id = outcome.task
LEFT JOIN latest_score AS score ON score.trial = outcome.trial
LEFT JOIN scoring ON scoring.id = score.scoring
ORDER BY task.position, outcome.repeat
"""

_METRICS = """
SELECT DISTINCT score.metrics FROM outcome JOIN latest_score AS score ON score.trial = outcome.trial
"""


def flat_rows(run: RunFile, metrics: Sequence[str]) -> Iterator[JsonObject]:
    """Yield one row for each task and repeat that was tried, with a column for each metric; lists are JSON text."""
    for _, row, found in _rows(run):
        flat = {
            name: json.dumps(row[name]) if isinstance(row[name], (dict, list, tuple)) else row[name]
            for name in COLUMNS
        }
        yield flat | {f"{METRIC_PREFIX}{name}": found.get(name) for name in metrics}


def metric_names(run: RunFile) -> list[str]:
    """Return the names of all metrics that the counting scores have, sorted."""
    texts = (row["metrics"] for row in run.connection.execute(_METRICS))
    return sorted({name for text in texts for name in read_metrics(text)})


def full_records(run: RunFile) -> Iterator[JsonObject]:
    """Yield everything that is kept of each trial of a run that is whole: row, score, submission and trace."""
    for trial, row, metrics in _rows(run):
        detail = run.read_detail(trial)
        envelope = SubmissionEnvelope(
            task=row["task"],
            repeat=row["repeat"],
            answer=detail.answer,
            files={path: base64.b64encode(data).decode() for path, data in detail.files.items()},
            observed=detail.observed,
            notes=tuple(detail.notes),
        )
        yield row | {
            "metrics": metrics,
            "details": json.loads(detail.score["details"]) if detail.score else {},
            "submission": envelope.model_dump(mode="json"),
            "events": [
                {"at_s": event.at_s, "kind": event.kind, "data": json.loads(event.data)}
                for event in stored_events(run, trial)
            ],
        }


def _rows(run: RunFile) -> Iterator[tuple[int, JsonObject, JsonObject]]:
    """Yield number, row and metrics of each trial; all columns but those of the metrics are in the row."""
    fixed, models, costs = _fixed(run.plan()), asked_models(run), costs_of_all_attempts(run)
    for found in run.connection.execute(TRIALS):
        row = fixed | {name: found[name] for name in COLUMNS if name in found.keys()}  # noqa: SIM118 - a Row
        row |= {
            "model": fixed["model"] or models.get(found["trial"]),
            "handed_in": bool(found["handed_in"]),
            "reasons": json.loads(found["reasons"]) if found["reasons"] else [],
            "all_attempts_cost_usd": costs[found["task"], found["repeat"]],
        }
        yield found["trial"], {name: row[name] for name in COLUMNS}, read_metrics(found["metrics"])


def _fixed(plan: JsonObject) -> JsonObject:
    """Return what all rows of a run share."""
    agent = plan["agent"]
    return {
        "schema_version": SCHEMA_VERSION,
        "run": plan["id"],
        "agent": agent["name"],
        "agent_role": agent["role"],
        "agent_origin": agent.get("origin"),
        "agent_options": agent["options"],
        "agent_arguments": agent["arguments"],
        "model": model_of(agent),
        "data_warning": plan.get("data_warning"),
        **{
            name: plan[name]
            for name in (
                "created_at",
                "itbench_version",
                "domain",
                "domain_origin",
                "suite",
                "suite_version",
                "suite_hash",
                "sandbox",
            )
        },
    }
