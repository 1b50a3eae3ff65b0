"""One trial as a sample of Inspect's log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from itbench.interfaces.json import JsonObject
from itbench.report.export.inspect_log.events import Events
from itbench.report.export.inspect_log.messages import Messages, without_a_model
from itbench.report.export.inspect_log.scores import sample_scores
from itbench.report.export.inspect_log.use import add_use, model_use
from itbench.report.export.steps.clean import clean
from itbench.report.export.steps.reader import steps
from itbench.report.export.steps.step import Answered, Called
from itbench.report.stored_parts import stored_events
from itbench.report.transcript.fields import number_of, object_of, text_of
from itbench.store.reader import RunFile, TrialDetail

NO_MODEL = "none/none"
"""What Inspect calls the model of an evaluation that asks none."""
_LIMITS = {"turns": "turn", "tokens": "token", "cost": "cost", "wall": "time"}
_LIMIT_FIELDS = {"turns": "turns", "tokens": "tokens", "cost": "cost_usd", "wall": "wall_s"}
_RETRIED = """
SELECT fault_stage, fault, fault_traceback FROM trial WHERE task = ? AND repeat = ? AND attempt < ? ORDER BY attempt
"""


@dataclass(slots=True)
class _Read:
    """What the steps of a trial come to."""

    events: list[JsonObject] = field(default_factory=list)
    calls: list[Called] = field(default_factory=list)
    use: dict[str, JsonObject] = field(default_factory=dict)
    roles: dict[str, JsonObject] = field(default_factory=dict)
    output: JsonObject | None = None


def sample_of(run: RunFile, row: Mapping[str, Any], task: JsonObject, plan: JsonObject) -> JsonObject:
    """Return the sample of an outcome, clean; the task is the one that the run file keeps."""
    detail = run.read_detail(row["trial"])
    started, messages = datetime.fromisoformat(row["started_at"]), Messages()
    events = Events(started, messages)
    read = _read(run, row, events)
    use = read.use or _use_of_trial(dict(row))
    scores = sample_scores(row, detail)
    error = fault_of(row, detail)
    limit = _limit(row, task, plan)
    wall_s = row["wall_s"]
    ending = [events.told(wall_s, "error", {"error": error})] if error else []
    ending += [
        events.told(wall_s, "score", {"score": score, "scorer": name}) for name, score in scores.items()
    ]
    if limit:
        reached = {"type": limit["type"], "message": limit["reason"], "limit": limit["limit"]}
        ending.insert(0, events.told(wall_s, "sample_limit", reached))
    whole = messages.longest() or [*without_a_model(task["instructions"], read.calls)]
    sample = {
        "id": row["task"],
        "epoch": row["repeat"] + 1,
        "input": task["instructions"],
        "target": "",
        "messages": whole,
        "output": read.output or _answer_output(detail),
        "scores": scores or None,
        "metadata": _metadata(row, task, detail),
        "events": [*_begun(events, task), *read.events, *ending],
        "events_data": {"messages": messages.pool, "calls": []},
        "model_usage": {} if row["uncounted"] else use,
        "role_usage": read.roles,
        "started_at": started.isoformat(),
        "completed_at": events.clock(wall_s),
        "total_time": wall_s,
        "working_time": wall_s,
        "uuid": f"{plan['id']}-{row['trial']}",
        "error": error,
        "error_retries": _retried(run, row) or None,
        "limit": limit,
        "turn_count": row["turns"],
    }
    found = clean(sample)
    return dict(found) if isinstance(found, dict) else {}


def fault_of(row: Mapping[str, Any], detail: TrialDetail) -> JsonObject | None:
    """Return why a trial failed; None where it did not."""
    if row["fault_stage"] is None:
        return None
    story = detail.row["fault_traceback"] or (detail.score or {}).get("fault_traceback") or ""
    message = f"{row['fault_stage']}: {row['fault']}"
    return {"message": message, "traceback": story or message, "traceback_ansi": story or message}


def _read(run: RunFile, row: Mapping[str, Any], events: Events) -> _Read:
    read = _Read()
    for step in steps(stored_events(run, row["trial"])):
        event = events.event(step)
        if event is not None:
            read.events.append(event)
        if isinstance(step, Called):
            read.calls.append(step)
        if isinstance(step, Answered) and step.reply is not None and event is not None:
            use = model_use(object_of(step.reply.get("use")), number_of(step.reply.get("cost_usd")))
            sums, name = (read.use, step.model) if step.role is None else (read.roles, step.role)
            if use is not None:
                add_use(sums, name, use)
            if step.role is None:
                read.output = event["output"]
    return read


def _begun(events: Events, task: JsonObject) -> list[JsonObject]:
    begun = {"id": task["id"], "input": task["instructions"], "target": ""}
    return [events.told(0.0, "sample_init", {"sample": begun, "state": {}})]


def _use_of_trial(row: JsonObject) -> dict[str, JsonObject]:
    """Return what an agent that notes no replies, only what they took, has used."""
    use = model_use(row, row["cost_usd"])
    return {} if use is None else {row["model"] or "unknown": use}


def _answer_output(detail: TrialDetail) -> JsonObject:
    """Return what an agent that asks no model through us handed in as its output."""
    text = text_of(detail.answer)
    if not text:
        return {"model": NO_MODEL, "choices": [], "completion": ""}
    message = {"role": "assistant", "content": text}
    choices = [{"message": message, "stop_reason": "stop"}]
    return {"model": NO_MODEL, "choices": choices, "completion": text}


def _limit(row: Mapping[str, Any], task: JsonObject, plan: JsonObject) -> JsonObject | None:
    hit = row["limit_hit"]
    if hit is None:
        return None
    name = _LIMIT_FIELDS.get(hit)
    limits = (task.get("limits") or {}) | {
        key: value for key, value in (plan.get("limits") or {}).items() if value is not None
    }
    amount = number_of(limits.get(name)) if name else None
    reason = f"the limit {hit!r} was reached"
    return {"type": _LIMITS.get(hit, "custom"), "limit": amount or 0.0, "reason": reason}


def _retried(run: RunFile, row: Mapping[str, Any]) -> list[JsonObject]:
    """Return why the attempts before this one failed."""
    found = run.connection.execute(_RETRIED, (row["task"], row["repeat"], row["attempt"]))
    return [
        {
            "message": f"{each['fault_stage']}: {each['fault']}",
            "traceback": each["fault_traceback"] or "",
            "traceback_ansi": each["fault_traceback"] or "",
        }
        for each in found
    ]


def _metadata(row: Mapping[str, Any], task: JsonObject, detail: TrialDetail) -> JsonObject:
    return {
        "title": task["title"],
        "tags": task.get("tags", []),
        "status": row["status"],
        "attempt": row["attempt"],
        "handed_in": bool(row["handed_in"]),
        "task_hash": row["task_hash"],
        "notes": detail.notes,
        "observed": detail.observed,
        "files": {
            path: data.decode("utf-8", "backslashreplace") for path, data in sorted(detail.files.items())
        },
        "uncounted_replies": row["uncounted"],
        "cost_usd": row["cost_usd"],
    }
