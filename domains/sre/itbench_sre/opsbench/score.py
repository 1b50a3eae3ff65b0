"""Scores a diagnosis as the published evaluator does, with two misspelt root causes accepted in both spellings."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from itbench import JsonObject, JsonValue, Score
from itbench.kit import closest_path, redundancy
from itbench_sre.opsbench.steps import coverage_by_workload, step_of

_FIELDS = ("fault_taxonomy", "fault_object", "root_cause")
# As agents are told, and as the truths have it.
_SPELLINGS = {"db_readonly_mode": "db_read_only", "gateway_misrouted": "gateway_misroute"}


def score_case(answer: JsonValue, observed: JsonObject, truth: JsonObject) -> Score:
    """Return the score of an answer; process measures only where tools were offered."""
    listed = answer.get("top_3_predictions") if isinstance(answer, dict) else None
    told = listed if isinstance(listed, list) else []
    predictions = [_fields(item) for item in told[:3]]
    wanted = _fields(truth)
    letter, accepted = (
        _accuracy(predictions, wanted),
        _accuracy([_respelled(each) for each in predictions], _respelled(wanted)),
    )
    precision = _precision(predictions, wanted["fault_object"])
    metrics: dict[str, float | None] = {
        **accepted,
        **{f"{name}_published": value for name, value in letter.items()},
        "precision_at_full_recall": precision,
        "precision_at_full_recall_strict": precision,
        "task_completion": float(bool(told)),
        "difficulty": float(min(len(path) for path in truth["process"].values())),
    }
    process, path = _process(observed, truth["process"])
    first = predictions[0] if predictions else dict.fromkeys(_FIELDS, "")
    wrong = [name for name in _FIELDS if _respelled(first)[name] != _respelled(wanted)[name]]
    reason = (
        f"the first diagnosis is wrong in {', '.join(wrong)}" if wrong else "the first diagnosis is right"
    )
    return Score(
        value=accepted["accuracy_at_1"],
        metrics=metrics | process,
        reasons=(reason if told else "there is no diagnosis",),
        details={"category": truth["fault_taxonomy"], "fault": truth["root_cause"], "expert_path": path},
    )


def _fields(item: JsonValue) -> dict[str, str]:
    values = item if isinstance(item, dict) else {}
    return {name: "" if values.get(name) is None else str(values[name]).strip().lower() for name in _FIELDS}


def _respelled(fields: Mapping[str, str]) -> dict[str, str]:
    return {**fields, "root_cause": _SPELLINGS.get(fields["root_cause"], fields["root_cause"])}


def _accuracy(predictions: Sequence[Mapping[str, str]], wanted: Mapping[str, str]) -> dict[str, float]:
    full = [prediction == wanted for prediction in predictions]
    partial = [all(each[name] == wanted[name] for name in _FIELDS[1:]) for each in predictions]
    return {
        "accuracy_at_1": float(any(full[:1])),
        "accuracy_at_3": float(any(full)),
        "partial_at_1": float(any(partial[:1])),
        "partial_at_3": float(any(partial)),
    }


def _precision(predictions: Sequence[Mapping[str, str]], wanted: str) -> float:
    named = {prediction["fault_object"] for prediction in predictions} - {""}
    return 1 / len(named) if wanted in named else 0.0


def _process(
    observed: JsonObject, paths: Mapping[str, Sequence[str]]
) -> tuple[dict[str, float | None], str | None]:
    calls = observed.get("calls")
    if calls is None:
        return {}, None
    found = [step_of(call) for call in calls]
    steps = [step for step in found if step is not None]
    name, near = closest_path(steps, paths)
    return {
        **asdict(near),
        "coverage_by_workload": coverage_by_workload(steps, paths),
        "steps": float(len(steps)),
        "invalid_actions": float(len(found) - len(steps)),
        "redundant_action_rate": redundancy(steps),
    }, name
