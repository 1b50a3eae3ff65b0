"""One trial as a line: what the agent was told, its conversation, what it handed in, and the score."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from itbench.interfaces.json import JsonObject, json_text
from itbench.report.export.atif.parts import present
from itbench.report.export.every_eval_ever.aggregate import (
    HEADLINE,
    SCHEMA_VERSION,
    evaluation_id,
    evaluation_name,
    result_id,
)
from itbench.report.export.every_eval_ever.place import Place
from itbench.report.export.steps.clean import clean
from itbench.store.reader import TrialDetail

_ROLES = {"agent": "assistant"}
_PASSED = 1.0


def sample_of(
    plan: JsonObject,
    place: Place,
    row: Mapping[str, Any],
    task: JsonObject,
    trajectory: Sequence[JsonObject],
    detail: TrialDetail,
) -> JsonObject:
    """Return the line of a trial that has a score, clean; the truth is never in it.

    Args:
        plan: of the run.
        place: where the run belongs.
        row: of the trial.
        task: as the agent was told it.
        trajectory: the steps of the trial.
        detail: what was handed in.
    """
    messages = [{"turn_idx": place} | message for place, message in enumerate(_messages(trajectory))]
    told = task["instructions"]
    document = {
        "schema_version": SCHEMA_VERSION,
        "evaluation_id": evaluation_id(plan, place),
        "model_id": place.model_id,
        "evaluation_name": evaluation_name(plan),
        "evaluation_result_id": result_id(plan, HEADLINE),
        "sample_id": row["task"],
        "sample_hash": hashlib.sha256(told.encode("utf-8", "backslashreplace")).hexdigest(),
        "interaction_type": "agentic",
        "input": {"raw": told, "reference": []},
        "output": None,
        "messages": messages,
        "answer_attribution": _attribution(task, messages, detail),
        "evaluation": _evaluation(row, messages),
    }
    cleaned = clean(document | present(_beside(row, task)))
    return cleaned if isinstance(cleaned, dict) else {}


def _messages(trajectory: Sequence[JsonObject]) -> Iterator[JsonObject]:
    for step in trajectory:
        message: JsonObject = {
            "role": _ROLES.get(step["source"], step["source"]),
            "content": step["message"] or None,
        }
        calls = [
            {
                "id": call["tool_call_id"],
                "name": call["function_name"],
                "arguments": {
                    name: value if isinstance(value, str) else json_text(value)
                    for name, value in call["arguments"].items()
                },
            }
            for call in step.get("tool_calls", ())
        ]
        yield message | present({"reasoning_trace": step.get("reasoning_content"), "tool_calls": calls})
        for result in step.get("observation", {"results": ()})["results"]:
            yield {"role": "tool", "content": result["content"], "tool_call_id": [result["source_call_id"]]}


def _attribution(task: JsonObject, messages: Sequence[JsonObject], detail: TrialDetail) -> list[JsonObject]:
    if not detail.is_handed_in:
        return []
    path = (task.get("hand_in") or {}).get("answer")
    files = sorted(detail.files)
    return [
        {
            "turn_idx": len(messages) - 1,
            "source": f"file {path}" if path else f"files {', '.join(files)}" if files else "the end state",
            "extracted_value": json.dumps(detail.answer, ensure_ascii=True) if path else "",
            "extraction_method": "collected when the agent had stopped",
            "is_terminal": True,
        }
    ]


def _evaluation(row: Mapping[str, Any], messages: Sequence[JsonObject]) -> JsonObject:
    found: JsonObject = {
        "score": float(row["value"]),
        "is_correct": row["value"] >= _PASSED,
        "tool_calls_count": sum(len(message.get("tool_calls", ())) for message in messages),
    }
    # At least one, or not told.
    return found | ({"num_turns": row["turns"]} if row["turns"] else {})


def _beside(row: Mapping[str, Any], task: JsonObject) -> JsonObject:
    fault = None if row["fault"] is None else f"{row['fault_stage']}: {row['fault']}"
    details = {
        name: row[name] for name in ("repeat", "attempt", "status", "task_hash", "limit_hit", "cost_usd")
    }
    details["tags"] = task.get("tags") or None
    return {
        "token_usage": _tokens(row),
        "performance": {"latency_ms": row["wall_s"] * 1000},
        "error": fault,
        "metadata": {
            name: value if isinstance(value, str) else json_text(value)
            for name, value in details.items()
            if value is not None
        },
    }


def _tokens(row: Mapping[str, Any]) -> JsonObject | None:
    """Return what is known; the format has no place for a part of it."""
    inputs, outputs = row["input_tokens"], row["output_tokens"]
    if inputs is None or outputs is None:
        return None
    more = {
        "input_tokens_cache_read": row["cached_tokens"],
        "reasoning_tokens": row["reasoning_tokens"],
    }
    counts = {"input_tokens": inputs, "output_tokens": outputs, "total_tokens": inputs + outputs}
    return counts | {name: value for name, value in more.items() if value is not None}
