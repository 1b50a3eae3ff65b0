"""What Inspect's log says of a run as a whole."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta

from itbench.interfaces.json import JsonObject
from itbench.interfaces.shard import planned_repeats
from itbench.report.agent_label import model_of
from itbench.report.export.inspect_log.names import HEADLINE, METRICS
from itbench.report.export.inspect_log.sample import NO_MODEL

VERSION = 2
_PLACES = (
    "domain_origin",
    "suite_hash",
    "data_warning",
    "sandbox",
    "seed",
    "python_version",
    "suite_settings",
    "suite_extra",
    "role_models",
)


def spec(plan: JsonObject, models: str | None) -> JsonObject:
    """Return what was evaluated: domain and suite are the task, the agent is the solver, repeats are epochs."""
    agent = plan["agent"]
    tasks = [task for task, repeats in planned_repeats(plan).items() if repeats]
    return {
        "eval_id": plan["id"],
        "run_id": plan["id"],
        "created": plan["created_at"],
        "task": f"{plan['domain']}/{plan['suite']}",
        "task_id": plan["id"],
        "task_version": plan["suite_version"],
        "task_args": plan["suite_extra"],
        "solver": agent["name"],
        "solver_args": agent["options"] | ({"arguments": agent["arguments"]} if agent["arguments"] else {}),
        "dataset": {"name": plan["suite"], "samples": len(tasks), "sample_ids": tasks, "shuffled": False},
        "model": model_of(agent) or models or NO_MODEL,
        "config": _config(plan),
        "packages": {"itbench": plan["itbench_version"]},
        "metadata": {name: plan[name] for name in _PLACES if plan.get(name)}
        | {"agent": agent["description"], "agent_role": agent["role"], "agent_origin": agent.get("origin")},
        "scorers": [{"name": HEADLINE}, {"name": METRICS}],
    }


def plan_of(plan: JsonObject) -> JsonObject:
    """Return the steps of the evaluation, of which the agent is the only one."""
    agent = plan["agent"]
    return {"name": agent["name"], "steps": [{"solver": agent["name"], "params": agent["options"]}]}


def stats(plan: JsonObject, last: tuple[str, float] | None, use: Mapping[str, JsonObject]) -> JsonObject:
    """Return when the run began and ended, and what it used."""
    ended = plan["created_at"]
    if last is not None:
        ended = (datetime.fromisoformat(last[0]) + timedelta(seconds=last[1])).isoformat()
    return {"started_at": plan["created_at"], "completed_at": ended, "model_usage": dict(use)}


def last_trial(connection: sqlite3.Connection) -> tuple[str, float] | None:
    """Return start and seconds of the trial that began last; None without any."""
    query = "SELECT started_at, wall_s FROM trial ORDER BY started_at DESC LIMIT 1"
    row = connection.execute(query).fetchone()
    return None if row is None else (row["started_at"], row["wall_s"])


def _config(plan: JsonObject) -> JsonObject:
    limits = plan.get("limits") or {}
    wall_s = limits.get("wall_s")
    config = {
        "epochs": plan["repeats"],
        "epochs_reducer": ["mean"],
        "fail_on_error": False,
        "retry_on_error": plan["attempts"] - 1,
        "max_samples": plan["max_trials"],
        "turn_limit": limits.get("turns"),
        "token_limit": limits.get("tokens"),
        "time_limit": None if wall_s is None else int(wall_s),
        "cost_limit": limits.get("cost_usd"),
    }
    return {name: value for name, value in config.items() if value is not None}
