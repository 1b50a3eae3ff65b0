"""One trial as a trajectory: who worked, its steps, and what it took."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from itbench.interfaces.json import JsonObject
from itbench.report.agent_label import model_of
from itbench.report.export.atif.parts import present
from itbench.report.export.atif.steps import Steps
from itbench.report.export.steps.clean import clean
from itbench.report.export.steps.reader import steps
from itbench.report.stored_metrics import read_metrics
from itbench.report.stored_parts import stored_events
from itbench.store.reader import RunFile

VERSION = "ATIF-v1.8"


def trajectory_of(run: RunFile, plan: JsonObject, row: Mapping[str, Any], instructions: str) -> JsonObject:
    """Return the trajectory of an outcome, clean.

    Args:
        run: the file.
        plan: of the run.
        row: of the trial, with the metrics of its score.
        instructions: of the task.
    """
    found = steps_of(run, row, instructions)
    name = f"{row['task']}:{row['repeat']}:{row['attempt']}"
    document = {
        "schema_version": VERSION,
        "session_id": f"{plan['id']}:{name}",
        "trajectory_id": f"{plan['id']}:{name}",
        "agent": _agent(plan["agent"], row["models"]),
        "steps": found,
        "final_metrics": _final_metrics(row, len(found)),
        "extra": _extra(plan, row),
    }
    cleaned = clean(document)
    return cleaned if isinstance(cleaned, dict) else {}


def steps_of(run: RunFile, row: Mapping[str, Any], instructions: str) -> list[JsonObject]:
    """Return the steps of an outcome."""
    made = Steps(datetime.fromisoformat(row["started_at"]))
    for step in steps(stored_events(run, row["trial"])):
        made.take(step)
    return made.finished(instructions, row["wall_s"])


def _agent(agent: JsonObject, asked: str | None) -> JsonObject:
    extra = {
        "role": agent.get("role"),
        "options": agent["options"],
        "arguments": list(agent.get("arguments", ())),
        "description": agent["description"],
    }
    return {
        "name": agent["name"],
        # Early run files do not tell.
        "version": agent.get("origin") or "unknown",
    } | present({"model_name": model_of(agent) or asked, "extra": present(extra)})


def _final_metrics(row: Mapping[str, Any], count: int) -> JsonObject:
    extra = {
        name: row[name]
        for name in ("turns", "replies", "uncounted", "tool_calls", "failed_tool_calls", "wall_s")
    }
    extra["reasoning_tokens"] = row["reasoning_tokens"]
    amounts = {
        "total_prompt_tokens": row["input_tokens"],
        "total_completion_tokens": row["output_tokens"],
        "total_cached_tokens": row["cached_tokens"],
        "total_cost_usd": row["cost_usd"],
    }
    return present(amounts) | {"total_steps": count, "extra": present(extra)}


def _extra(plan: JsonObject, row: Mapping[str, Any]) -> JsonObject:
    told = {name: plan[name] for name in ("domain", "suite", "suite_version", "itbench_version")}
    names = ("task", "repeat", "attempt", "status", "value", "fault_stage", "fault", "limit_hit")
    trial = {name: row[name] for name in names}
    return present({"run": plan["id"], **told, **trial, "metrics": present(read_metrics(row["metrics"]))})
