"""The summary of a sample, from which Inspect lists the samples of a log without reading them."""

from typing import Any

from itbench.interfaces.json import JsonObject, JsonValue

_LONGEST = 1_000
_SAME = (
    "id",
    "epoch",
    "target",
    "model_usage",
    "role_usage",
    "started_at",
    "completed_at",
    "total_time",
    "working_time",
    "uuid",
    "turn_count",
)


def sample_summary(sample: JsonObject) -> JsonObject:
    """Return the summary of a sample; long texts are cut."""
    error, limit, scores = sample["error"], sample["limit"], sample["scores"]
    return {name: sample[name] for name in _SAME} | {
        "input": _cut(sample["input"]),
        "metadata": _short(sample["metadata"]),
        "scores": None if scores is None else {name: _score(score) for name, score in scores.items()},
        "error": None if error is None else _cut(error["message"]),
        "limit": None if limit is None else limit["type"],
        "limit_reason": None if limit is None else limit["reason"],
        "retries": len(sample["error_retries"]) if sample["error_retries"] else None,
        "completed": True,
        "message_count": len(sample["messages"]),
    }


def _score(score: JsonObject) -> JsonObject:
    texts = {name: _cut(score[name]) for name in ("answer", "explanation") if name in score}
    return {"value": score["value"]} | texts


def _short(metadata: JsonObject) -> JsonObject:
    """Return what is a short value; others are in the sample."""
    return {name: _cut(value) for name, value in metadata.items() if not isinstance(value, (dict, list))}


def _cut(value: JsonValue) -> Any:
    return f"{value[:_LONGEST]}..." if isinstance(value, str) and len(value) > _LONGEST else value
