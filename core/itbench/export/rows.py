"""The trials of a run as flat rows, and as full records."""

import base64
import json
from collections.abc import Iterator

from itbench.interfaces.json import JsonObject
from itbench.store.envelope import SubmissionEnvelope
from itbench.store.reader import RunFile

# Column and the name of its pyarrow type.
COLUMNS = {
    "run": "string",
    "domain": "string",
    "suite": "string",
    "suite_version": "string",
    "agent": "string",
    "task": "string",
    "repeat": "int64",
    "attempt": "int64",
    "status": "string",
    "value": "float64",
    "fault_stage": "string",
    "fault": "string",
    "limit_hit": "string",
    "turns": "int64",
    "tokens": "int64",
    "cost_usd": "float64",
    "wall_s": "float64",
    "tool_calls": "int64",
    "failed_tool_calls": "int64",
    "answer_hash": "string",
}


def outcome_rows(run: RunFile) -> Iterator[JsonObject]:
    """Yield one flat row for each task and repeat that was tried."""
    plan = run.plan()
    fixed = {
        "run": plan["id"],
        "domain": plan["domain"],
        "suite": plan["suite"],
        "suite_version": plan["suite_version"],
        "agent": plan["agent"]["name"],
    }
    for outcome in run.outcomes():
        yield fixed | {name: outcome[name] for name in COLUMNS if name not in fixed}


def full_records(run: RunFile) -> Iterator[JsonObject]:
    """Yield everything that is kept of each trial: row, score, submission and trace."""
    for row, outcome in zip(outcome_rows(run), run.outcomes(), strict=True):
        detail = run.detail(outcome["trial"])
        envelope = SubmissionEnvelope(
            task=row["task"],
            repeat=row["repeat"],
            answer=detail.answer,
            files={path: base64.b64encode(data).decode() for path, data in detail.files.items()},
            observed=detail.observed,
            notes=tuple(detail.notes),
        )
        score = detail.score
        yield row | {
            "started_at": detail.row["started_at"],
            "metrics": json.loads(score["metrics"]) if score else {},
            "reasons": json.loads(score["reasons"]) if score else [],
            "details": json.loads(score["details"]) if score else {},
            "submission": envelope.model_dump(mode="json"),
            "events": [
                {"at_s": event["at_s"], "kind": event["kind"], "data": json.loads(event["data"])}
                for event in run.events(outcome["trial"])
            ],
        }
